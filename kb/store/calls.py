"""Calls and what happened in each, as it happened; never a word about who the customer is."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from kb.rules import limits
from kb.rules.calls import Channel, Customer, Direction, Outcome, StepKind
from kb.store.base import Base
from kb.store.pages import Page, Revision
from kb.store.users import User


class Call(Base):
    """One contact; `key` is made by whoever starts it, so that what is sent twice is kept once.

    `ended_at` is when the customer was gone, `wrapped_at` when the operator had finished writing about it.
    """

    __tablename__ = "calls"
    __table_args__ = (
        Index("ix_calls_user_id_started_at", "user_id", "started_at"),
        # The few calls of some days that ended unsolved, without a look at all the others.
        Index("ix_calls_outcome_started_at", "outcome", "started_at"),
    )

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
    story_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(index=True)
    harassment_at: Mapped[datetime | None]
    harassment_over_at: Mapped[datetime | None]
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
        # Every list that is typed for counts the calls of its pages: from this index alone, without the rows.
        Index("ix_call_steps_page_id_kind_at", "page_id", "kind", "at", "undone_at", "call_id"),
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


def hold(db: Session, user_id: int) -> None:
    """Keep everything else of this person's calls waiting until the transaction ends: two tabs send at once."""
    db.execute(select(User.id).where(User.id == user_id).with_for_update())


def keyed(db: Session, key: str) -> Call | None:
    """The call with this key, whoever's it is."""
    return db.scalar(select(Call).where(Call.key == key))


def of(db: Session, call_id: int, user_id: int) -> Call | None:
    """The call, if it is this person's, with its steps and their pages."""
    rows = select(Call).where(Call.id == call_id, Call.user_id == user_id)
    return db.scalar(rows.options(selectinload(Call.steps).selectinload(CallStep.page)))


def unended(db: Session, user_id: int) -> list[Call]:
    """This person's calls that nobody has ended, the newest first."""
    rows = select(Call).where(Call.user_id == user_id, Call.ended_at.is_(None))
    return list(db.scalars(rows.order_by(Call.started_at.desc(), Call.id.desc())))


def behind_story(db: Session, page_id: int, limit: int) -> list[Call]:
    """The calls of which a story came, the first first, with their steps."""
    rows = select(Call).where(Call.story_id == page_id).options(selectinload(Call.steps))
    return list(db.scalars(rows.order_by(Call.started_at, Call.id).limit(limit)))


def newest(db: Session, user_id: int) -> Call | None:
    """This person's last call."""
    rows = select(Call).where(Call.user_id == user_id).order_by(Call.started_at.desc(), Call.id.desc())
    return db.scalar(rows.limit(1))


def unwrapped(db: Session, user_id: int, *, since: datetime) -> list[Call]:
    """This person's calls that ended since then, and that they may still be writing about."""
    rows = select(Call).where(Call.user_id == user_id, Call.wrapped_at.is_(None), Call.ended_at >= since)
    return list(db.scalars(rows.order_by(Call.ended_at.desc())))


def pages_of_revisions(db: Session, revision_ids: Sequence[int]) -> dict[int, int]:
    """Revision → its page."""
    return dict(db.execute(select(Revision.id, Revision.page_id).where(Revision.id.in_(revision_ids))).all())
