"""Looks at pages after they were published: uses that confirm them, decisions on their age, and samples."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.rules import limits
from kb.rules.desk import LookDecision
from kb.store.base import Base
from kb.store.pages import Page, Revision
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
