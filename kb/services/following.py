"""Follow what waits and what became of it: the SV's queue, and each author's own list."""

from collections.abc import Sequence
from dataclasses import dataclass

from kb.rules.errors import NotFound
from kb.rules.pages import Kind
from kb.rules.review_states import State
from kb.rules.roles import Actor, Permission, may, require
from kb.store import events, pages, review
from kb.store.base import Session
from kb.store.pages import Revision


@dataclass(frozen=True)
class Item:
    """One proposal: a story (nothing of its page was ever approved) or an edit of a live page."""

    revision: Revision
    is_story: bool
    times: int
    earlier_reason: str = ""


def queue(db: Session, *, viewer: Actor) -> list[Item]:
    """Everything that waits for a decision, the oldest submission first."""
    require(viewer, Permission.REVIEW)
    return [_item(db, revision) for revision in review.waiting(db, viewer=viewer)]


def waiting_count(db: Session, *, viewer: Actor) -> int:
    """How many proposals wait; 0 for those who can't decide."""
    return review.count_waiting(db, viewer=viewer) if may(viewer, Permission.REVIEW) else 0


def item(db: Session, revision_id: int, *, viewer: Actor) -> Item:
    """One proposal for the review desk, decided ones too."""
    require(viewer, Permission.REVIEW)
    revision = pages.revision(db, revision_id, viewer=viewer)
    if revision is None or revision.submitted_at is None:
        raise NotFound()
    return _item(db, revision)


def mine(db: Session, *, by: Actor) -> list[Item]:
    """One's own stories and proposals, the newest first; of a story only the newest version."""
    require(by, Permission.WRITE_STORY)
    assert by.id is not None
    found: list[Item] = []
    stories: set[int] = set()
    for revision in review.written_by(db, by.id, viewer=by):
        one = _item(db, revision)
        if one.is_story and revision.page_id in stories:
            continue
        if one.is_story:
            stories.add(revision.page_id)
        found.append(one)
    return found


def own(db: Session, revision_id: int, *, by: Actor) -> Item:
    """One of one's own stories or proposals."""
    require(by, Permission.WRITE_STORY)
    revision = pages.revision(db, revision_id, viewer=by)
    if revision is None or revision.author_id != by.id:
        raise NotFound()
    return _item(db, revision)


def waiting_on(db: Session, page_id: int, *, viewer: Actor) -> list[Revision]:
    """The proposals that wait on one page, as far as this reader may see them."""
    return [
        revision
        for revision in pages.revisions_of(db, page_id, viewer=viewer)
        if revision.state in (State.SUBMITTED, State.IN_REVIEW)
    ]


def told(db: Session, page_id: int, *, viewer: Actor) -> Sequence[events.Event]:
    """What happened to a page, for its author and the SVs."""
    require(viewer, Permission.READ_HISTORY)
    known = {revision.id for revision in pages.revisions_of(db, page_id, viewer=viewer)}
    return [event for event in events.of_page(db, page_id) if event.revision_id in known]


def attempts(revision: Revision) -> int:
    """How often this has been submitted, counting the returned versions that it grew out of."""
    return 1 + len(_before(revision))


def _item(db: Session, revision: Revision) -> Item:
    before = _before(revision)
    is_story = revision.page.kind is Kind.CASE and not review.approved_before(db, revision)
    return Item(revision, is_story, 1 + len(before), before[0].reason if before else "")


def _before(revision: Revision) -> list[Revision]:
    """The returned versions that this one grew out of, the nearest first."""
    found: list[Revision] = []
    step = revision.base
    while step is not None and step.state is State.RETURNED and step.author_id == revision.author_id:
        found.append(step)
        step = step.base
    return found
