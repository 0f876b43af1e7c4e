"""What speaks against live pages since they were last found to hold: one question for each kind of evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

from kb.rules.calls import Outcome, StepKind
from kb.rules.desk import Bond
from kb.rules.roles import Actor
from kb.store.calls import Call, CallStep
from kb.store.flags import Flag
from kb.store.lineages import Lineage
from kb.store.looks import Confirmation, Look, Owner
from kb.store.pages import CHUNK, Page, Revision, readable, visible_to
from kb.store.users import User
from kb.store.votes import Vote


@dataclass(frozen=True)
class Wanted:
    """Which pages are asked about; None means every one. `group` looks after them."""

    page_id: int | None = None
    category_id: int | None = None
    group: str | None = None


@dataclass(frozen=True)
class Against:
    """A story that contradicts a page, in these passages of it; none means the whole."""

    id: int
    page_id: int
    story_revision_id: int
    passages: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class Age:
    """When a page was last found to hold, and its last look as a whole if nobody has validated it since."""

    page_id: int
    fresh_at: datetime
    look_at: datetime | None
    next_at: datetime | None


def _live(wanted: Wanted, viewer: Actor) -> list[ColumnElement[bool]]:
    found = [visible_to(viewer), Page.current_revision_id.is_not(None)]
    if wanted.page_id is not None:
        found.append(Page.id == wanted.page_id)
    if wanted.category_id is not None:
        found.append(Page.category_id == wanted.category_id)
    if wanted.group is not None:
        found.append(Page.id.in_(select(Owner.page_id).where(Owner.group == wanted.group)))
    return found


def _looked(wanted: Wanted) -> Subquery:
    """The last look at each page as a whole."""
    last = select(func.max(Look.id)).where(Look.passage == "").group_by(Look.page_id)
    if wanted.page_id is not None:
        last = last.where(Look.page_id == wanted.page_id)
    return select(Look.page_id, Look.at, Look.next_at).where(Look.id.in_(last)).subquery()


_held = func.coalesce(Page.validated_at, Page.created_at)


def _since(at: Any, looked: Subquery) -> ColumnElement[bool]:
    """That something happened after the page was validated and after the last look at it."""
    return and_(at > _held, or_(looked.c.at.is_(None), at > looked.c.at))


def contradictions(db: Session, wanted: Wanted, *, viewer: Actor) -> list[Against]:
    """The stories that were found to contradict pages since."""
    looked = _looked(wanted)
    columns = (Lineage.id, Lineage.page_id, Lineage.story_revision_id, Lineage.passages, Lineage.at)
    rows = select(*columns).join(Page, Page.id == Lineage.page_id).outerjoin(looked, looked.c.page_id == Page.id)
    rows = rows.where(*_live(wanted, viewer), Lineage.bond == Bond.CONTRADICTS, _since(Lineage.at, looked))
    found = db.execute(rows.order_by(Lineage.id))
    return [Against(id, page_id, story, tuple(passages), at) for id, page_id, story, passages, at in found]


def flags(db: Session, wanted: Wanted, *, viewer: Actor) -> dict[int, int]:
    """How many flags wait on each page since the last look at it; a new version does not answer them."""
    looked = _looked(wanted)
    rows = select(Flag.page_id, func.count()).join(Page, Page.id == Flag.page_id)
    rows = rows.outerjoin(looked, looked.c.page_id == Page.id).where(*_live(wanted, viewer), Flag.closed_at.is_(None))
    rows = rows.where(or_(looked.c.at.is_(None), Flag.created_at > looked.c.at)).group_by(Flag.page_id)
    return dict(db.execute(rows).all())


def votes(db: Session, wanted: Wanted, *, least: int, viewer: Actor) -> dict[int, tuple[int, int]]:
    """How many votes on the current version of each page said no since, `least` or more, and how many there are."""
    looked = _looked(wanted)
    unhelpful = func.sum(case((Vote.is_helpful.is_(True), 0), else_=1))
    rows = select(Vote.page_id, unhelpful, func.count()).join(Page, Page.id == Vote.page_id)
    rows = rows.outerjoin(looked, looked.c.page_id == Page.id).where(Vote.revision_id == Page.current_revision_id)
    rows = rows.where(*_live(wanted, viewer), _since(Vote.created_at, looked)).group_by(Vote.page_id)
    return {page_id: (int(no), total) for page_id, no, total in db.execute(rows.having(unhelpful >= least))}


def unsolved(db: Session, wanted: Wanted, *, since: datetime, least: int, viewer: Actor) -> dict[int, int]:
    """How many calls used each page since (and after `since`) and ended unsolved; fewer than `least` are left out."""
    looked = _looked(wanted)
    times = func.count(CallStep.call_id.distinct())
    rows = select(CallStep.page_id, times).join(Call, Call.id == CallStep.call_id)
    rows = rows.join(Page, Page.id == CallStep.page_id).outerjoin(looked, looked.c.page_id == Page.id)
    # Put like this, because a kind and a time that it has indexes for lead SQLite to all uses instead of these calls.
    is_use = case((CallStep.kind == StepKind.USE, CallStep.undone_at.is_(None)), else_=false())
    rows = rows.where(
        *_live(wanted, viewer),
        Call.outcome == Outcome.UNSOLVED,
        Call.started_at >= since,
        is_use,
        _since(CallStep.at, looked),
    ).group_by(CallStep.page_id)
    found = db.execute(rows.having(times >= least))
    return {page_id: count for page_id, count in found if page_id is not None}


def left(db: Session, wanted: Wanted, *, viewer: Actor) -> dict[int, str]:
    """The pages whose owner can no longer sign in, with that person's name."""
    rows = select(Owner.page_id, User.display_name).join(User, User.id == Owner.user_id)
    rows = rows.join(Page, Page.id == Owner.page_id).where(*_live(wanted, viewer), User.disabled_at.is_not(None))
    return dict(db.execute(rows).all())


def ages(db: Session, wanted: Wanted, *, before: datetime, now: datetime, viewer: Actor) -> list[Age]:
    """How fresh those pages are that held by `before` for the last time, or whose next look has come."""
    looked = _looked(wanted)
    unused = or_(Confirmation.at.is_(None), Confirmation.at <= before)
    old = and_(_held <= before, unused, or_(looked.c.at.is_(None), looked.c.at <= before))
    return _ages(db, looked, *_live(wanted, viewer), or_(old, looked.c.next_at <= now))


def fresh(db: Session, page_ids: Sequence[int], *, viewer: Actor) -> dict[int, Age]:
    """How fresh these pages are, by page; for one screen of them."""
    found = _ages(db, _looked(Wanted()), *_live(Wanted(), viewer), Page.id.in_(page_ids))
    return {age.page_id: age for age in found}


def _ages(db: Session, looked: Subquery, *conditions: ColumnElement[bool]) -> list[Age]:
    columns = (Page.id, _held, Confirmation.at, looked.c.at, looked.c.next_at)
    rows = select(*columns).outerjoin(Confirmation, Confirmation.page_id == Page.id)
    rows = rows.outerjoin(looked, looked.c.page_id == Page.id).where(*conditions)
    found = []
    for page_id, held, used, look_at, next_at in db.execute(rows):
        counts = look_at is not None and look_at >= held
        latest = max(at for at in (held, used, look_at) if at is not None)
        found.append(Age(page_id, latest, look_at if counts else None, next_at if counts else None))
    return found


def stories(db: Session, revision_ids: Sequence[int], *, viewer: Actor) -> dict[int, Revision]:
    """Those of these versions of stories that the viewer may read, with who told them."""
    rows = select(Revision).join(Page, Page.id == Revision.page_id).where(Revision.id.in_(revision_ids))
    found = db.scalars(rows.where(readable(viewer)).options(joinedload(Revision.author)))
    return {one.id: one for one in found}


def flags_of(db: Session, page_ids: Sequence[int]) -> dict[int, list[Flag]]:
    """The flags that wait on these pages, the oldest first; ask for readable pages alone."""
    rows = select(Flag).where(Flag.page_id.in_(page_ids), Flag.closed_at.is_(None)).options(joinedload(Flag.user))
    found: dict[int, list[Flag]] = {}
    for flag in db.scalars(rows.order_by(Flag.id)):
        found.setdefault(flag.page_id, []).append(flag)
    return found


def dated(db: Session, wanted: Wanted, *, viewer: Actor) -> list[tuple[int, str]]:
    """Page and uncut text of those pages that could hold a limit with a date: the word, and a year."""
    rows = select(Page.id, Revision.body).join(Revision, Revision.id == Page.current_revision_id)
    # To look for very letters is many times as quick as LIKE, which then sees few texts.
    place = func.instr if db.get_bind().dialect.name == "sqlite" else func.strpos
    named = or_(*(place(Revision.body, word) > 0 for word in ("limit", "LIMIT", "Limit", "ｌｉｍｉｔ")))
    years = or_(*(Revision.body.like(f"%:%{year}__%") for year in ("20", "２０")))
    rows = rows.where(*_live(wanted, viewer), named, years)
    return [(page_id, body) for page_id, body in db.execute(rows)]


def looks_at_passages(db: Session, wanted: Wanted) -> dict[tuple[int, str], datetime]:
    """When each passage was last decided on by itself."""
    rows = select(Look.page_id, Look.passage, func.max(Look.at, type_=Look.at.type))
    rows = rows.where(Look.passage != "").group_by(Look.page_id, Look.passage)
    if wanted.page_id is not None:
        rows = rows.where(Look.page_id == wanted.page_id)
    return {(page_id, passage): at for page_id, passage, at in db.execute(rows)}


def looks_at_pages(db: Session, page_ids: Sequence[int]) -> dict[int, datetime]:
    """When each of these pages was last decided on as a whole."""
    found: dict[int, datetime] = {}
    for start in range(0, len(page_ids), CHUNK):
        rows = select(Look.page_id, func.max(Look.at, type_=Look.at.type)).where(Look.passage == "")
        rows = rows.where(Look.page_id.in_(page_ids[start : start + CHUNK])).group_by(Look.page_id)
        found |= dict(db.execute(rows).all())
    return found
