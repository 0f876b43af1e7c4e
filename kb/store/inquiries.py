"""Inquiries: what customers sent by the form, until the time comes at which it is deleted."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import JSON, ForeignKey, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from kb.rules import clock, limits
from kb.rules.inquiries import InquiryState
from kb.rules.pages import Language
from kb.store.base import Base
from kb.store.users import User


class Inquiry(Base):
    """One request for help; `number` is what its sender keeps, `offered` the pages that were shown meanwhile.

    From `expires_at` on nobody sees it any more, whether or not it has been deleted yet.
    """

    __tablename__ = "inquiries"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(12), unique=True)
    language: Mapped[Language]
    subject: Mapped[str] = mapped_column(String(limits.TITLE))
    text: Mapped[str] = mapped_column(String(limits.INQUIRY))
    mail: Mapped[str] = mapped_column(String(limits.MAIL), default="")
    offered: Mapped[list[int]] = mapped_column(JSON)
    state: Mapped[InquiryState] = mapped_column(default=InquiryState.OPEN, index=True)
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(String(limits.NOTE), default="")
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)

    handled_by: Mapped[User | None] = relationship()


def get(db: Session, inquiry_id: int, *, to_change: bool = False) -> Inquiry | None:
    """The inquiry, unless its time is over; `to_change` keeps others from changing it until the transaction ends."""
    rows = select(Inquiry).where(Inquiry.id == inquiry_id, Inquiry.expires_at > clock.now())
    return db.scalar(rows.with_for_update() if to_change else rows)


def numbered(db: Session, number: str) -> Inquiry | None:
    """The inquiry with the number that its sender was given, unless its time is over."""
    return db.scalar(select(Inquiry).where(Inquiry.number == number, Inquiry.expires_at > clock.now()))


def in_state(db: Session, state: InquiryState, *, offset: int = 0, limit: int) -> list[Inquiry]:
    """Inquiries in a state: what waits longest comes first, of the closed ones what was closed last."""
    order = Inquiry.closed_at.desc() if state is InquiryState.CLOSED else Inquiry.created_at
    rows = select(Inquiry).where(Inquiry.state == state, Inquiry.expires_at > clock.now())
    rows = rows.options(joinedload(Inquiry.handled_by)).order_by(order, Inquiry.id).offset(offset).limit(limit)
    return list(db.scalars(rows))


def counts(db: Session) -> dict[InquiryState, int]:
    """How many there are in each state."""
    rows = select(Inquiry.state, func.count()).where(Inquiry.expires_at > clock.now()).group_by(Inquiry.state)
    found = {state: int(count) for state, count in db.execute(rows)}
    return {state: found.get(state, 0) for state in InquiryState}


def of_page(db: Session, page_ids: Sequence[int]) -> list[Inquiry]:
    """The inquiries that these pages answer."""
    rows = select(Inquiry).where(Inquiry.page_id.in_(page_ids), Inquiry.expires_at > clock.now())
    return list(db.scalars(rows.order_by(Inquiry.id)))


def shorten(db: Session, *, days: int) -> None:
    """Let no inquiry stay longer than this many days after it came."""
    for inquiry_id, created_at, expires_at in db.execute(
        select(Inquiry.id, Inquiry.created_at, Inquiry.expires_at)
    ).all():
        last = created_at + timedelta(days=days)
        if last < expires_at:
            db.execute(update(Inquiry).where(Inquiry.id == inquiry_id).values(expires_at=last))


def forget(db: Session, *, now: datetime) -> int:
    """Delete every inquiry whose time is over; how many that were."""
    return int(db.execute(delete(Inquiry).where(Inquiry.expires_at <= now)).rowcount)  # type: ignore[attr-defined]
