"""Gaps: words that were searched for and found nothing, until somebody decides on them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

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
