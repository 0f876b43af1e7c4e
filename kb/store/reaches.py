"""Reaches: how many recent searches and calls each waiting item touches, counted now and then."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

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
