"""Tallies: how often something happened on a day, without a word about whom."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Date, Index, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kb.rules import limits
from kb.store.base import Base


class Tally(Base):
    """`count` times on `day` (of Japan): `name` says what happened, `key` to what (a page's number, searched words)."""

    __tablename__ = "tallies"
    __table_args__ = (Index("ix_tallies_name_key_day", "name", "key", "day"),)

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(limits.TALLY_KEY), primary_key=True)
    count: Mapped[int]


def add(db: Session, counts: Mapping[tuple[date, str, str], int]) -> None:
    """Add to what has been counted, by (day, name, key)."""
    for (day, name, key), count in sorted(counts.items()):
        row = db.get(Tally, (day, name, key))
        if row is None:
            db.add(Tally(day=day, name=name, key=key, count=count))
        else:
            row.count += count
    db.flush()


def most(db: Session, name: str, *, since: date, limit: int) -> list[tuple[str, int]]:
    """The keys that were counted most since a day, with their counts, the most frequent first."""
    total = func.sum(Tally.count)
    rows = select(Tally.key, total).where(Tally.name == name, Tally.day >= since).group_by(Tally.key)
    return [(key, int(count)) for key, count in db.execute(rows.order_by(total.desc(), Tally.key).limit(limit))]


def total(db: Session, name: str, key: str, *, since: date) -> int:
    """How often it has been counted for one key since a day."""
    rows = select(func.coalesce(func.sum(Tally.count), 0))
    return int(db.scalar(rows.where(Tally.name == name, Tally.key == key, Tally.day >= since)) or 0)


def forget(db: Session, *, before: date) -> int:
    """Delete what was counted before a day; how many rows that were."""
    return int(db.execute(delete(Tally).where(Tally.day < before)).rowcount)  # type: ignore[attr-defined]
