"""Gaps: words that were searched for and found nothing, until somebody decides on them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, delete, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from kb.rules import limits
from kb.rules.desk import GapDecision
from kb.store.base import Base
from kb.store.pages import Page
from kb.store.users import User


class Gap(Base):
    """One wording under its normal form `key`; coming again after a decision opens it anew."""

    __tablename__ = "gaps"
    __table_args__ = (Index("ix_gaps_closed_at_times", "closed_at", "times"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(limits.QUERY), unique=True)
    words: Mapped[str] = mapped_column(String(limits.QUERY))
    times: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    taken_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decision: Mapped[GapDecision | None]
    reason: Mapped[str] = mapped_column(String(limits.NOTE), default="")
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))

    taken_by: Mapped[User | None] = relationship(foreign_keys=taken_by_id)
    closed_by: Mapped[User | None] = relationship(foreign_keys=closed_by_id)
    page: Mapped[Page | None] = relationship()


def get(db: Session, gap_id: int, *, to_change: bool = False) -> Gap | None:
    """The gap with everything that its screen draws; `to_change` keeps others from changing it meanwhile."""
    rows = select(Gap).options(joinedload(Gap.taken_by), joinedload(Gap.closed_by)).where(Gap.id == gap_id)
    return db.scalar(rows.with_for_update(of=Gap).execution_options(populate_existing=True) if to_change else rows)


def by_ids(db: Session, ids: Sequence[int]) -> dict[int, Gap]:
    """These gaps, with who is on each."""
    rows = select(Gap).options(joinedload(Gap.taken_by), joinedload(Gap.closed_by)).where(Gap.id.in_(ids))
    return {one.id: one for one in db.scalars(rows)} if ids else {}


def keyed(db: Session) -> dict[str, Gap]:
    """Every gap, decided on or not, by its key."""
    return {one.key: one for one in db.scalars(select(Gap))}


def forget(db: Session, ids: Sequence[int]) -> None:
    """Delete these gaps: nobody has searched for their words for a long time."""
    db.execute(delete(Gap).where(Gap.id.in_(ids)))
