"""Help requests: what operators send to the SVs in a call, and what comes back."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.rules import limits
from kb.rules.calls import HelpKind, HelpState
from kb.store.base import Base
from kb.store.calls import Call
from kb.store.pages import Page
from kb.store.users import User


class HelpRequest(Base):
    """A question, a hand-over or a record of harassment; `card` holds what the call knew when it was sent.

    `read_at` is when the one who asked has seen the answer.
    """

    __tablename__ = "help_requests"
    __table_args__ = (Index("ix_help_requests_state_created_at", "state", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[HelpKind]
    state: Mapped[HelpState] = mapped_column(default=HelpState.OPEN)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    words: Mapped[str] = mapped_column(String(limits.QUERY), default="")
    card: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answer: Mapped[str] = mapped_column(String(limits.REASON), default="")
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]

    call: Mapped[Call | None] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=asked_by_id)
    taken_by: Mapped[User | None] = relationship(foreign_keys=taken_by_id)
    page: Mapped[Page | None] = relationship()
