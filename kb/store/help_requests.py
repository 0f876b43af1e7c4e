"""Help requests: what operators send to the SVs in a call, and what comes back."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Select, String, and_, func, or_, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

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
    taken_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(String(limits.REASON), default="")
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]

    call: Mapped[Call | None] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=asked_by_id)
    taken_by: Mapped[User | None] = relationship(foreign_keys=taken_by_id)
    page: Mapped[Page | None] = relationship()


WAITING = (HelpState.OPEN, HelpState.TAKEN)


def shown() -> Select[HelpRequest]:
    """Requests with everything that a list of them draws."""
    people = (joinedload(HelpRequest.asked_by), joinedload(HelpRequest.taken_by))
    return select(HelpRequest).options(*people, joinedload(HelpRequest.call))


def get(db: Session, request_id: int, *, to_change: bool = False) -> HelpRequest | None:
    """The request; `to_change` keeps others from changing it until the transaction ends."""
    rows = shown().where(HelpRequest.id == request_id)
    # What this session read before the lock may be out of date by now.
    locked = rows.with_for_update(of=HelpRequest).execution_options(populate_existing=True)
    return db.scalar(locked if to_change else rows)


def waiting(db: Session) -> list[HelpRequest]:
    """What nobody has answered yet, taken or not; what waits longest comes first."""
    rows = shown().where(HelpRequest.state.in_(WAITING))
    return list(db.scalars(rows.order_by(HelpRequest.created_at, HelpRequest.id)))


def count_open(db: Session, *, abandoned: datetime) -> int:
    """How many requests nobody is on; what was taken before `abandoned` counts as nobody's."""
    left = and_(HelpRequest.state == HelpState.TAKEN, HelpRequest.taken_at <= abandoned)
    rows = select(func.count()).select_from(HelpRequest).where(or_(HelpRequest.state == HelpState.OPEN, left))
    return db.scalar(rows) or 0


def latest(db: Session, *, limit: int) -> list[HelpRequest]:
    """What was answered, the last first."""
    rows = shown().where(HelpRequest.state == HelpState.ANSWERED)
    return list(db.scalars(rows.order_by(HelpRequest.answered_at.desc(), HelpRequest.id.desc()).limit(limit)))


def of_user(db: Session, user_id: int, *, unread: bool = False, limit: int) -> list[HelpRequest]:
    """What one person sent, the newest first; `unread`: what waits, and what was answered and they have not read."""
    rows = shown().where(HelpRequest.asked_by_id == user_id)
    if unread:
        rows = rows.where(HelpRequest.state != HelpState.WITHDRAWN, HelpRequest.read_at.is_(None))
    return list(db.scalars(rows.order_by(HelpRequest.id.desc()).limit(limit)))


def of_call(db: Session, call_id: int, kind: HelpKind) -> list[HelpRequest]:
    """What was sent of this kind in one call, the newest first."""
    rows = shown().where(HelpRequest.call_id == call_id, HelpRequest.kind == kind)
    return list(db.scalars(rows.order_by(HelpRequest.id.desc())))


def stamp(db: Session, *, user_id: int | None = None) -> str:
    """A word that changes whenever a request is made, taken, given back, answered or read; of one person's if asked."""
    rows = select(HelpRequest.state, func.count(), func.max(HelpRequest.id), func.sum(HelpRequest.taken_by_id))
    rows = rows.add_columns(func.count(HelpRequest.read_at)).group_by(HelpRequest.state).order_by(HelpRequest.state)
    found = db.execute(rows if user_id is None else rows.where(HelpRequest.asked_by_id == user_id))
    return "-".join(".".join(str(value or 0) for value in row) for row in found)
