"""Looks at pages after they were published: uses that confirm them, decisions on their age, and samples."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, case, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, aliased, joinedload, mapped_column, relationship

from kb.rules import limits
from kb.rules.calls import Outcome, StepKind
from kb.rules.desk import LookDecision
from kb.rules.pages import Confidence, Significance
from kb.rules.review_states import State
from kb.store.base import Base, UtcDateTime
from kb.store.calls import Call, CallStep
from kb.store.pages import CHUNK, Page, Revision
from kb.store.users import User


class Confirmation(Base):
    """The latest solved call that a validated page answered: use counts as review (Knowledge-Centered Service)."""

    __tablename__ = "confirmations"

    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"), primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    times: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]


class Look(Base):
    """One decision on a page or a passage of it, with the evidence that it was made by, and when to look again."""

    __tablename__ = "looks"
    __table_args__ = (Index("ix_looks_page_id_at", "page_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    passage: Mapped[str] = mapped_column(String(limits.REASON), default="")
    decision: Mapped[LookDecision]
    reason: Mapped[str] = mapped_column(String(limits.REASON))
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    next_at: Mapped[datetime]

    page: Mapped[Page] = relationship()
    by: Mapped[User] = relationship()


class Owner(Base):
    """Who looks after a page: a group, and a person of it, never a person alone."""

    __tablename__ = "owners"

    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"), primary_key=True)
    group: Mapped[str] = mapped_column(String(limits.CATEGORY))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    user: Mapped[User] = relationship()


class Sample(Base):
    """A change that was published directly and is looked at afterwards; the note goes to its author alone."""

    __tablename__ = "samples"
    __table_args__ = (Index("ix_samples_author_id_month", "author_id", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"), unique=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    month: Mapped[date]
    drawn_at: Mapped[datetime]
    checks: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    note: Mapped[str] = mapped_column(String(limits.REASON), default="")
    looked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    looked_at: Mapped[datetime | None]

    revision: Mapped[Revision] = relationship()
    author: Mapped[User] = relationship(foreign_keys=author_id)
    looked_by: Mapped[User | None] = relationship(foreign_keys=looked_by_id)


def confirm(db: Session, page_ids: Sequence[int]) -> None:
    """Count anew in how many solved calls each of these pages was the answer since an SV validated what it says now."""
    for start in range(0, len(page_ids), CHUNK):
        some = page_ids[start : start + CHUNK]
        # Two calls may end at once; whoever counts last has to see both. Steps point at pages, and may go on.
        db.execute(select(Page.id).where(Page.id.in_(some)).order_by(Page.id).with_for_update(key_share=True))
        found = db.execute(_solved().where(Page.id.in_(some))).all()
        names = ("page_id", "revision_id", "times", "at")
        _put(db, [dict(zip(names, row, strict=True)) for row in found], added=False)
        gone = set(some) - {page_id for page_id, *_rest in found}
        db.execute(delete(Confirmation).where(Confirmation.page_id.in_(gone)))


def confirm_by(db: Session, call_id: int, page_ids: Sequence[int]) -> None:
    """Add this solved call to what confirms these pages: without counting the others, which may be many."""
    db.execute(select(Page.id).where(Page.id.in_(page_ids)).order_by(Page.id).with_for_update(key_share=True))
    validated = select(Page.validated_at).where(Page.id == Confirmation.page_id).scalar_subquery()
    db.execute(delete(Confirmation).where(Confirmation.page_id.in_(page_ids), Confirmation.at < validated))
    found = db.execute(_solved().where(Page.id.in_(page_ids), Call.id == call_id))
    _put(db, [{"page_id": page, "revision_id": at, "times": 1, "at": ended} for page, at, _one, ended in found])


def _solved() -> Any:
    """A SELECT of page, its revision, its solved calls since it was validated, and the end of the last of them."""
    told, newer = aliased(Revision), aliased(Revision)
    # Whoever read the text as it was before its last real change has confirmed nothing of what it says now.
    changed = select(func.max(newer.number)).where(
        newer.page_id == Page.id, newer.state == State.APPROVED, newer.significance != Significance.TYPO
    )
    ended = func.max(func.coalesce(Call.ended_at, Call.started_at), type_=UtcDateTime())
    rows = select(Page.id, Page.current_revision_id, func.count(Call.id.distinct()), ended)
    rows = rows.join(CallStep, CallStep.page_id == Page.id).join(Call, Call.id == CallStep.call_id)
    rows = rows.outerjoin(told, told.id == CallStep.revision_id)
    return rows.where(
        Page.current_revision_id.is_not(None),
        Page.archived_at.is_(None),
        Page.confidence == Confidence.VALIDATED,
        CallStep.kind == StepKind.USE,
        CallStep.undone_at.is_(None),
        CallStep.at >= Page.validated_at,
        or_(told.id.is_(None), told.number >= func.coalesce(changed.scalar_subquery(), 0)),
        Call.outcome == Outcome.SOLVED,
    ).group_by(Page.id, Page.current_revision_id)


def _put(db: Session, rows: list[dict[str, Any]], *, added: bool = True) -> None:
    if not rows:
        return
    made = (sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgresql_insert)(Confirmation)
    latest: dict[str, Any] = {name: made.excluded[name] for name in ("revision_id", "times", "at")}
    if added:
        latest["times"] = Confirmation.times + made.excluded.times
        latest["at"] = case((Confirmation.at > made.excluded.at, Confirmation.at), else_=made.excluded.at)
    db.execute(made.on_conflict_do_update(index_elements=[Confirmation.page_id], set_=latest), rows)


def confirmation(db: Session, page_id: int) -> Confirmation | None:
    """The latest solved call that this page answered since it was validated."""
    rows = select(Confirmation).join(Page, Page.id == Confirmation.page_id)
    return db.scalar(rows.where(Page.id == page_id, Confirmation.at >= Page.validated_at))


def kept_at(db: Session, page_id: int) -> datetime | None:
    """When somebody last decided to keep the whole page as it is."""
    rows = select(Look.at).where(Look.page_id == page_id, Look.passage == "", Look.decision == LookDecision.KEEP)
    return db.scalar(rows.order_by(Look.id.desc()).limit(1))


def of_page(db: Session, page_id: int, *, limit: int = 100) -> list[Look]:
    """The decisions on a page and its passages, the newest first."""
    rows = select(Look).where(Look.page_id == page_id).options(joinedload(Look.by))
    return list(db.scalars(rows.order_by(Look.id.desc()).limit(limit)))


def owner(db: Session, page_id: int) -> Owner | None:
    """Who looks after a page."""
    return db.scalar(select(Owner).where(Owner.page_id == page_id).options(joinedload(Owner.user)))


def owners(db: Session, page_ids: Sequence[int]) -> dict[int, Owner]:
    """Who looks after each of these pages; for one screen of them."""
    rows = select(Owner).where(Owner.page_id.in_(page_ids)).options(joinedload(Owner.user))
    return {one.page_id: one for one in db.scalars(rows)}


def hold(db: Session, page_id: int) -> None:
    """Keep other decisions on this page waiting until the transaction ends: of many at once, one is first."""
    db.execute(select(Page.id).where(Page.id == page_id).with_for_update())


def newest(db: Session, page_id: int, passage: str) -> int:
    """The number of the last look that a decision on this passage builds on (of the whole page: any), or 0."""
    rows = select(func.max(Look.id)).where(Look.page_id == page_id)
    if passage:
        rows = rows.where(Look.passage.in_(("", passage)))
    return db.scalar(rows) or 0


def groups(db: Session) -> list[str]:
    """The groups that look after any page, by name."""
    return list(db.scalars(select(Owner.group).distinct().order_by(Owner.group)))
