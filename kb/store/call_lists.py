"""Lists and counts of calls: how often pages answered, which purposes were picked, and the calls of some days."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from kb.rules import clock
from kb.rules.calls import Channel, Outcome, StepKind
from kb.rules.roles import Actor
from kb.store.calls import Call, CallStep
from kb.store.pages import CHUNK, Page, Revision, visible_to


@dataclass(frozen=True)
class Wanted:
    """What a list of calls is narrowed to; days are those of Japan, both within. `gap`: something was not found."""

    since: date | None = None
    until: date | None = None
    channel: Channel | None = None
    inquiry_type: str | None = None
    outcome: Outcome | None = None
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Searched:
    """Words that were searched for in a call; `is_said`: the operator said that nothing was found."""

    words: str
    at: datetime
    call_id: int
    is_said: bool


def find(db: Session, wanted: Wanted, *, offset: int = 0, limit: int) -> tuple[int, list[Call]]:
    """How many calls fit, and one screen of them with their steps, the latest first."""
    rows = select(Call).where(*_conditions(wanted)).options(selectinload(Call.steps))
    rows = rows.order_by(Call.started_at.desc(), Call.id.desc()).offset(offset).limit(limit)
    return count(db, wanted), list(db.scalars(rows))


def count(db: Session, wanted: Wanted) -> int:
    """How many calls fit."""
    return db.scalar(select(func.count()).select_from(Call).where(*_conditions(wanted))) or 0


def in_order(db: Session, wanted: Wanted) -> Iterator[list[Call]]:
    """Every call that fits with its steps, the earliest first, some hundred at a time."""
    rows = select(Call).where(*_conditions(wanted)).options(selectinload(Call.steps))
    rows = rows.order_by(Call.started_at, Call.id).limit(CHUNK)
    found = list(db.scalars(rows))
    while found:
        yield found
        last_at, last_id = found[-1].started_at, found[-1].id
        # The database goes on where the last part ended, instead of counting through all parts before.
        onward = or_(Call.started_at > last_at, Call.id > last_id)
        found = list(db.scalars(rows.where(Call.started_at >= last_at, onward)))


def get(db: Session, call_id: int) -> Call | None:
    """A call with its steps and who took it."""
    rows = select(Call).where(Call.id == call_id).options(selectinload(Call.steps), joinedload(Call.user))
    return db.scalar(rows)


def by_names(db: Session, names: Sequence[str]) -> dict[str, Call]:
    """The calls with these names outside, with their steps; one that was taken here goes by its key."""
    found: dict[str, Call] = {}
    for start in range(0, len(names), CHUNK):
        some = names[start : start + CHUNK]
        rows = select(Call).where(or_(Call.external_id.in_(some), and_(Call.external_id.is_(None), Call.key.in_(some))))
        # A name from outside goes before a key, should one ever be the other.
        calls = sorted(db.scalars(rows.options(selectinload(Call.steps))), key=lambda one: one.external_id is not None)
        found |= {one.external_id or one.key: one for one in calls}
    return found


def inquiry_types(db: Session) -> list[str]:
    """Every type that a call has, whether administrators still keep it or not."""
    return [name for name in db.scalars(select(Call.inquiry_type).distinct().order_by(Call.inquiry_type)) if name]


def titles(db: Session, page_ids: Sequence[int], *, viewer: Actor) -> dict[int, str]:
    """What those of the pages are called that this viewer may read."""
    shown = func.coalesce(Page.current_revision_id, Page.story_revision_id)
    rows = select(Page.id, Revision.title).join(Revision, Revision.id == shown).where(visible_to(viewer))
    found: dict[int, str] = {}
    for start in range(0, len(page_ids), CHUNK):
        found |= dict(db.execute(rows.where(Page.id.in_(page_ids[start : start + CHUNK]))).all())
    return found


# Every list that is typed for asks this; to put the question together takes longer than to answer it.
_USES = (
    select(CallStep.page_id, func.count(CallStep.call_id.distinct()))
    .where(CallStep.page_id.in_(bindparam("ids", expanding=True)))
    .where(CallStep.kind == bindparam("what"), CallStep.undone_at.is_(None))
    .group_by(CallStep.page_id)
)


def calls_with(
    db: Session, kind: StepKind, page_ids: Sequence[int], *, since: datetime | None = None
) -> dict[int, int]:
    """In how many calls (that is: not how often) this was done with each page and not taken back; none is left out."""
    found: dict[int, int] = {}
    for start in range(0, len(page_ids), CHUNK):
        rows = _USES if since is None else _USES.where(CallStep.at >= since)
        counts = db.execute(rows, {"ids": page_ids[start : start + CHUNK], "what": kind})
        found |= {page_id: count for page_id, count in counts if page_id is not None}
    return found


def words_with(db: Session, kind: StepKind, page_id: int, *, since: datetime) -> dict[str, int]:
    """The words of the steps of this kind with one page, with in how many calls each was not taken back; most first."""
    calls = func.count(CallStep.call_id.distinct())
    rows = select(CallStep.words, calls).where(
        CallStep.page_id == page_id, CallStep.kind == kind, CallStep.at >= since, CallStep.undone_at.is_(None)
    )
    rows = rows.group_by(CallStep.words).order_by(calls.desc(), CallStep.words)
    return dict(db.execute(rows).all())


def searched(db: Session, *, since: datetime, in_vain: bool = False, limit: int) -> list[Searched]:
    """What was searched for in calls since then, the latest first; `in_vain`: only what found nothing."""
    steps = CallStep.kind == StepKind.SEARCH
    if in_vain:
        nothing = and_(steps, CallStep.count == 0)
        steps = or_(nothing, and_(CallStep.kind == StepKind.GAP, CallStep.undone_at.is_(None)))
    rows = select(CallStep.words, CallStep.at, CallStep.call_id, CallStep.kind).where(steps, CallStep.at >= since)
    found = db.execute(rows.where(CallStep.words != "").order_by(CallStep.at.desc()).limit(limit))
    return [Searched(words, at, call_id, kind is StepKind.GAP) for words, at, call_id, kind in found]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(Call.started_at >= _midnight(wanted.since))
    if wanted.until is not None:
        found.append(Call.started_at < _midnight(wanted.until + timedelta(days=1)))
    if wanted.channel is not None:
        found.append(Call.channel == wanted.channel)
    if wanted.inquiry_type is not None:
        found.append(Call.inquiry_type == wanted.inquiry_type)
    if wanted.outcome is not None:
        found.append(Call.outcome == wanted.outcome)
    if wanted.gap:
        gap = select(CallStep.id).where(
            CallStep.call_id == Call.id, CallStep.kind == StepKind.GAP, CallStep.undone_at.is_(None)
        )
        found.append(gap.exists())
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, clock.HERE)
