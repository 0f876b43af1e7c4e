"""Tallies: how often something happened on a day, without a word about whom."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Date, Index, String, case, delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
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
    """Add to what has been counted, by (day, name, key); others may be adding to the same."""
    if not counts:
        return
    rows = [
        {"day": day, "name": name, "key": key, "count": count} for (day, name, key), count in sorted(counts.items())
    ]
    made = (sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgresql_insert)(Tally)
    more = {"count": Tally.count + made.excluded["count"]}
    db.execute(made.on_conflict_do_update(index_elements=[Tally.day, Tally.name, Tally.key], set_=more), rows)


def most(db: Session, name: str, *, since: date, limit: int, start: str = "") -> list[tuple[str, int]]:
    """The keys (those that begin with `start`) that were counted most since a day, with their counts, most first."""
    total = func.sum(Tally.count)
    rows = select(Tally.key, total).where(Tally.name == name, Tally.day >= since).group_by(Tally.key)
    if start:
        rows = rows.where(Tally.key.startswith(start, autoescape=True))
    return [(key, int(count)) for key, count in db.execute(rows.order_by(total.desc(), Tally.key).limit(limit))]


def by_day(db: Session, name: str, *, since: date, limit: int) -> list[tuple[str, date, int]]:
    """The keys that were counted most since a day (`limit` of them) with each of their days: key, day, count."""
    most_of = select(Tally.key).where(Tally.name == name, Tally.day >= since).group_by(Tally.key)
    most_of = most_of.order_by(func.sum(Tally.count).desc(), Tally.key).limit(limit)
    rows = select(Tally.key, Tally.day, Tally.count).where(Tally.name == name, Tally.day >= since)
    rows = rows.where(Tally.key.in_(most_of)).order_by(Tally.key, Tally.day)
    return [(key, day, int(count)) for key, day, count in db.execute(rows)]


def weighed(db: Session, name: str, weights: Mapping[date, int], *, limit: int) -> list[tuple[str, int, int]]:
    """The keys with the most on these days, each day times its weight: key, that sum, and the plain count."""
    # Named days lead into the primary key; a range of days would read every day there is of this name.
    worth = func.sum(Tally.count * case(dict(weights), value=Tally.day, else_=0))
    rows = select(Tally.key, worth, func.sum(Tally.count)).where(Tally.name == name, Tally.day.in_(list(weights)))
    rows = rows.group_by(Tally.key).order_by(worth.desc(), Tally.key).limit(limit)
    return [(key, int(sum_), int(count)) for key, sum_, count in db.execute(rows)]


def total(db: Session, name: str, key: str, *, since: date) -> int:
    """How often it has been counted for one key since a day."""
    rows = select(func.coalesce(func.sum(Tally.count), 0))
    return int(db.scalar(rows.where(Tally.name == name, Tally.key == key, Tally.day >= since)) or 0)


def forget(db: Session, *, before: date) -> int:
    """Delete what was counted before a day; how many rows that were."""
    return int(db.execute(delete(Tally).where(Tally.day < before)).rowcount)  # type: ignore[attr-defined]
