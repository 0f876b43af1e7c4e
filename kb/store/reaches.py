"""Reaches: how many recent searches and calls each waiting item touches, counted now and then."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kb.rules.desk import ItemKind
from kb.store.base import Base


class Reach(Base):
    """Of one item: how many searches and calls of the last days it would have changed, and when that was counted."""

    __tablename__ = "reaches"

    kind: Mapped[ItemKind] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(primary_key=True)
    searches: Mapped[int] = mapped_column(default=0)
    calls: Mapped[int] = mapped_column(default=0)
    counted_at: Mapped[datetime]


def known(db: Session) -> dict[tuple[ItemKind, int], tuple[int, int]]:
    """What was counted last of every item: searches and calls."""
    rows = select(Reach.kind, Reach.item_id, Reach.searches, Reach.calls)
    return {(kind, item_id): (searches, calls) for kind, item_id, searches, calls in db.execute(rows)}


def replace(db: Session, counted: Mapping[tuple[ItemKind, int], tuple[int, int]], *, at: datetime) -> int:
    """Make this all that is known; returns how many rows that wrote. What has not changed is left alone."""
    before = known(db)
    gone = [key for key, counts in before.items() if counted.get(key) != counts]
    fresh = [(key, counts) for key, counts in counted.items() if before.get(key) != counts]
    for kind, item_id in gone:
        db.execute(delete(Reach).where(Reach.kind == kind, Reach.item_id == item_id))
    db.add_all(
        Reach(kind=kind, item_id=item_id, searches=searches, calls=calls, counted_at=at)
        for (kind, item_id), (searches, calls) in fresh
    )
    db.flush()
    return len(gone) + len(fresh)
