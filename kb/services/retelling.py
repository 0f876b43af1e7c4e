"""Make a story of a call: what its form begins with, and which story came of it."""

from kb.rules.calls import StepKind
from kb.rules.errors import NotFound
from kb.rules.roles import Actor, Permission, require
from kb.services.submitting import Story
from kb.store import calls, pages
from kb.store.base import Session
from kb.store.calls import Call
from kb.store.pages import Page


def seed(db: Session, call_id: int, *, by: Actor) -> Story:
    """What one's own call knows already: the first words searched for, the purpose, what was used and done.

    The parts stand in the language of stories, whatever language the screen has. Raises NotFound.
    """
    call = _mine(db, call_id, by=by)
    steps = [step for step in call.steps if step.undone_at is None]
    said = next((step.words for step in steps if step.kind is StepKind.SEARCH and step.words), "")
    picked = [step.words for step in steps if step.kind is StepKind.PURPOSE]
    readable = pages.by_ids(db, [step.page_id for step in steps if step.page_id is not None], viewer=by)
    done = []
    for step in steps:
        page = readable.get(step.page_id or 0)
        if step.kind is StepKind.USE and page is not None and page.shown is not None:
            done.append(f"- 「{page.shown.title}」を使った")
        elif step.kind is StepKind.ASK and page is not None:
            done.append(f"- 聞いたこと：{step.words}")
        elif step.kind is StepKind.DONE and page is not None:
            done.append(f"- したこと：{step.words}")
    return Story(
        words=said,
        purpose=call.purpose or "、".join(dict.fromkeys(picked)),
        done="\n".join(dict.fromkeys(done)),
        result=call.memo,
        channel=call.channel.value,
    )


def link(db: Session, call_id: int, page: Page, *, by: Actor) -> None:
    """Remember which story was made of one's own call; one that is gone meanwhile changes nothing."""
    require(by, Permission.WRITE_STORY)
    call = calls.of(db, call_id, by.id) if by.id is not None else None
    if call is not None:
        call.story_id = page.id


def _mine(db: Session, call_id: int, *, by: Actor) -> Call:
    require(by, Permission.WRITE_STORY)
    call = calls.of(db, call_id, by.id) if by.id is not None else None
    if call is None:
        raise NotFound()
    return call
