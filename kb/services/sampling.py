"""Look afterwards at a few of the changes that needed no review: a checklist, and a note for their author alone."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kb.rules import clock, limits
from kb.rules.desk import Check, Mark, MessageKind
from kb.rules.errors import Conflict, Faults, Invalid, NotAllowed, NotFound
from kb.rules.roles import MAY, Actor, Permission, Role, require
from kb.services import messaging
from kb.store import events, pages, samples
from kb.store.base import Session
from kb.store.looks import Sample
from kb.store.pages import Revision
from kb.text import audience as audiences
from kb.text import blocks, diff

__all__ = ["Look", "Sample"]

# Days on which a part of a month begins: one change of each part is drawn, so that samples spread over the month.
PARTS = (1, 11, 21)
assert len(PARTS) == limits.SAMPLES_MOST


@dataclass(frozen=True)
class Look:
    """A sample as its reader may see it: the change as rows of a diff, and the note for its author and writer alone."""

    sample: Sample
    rows: list[diff.Row]
    before: Revision | None
    note: str


def sampled_roles() -> tuple[Role, ...]:
    """Whose changes are drawn: those who publish directly and do not review others themselves."""
    return tuple(role for role in Role if Permission.PUBLISH in MAY[role] and Permission.REVIEW not in MAY[role])


def draw(db: Session) -> int:
    """Draw what is due of this month and the last: two or three changes an author, spread; how many were drawn.

    A part of a month is drawn from once it is over, so it does not matter how often this is asked.
    """
    today, number = clock.today(), 0
    this = today.replace(day=1)
    last = (this - timedelta(days=1)).replace(day=1)
    for month in (last, this):
        for since, until in _parts(month):
            if until <= clock.now():
                done = samples.authors_drawn(db, since=since, until=until)
                number += _draw(db, month, since, until, dict.fromkeys(done, 1), 1)
    # Who changed things in one part of the month alone has fewer than two yet.
    parts = _parts(last)
    return number + _draw(db, last, parts[0][0], parts[-1][1], samples.drawn(db, last), limits.SAMPLES_LEAST)


def waiting_count(db: Session, *, viewer: Actor) -> int:
    """How many samples nobody has looked at."""
    require(viewer, Permission.SAMPLE)
    return samples.count(db, looked=False, viewer=viewer)


def listing(db: Session, *, looked: bool, offset: int = 0, limit: int, viewer: Actor) -> tuple[int, list[Sample]]:
    """How many samples there are, and one screen of them: what waits longest, or what was looked at last, first."""
    require(viewer, Permission.SAMPLE)
    found = samples.listing(db, looked=looked, offset=offset, limit=limit, viewer=viewer)
    return samples.count(db, looked=looked, viewer=viewer), found


def show(db: Session, sample_id: int, *, viewer: Actor) -> Look:
    """One sample for those who look; raises NotFound."""
    require(viewer, Permission.SAMPLE)
    return _look(db, samples.get(db, sample_id, viewer=viewer), viewer=viewer)


def note(db: Session, sample_id: int, *, viewer: Actor) -> Look:
    """A sample with its note, for the author of the change and the writer of the note; NotFound for everybody else."""
    require(viewer, Permission.READ_STAFF)
    look = _look(db, samples.get(db, sample_id, viewer=viewer), viewer=viewer)
    if not look.note:
        raise NotFound()
    return look


def finish(db: Session, sample_id: int, checks: Mapping[Check, Mark], note: str, *, by: Actor) -> Sample:
    """Keep what was found, and tell the author alone what the note says, if there is one.

    Raises NotFound, NotAllowed for one's own change, Conflict when somebody has looked, Faults for what has no answer.
    """
    require(by, Permission.SAMPLE)
    found = samples.get(db, sample_id, viewer=by, to_change=True)
    if found is None:
        raise NotFound()
    if found.author_id == by.id:
        raise NotAllowed("自分の変更は、ほかの人に見てもらってください。")
    if found.looked_at is not None:
        raise Conflict("先にほかの人が見終えていました。")
    note = blocks.tidy(note).strip()
    open_ones = [check for check in Check if check not in checks]
    faults = {check.value: Invalid("どれかを選んでください。", field=check.value) for check in open_ones}
    if len(note) > limits.REASON:
        faults["note"] = Invalid("%(limit)s文字までにしてください。", field="note", limit=limits.REASON)
    if faults:
        raise Faults(faults)
    found.checks = {check.value: checks[check].value for check in Check}
    found.note, found.looked_by_id, found.looked_at = note, by.id, clock.now()
    revision = found.revision
    # What the note says is nobody else's business, so the record only says that somebody looked.
    events.record(db, "change sampled", by=by, page_id=revision.page_id, revision_id=revision.id)
    if note:
        ids = {"page_id": revision.page_id, "revision_id": revision.id}
        messaging.tell(db, found.author_id, MessageKind.COACHED, by=by, **ids, sample=found.id)
    return found


def _look(db: Session, found: Sample | None, *, viewer: Actor) -> Look:
    if found is None:
        raise NotFound()
    revision = found.revision
    before = pages.revision(db, revision.base_id, viewer=viewer) if revision.base_id is not None else None
    old = audiences.cut(before.body, viewer.audience) if before is not None else ""
    rows = diff.compare(old, audiences.cut(revision.body, viewer.audience))
    is_theirs = viewer.id is not None and viewer.id in (found.author_id, found.looked_by_id)
    return Look(found, rows, before, found.note if is_theirs else "")


def _parts(month: date) -> list[tuple[datetime, datetime]]:
    """The parts of a month, each from when it begins until when it is over, in Japan."""
    after = (month + timedelta(days=31)).replace(day=1)
    days = [*(month.replace(day=day) for day in PARTS), after]
    begins = [datetime.combine(day, time.min, clock.HERE) for day in days]
    return list(zip(begins, begins[1:], strict=False))


def _draw(db: Session, month: date, since: datetime, until: datetime, done: Mapping[int, int], wanted: int) -> int:
    """Draw changes of this time until each of their authors has as many as wanted; how many were drawn."""
    by_author: dict[int, list[Revision]] = {}
    for author_id, revision in samples.published_directly(db, sampled_roles(), since=since, until=until):
        by_author.setdefault(author_id, []).append(revision)
    number = 0
    for author_id, revisions in by_author.items():
        for revision in _some(revisions, wanted - done.get(author_id, 0)):
            db.add(Sample(revision_id=revision.id, author_id=author_id, month=month, drawn_at=clock.now(), checks={}))
            number += 1
    db.flush()
    return number


def _some(revisions: Sequence[Revision], number: int) -> list[Revision]:
    return secrets.SystemRandom().sample(list(revisions), max(0, min(number, len(revisions))))
