"""Decide on pages and passages whose support has worn off: keep with a reason, change, drop; and when to look next."""

import re
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from kb.rules import clock, limits
from kb.rules.desk import LookDecision
from kb.rules.errors import Conflict, Gone, Invalid, NotFound
from kb.rules.looks import next_look
from kb.rules.roles import Actor, Permission, may, require
from kb.services import editing, reading, settings, weighing
from kb.services.checking import text_of
from kb.services.weighing import Candidate, Row, Wanted
from kb.store import events, looks, pages
from kb.store.base import Session
from kb.store.looks import Look
from kb.store.pages import Page
from kb.text import blocks

_GAP = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Screen:
    """A candidate, what was decided on its page before, and `seen`: the state that a decision is made on.

    `passages` are those of the page that something else speaks against.
    """

    row: Row
    passages: list[Candidate]
    before: list[Look]
    seen: int


@dataclass(frozen=True)
class Seen:
    """What the person who decides had before them: the last look, and the version of the page."""

    look: int
    revision_id: int


def screen(db: Session, page_id: int, key: str, *, whole_instead: bool = False, viewer: Actor) -> Screen:
    """What speaks against a page or a passage of it; NotFound for a page that isn't live and a passage that is none.

    `whole_instead`: the page as a whole stands in for such a passage.
    """
    require(viewer, Permission.REVIEW)
    _live(db, page_id, by=viewer)
    row = weighing.one(db, page_id, key, viewer=viewer)
    if row is None and whole_instead:
        row = weighing.one(db, page_id, weighing.WHOLE, viewer=viewer)
    if row is None:
        raise NotFound()
    others = [one for one in weighing.weigh(db, Wanted(page_id), viewer=viewer) if one.passage]
    passages = [one for one in others if one.passage != row.candidate.passage]
    return Screen(row, passages, looks.of_page(db, page_id), looks.newest(db, page_id, row.candidate.passage))


def keep(db: Session, page_id: int, key: str, reason: str, *, seen: Seen, by: Actor) -> Look:
    """Let a page or a passage stand as it is, for a reason: with one event. Conflict if somebody was first."""
    page, row = _held(db, page_id, key, seen, by=by)
    look = _look(db, row, LookDecision.KEEP, _reason(reason), by=by)
    events.record(db, "page kept", by=by, page_id=page.id, revision_id=page.current_revision_id)
    return look


def archive(db: Session, page_id: int, reason: str, *, seen: Seen, moved_to: int | None = None, by: Actor) -> Look:
    """Drop the whole page, which readers then hear is gone and where it went; the archive leaves the event."""
    _page, row = _held(db, page_id, weighing.WHOLE, seen, by=by)
    reason = _reason(reason)
    look = _look(db, row, LookDecision.DROP, reason, by=by)
    editing.archive(db, page_id, moved_to=moved_to, reason=reason, by=by)
    return look


def cut(db: Session, page_id: int, key: str, reason: str, *, seen: Seen, by: Actor) -> Look:
    """Drop one passage: the page is published without it, which leaves the event.

    Invalid where the passage does not stand in the source exactly once, and where nothing would be left.
    """
    page, row = _held(db, page_id, key, seen, by=by)
    if page.current is None or not row.candidate.passage:
        raise Invalid("削るところを選び直してください。", field="drop")
    reason = _reason(reason)
    body = without(page.current.body, row.candidate.passage)
    look = _look(db, row, LookDecision.DROP, reason, by=by)
    said = replace(text_of(page.current), body=body, note=" ".join(reason.split())[: limits.NOTE])
    saved = editing.save(db, page_id, said, base_id=seen.revision_id, by=by)
    look.revision_id = saved.revision.id
    return look


def changed(db: Session, saved: editing.Saved, before: Row | None, *, by: Actor) -> Look | None:
    """Note that a page was changed, or a change proposed, because of what spoke against it; the edit left the event.

    None where nothing was changed, and for whoever may not decide.
    """
    if before is None or saved.outcome is editing.Outcome.UNCHANGED or not may(by, Permission.REVIEW):
        return None
    look = _look(db, before, LookDecision.CHANGE, saved.revision.note, by=by)
    look.revision_id = saved.revision.id
    return look


def meant(db: Session, page_id: int, key: str, *, by: Actor) -> Row | None:
    """What an edit that began from a look is about, before it is saved; None for everybody else's edits."""
    return weighing.one(db, page_id, key, viewer=by) if key and may(by, Permission.REVIEW) else None


def without(body: str, passage: str) -> str:
    """The body without a passage: its very lines, or words of it; raises Invalid if it is not there exactly once."""
    source = blocks.tidy(body)
    if source.count(passage) != 1:
        raise Invalid(
            "この箇所は、本文にそのままの形では見つかりません。「直す」を選んで、書き直してください。", field="drop"
        )
    rest = _GAP.sub("\n\n", source.replace(passage, "")).strip("\n")
    if not rest.strip():
        raise Invalid("本文がなくなります。記事ごと公開を終えるほうを選んでください。", field="drop")
    return rest


def _live(db: Session, page_id: int, *, by: Actor) -> Page:
    page = pages.get(db, page_id, viewer=by)
    if page is None:
        raise reading.missing(db, page_id, viewer=by)
    if page.current is None:
        raise NotFound()
    return page


def _held(db: Session, page_id: int, key: str, seen: Seen, *, by: Actor) -> tuple[Page, Row]:
    """The page and what speaks against it, held until the decision is through; Conflict if it isn't as it was seen."""
    require(by, Permission.REVIEW)
    looks.hold(db, page_id)
    try:
        page = _live(db, page_id, by=by)
    except Gone:
        raise Conflict("先にほかの人が、この記事の公開を終えていました。") from None
    row = weighing.one(db, page_id, key, viewer=by)
    last = looks.newest(db, page_id, row.candidate.passage if row else "")
    if last != seen.look:
        raise Conflict("先にほかの人が決めていました。いまの状態を確かめてください。")
    if row is None or page.archived_at is not None or page.current_revision_id != seen.revision_id:
        raise Conflict("そのあいだに記事が変わりました。いまの記事を確かめてから、決めてください。")
    return page, row


def _reason(reason: str) -> str:
    reason = blocks.tidy(reason).strip()
    if not reason:
        raise Invalid("理由を書いてください。次に見直す人の手がかりになります。", field="reason")
    if len(reason) > limits.REASON:
        raise Invalid("%(limit)s文字までにしてください。", field="reason", limit=limits.REASON)
    return reason


def _look(db: Session, row: Row, decision: LookDecision, reason: str, *, by: Actor) -> Look:
    now = clock.now()
    assert by.id is not None and row.page.current_revision_id is not None
    look = Look(
        page_id=row.page.id,
        revision_id=row.page.current_revision_id,
        passage=row.candidate.passage,
        decision=decision,
        reason=reason,
        evidence=frozen(row, now),
        by_id=by.id,
        at=now,
        next_at=next_look(row.candidate.evidence, now, settings.current(db).look_days),
    )
    db.add(look)
    db.flush()
    return look


def frozen(row: Row, now: datetime) -> dict[str, object]:
    """The evidence as it was when somebody decided: counts, and the numbers of stories and flags."""
    counts = {name: count for name, count in asdict(row.candidate.evidence).items() if count}
    return counts | {
        "fresh_days": (now - row.fresh_at).days,
        "stories": list(row.candidate.stories),
        "flags": [flag.id for flag in row.flags],
        "until": row.candidate.until.isoformat() if row.candidate.until else None,
    }
