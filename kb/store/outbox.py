"""Outbox: the pages whose index entry is out of date, written in the transaction of the change."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kb.rules import clock
from kb.store.base import Base


class OutboxRow(Base):
    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"))
    at: Mapped[datetime]


def add(db: Session, page_id: int) -> None:
    """Say that the page's index entry is out of date."""
    db.add(OutboxRow(page_id=page_id, at=clock.now()))


def add_many(db: Session, page_ids: Sequence[int]) -> None:
    """The same for many pages at once."""
    if page_ids:
        now = clock.now()
        db.execute(insert(OutboxRow), [{"page_id": page_id, "at": now} for page_id in page_ids])


def oldest(db: Session, limit: int) -> list[OutboxRow]:
    """The rows that have waited longest."""
    return list(db.scalars(select(OutboxRow).order_by(OutboxRow.id).limit(limit)))


def remove(db: Session, ids: Sequence[int]) -> None:
    """Forget rows whose pages stand in the index now."""
    db.execute(delete(OutboxRow).where(OutboxRow.id.in_(ids)))


def waiting(db: Session) -> int:
    """How many rows wait."""
    return db.scalar(select(func.count()).select_from(OutboxRow)) or 0


def pages_waiting(db: Session) -> set[int]:
    """The pages that wait."""
    return set(db.scalars(select(OutboxRow.page_id).distinct()))


def last_id(db: Session) -> int:
    """The newest row's id; 0 when nothing waits."""
    return db.scalar(select(func.max(OutboxRow.id))) or 0


def remove_up_to(db: Session, row_id: int) -> None:
    """Forget every row up to this one."""
    db.execute(delete(OutboxRow).where(OutboxRow.id <= row_id))
