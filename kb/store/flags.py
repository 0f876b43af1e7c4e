"""Flags: what operators find wrong, unclear or out of date in a page."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.rules import limits
from kb.rules.calls import Fault
from kb.store.base import Base
from kb.store.pages import Page, Revision
from kb.store.users import User


class Flag(Base):
    """One flag on the revision that was read; `reply` is what the SV who closed it says to its author."""

    __tablename__ = "flags"

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    fault: Mapped[Fault]
    words: Mapped[str] = mapped_column(String(limits.NOTE), default="")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reply: Mapped[str] = mapped_column(String(limits.NOTE), default="")

    page: Mapped[Page] = relationship()
    revision: Mapped[Revision] = relationship()
    user: Mapped[User] = relationship(foreign_keys=user_id)
    closed_by: Mapped[User | None] = relationship(foreign_keys=closed_by_id)
