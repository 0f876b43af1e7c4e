"""Calls and what happened in each, as it happened; never a word about who the customer is."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.rules import limits
from kb.rules.calls import Channel, Customer, Direction, Outcome, StepKind
from kb.store.base import Base
from kb.store.pages import Page
from kb.store.users import User


class Call(Base):
    """One contact; `key` is made by whoever starts it, so that what is sent twice is kept once.

    `ended_at` is when the customer was gone, `wrapped_at` when the operator had finished writing about it.
    """

    __tablename__ = "calls"
    __table_args__ = (Index("ix_calls_user_id_started_at", "user_id", "started_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(limits.CALL_KEY), unique=True)
    external_id: Mapped[str | None] = mapped_column(String(limits.EXTERNAL_ID), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    channel: Mapped[Channel] = mapped_column(default=Channel.PHONE)
    direction: Mapped[Direction] = mapped_column(default=Direction.INBOUND)
    customer: Mapped[Customer | None]
    inquiry_type: Mapped[str] = mapped_column(String(limits.INQUIRY_TYPE), default="")
    purpose: Mapped[str] = mapped_column(String(limits.PURPOSE), default="")
    ticket: Mapped[str] = mapped_column(String(limits.TICKET), default="")
    ivr: Mapped[str] = mapped_column(String(limits.TICKET), default="")
    campaign: Mapped[str] = mapped_column(String(limits.TAG), default="")
    memo: Mapped[str] = mapped_column(String(limits.NOTE), default="")
    outcome: Mapped[Outcome | None]
    story_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))
    started_at: Mapped[datetime] = mapped_column(index=True)
    harassment_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    wrapped_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()
    steps: Mapped[list["CallStep"]] = relationship(order_by="CallStep.at, CallStep.id", back_populates="call")


class CallStep(Base):
    """One thing that happened in a call; `count` is how many pages a search found.

    The link of the design (使った) is a step of the kind `use` that was not undone: this page answered this call.
    """

    __tablename__ = "call_steps"
    __table_args__ = (
        UniqueConstraint("call_id", "key"),
        Index("ix_call_steps_page_id_kind_at", "page_id", "kind", "at"),
        Index("ix_call_steps_kind_at", "kind", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    key: Mapped[str] = mapped_column(String(limits.CALL_KEY))
    kind: Mapped[StepKind]
    at: Mapped[datetime]
    words: Mapped[str] = mapped_column(String(limits.QUERY), default="")
    count: Mapped[int | None]
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    undone_at: Mapped[datetime | None]

    call: Mapped[Call] = relationship(back_populates="steps")
    page: Mapped[Page | None] = relationship()
