"""Synonyms: entries of wordings that a search takes for the same; one that is removed can come back."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import JSON, ColumnElement, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from kb.rules import limits
from kb.store.base import Base
from kb.store.users import User


class Text(NamedTuple):
    """What an entry says, without its history: all that most questions need."""

    id: int
    wordings: list[str]
    one_way: bool
    note: str


class Entry(Base):
    """Wordings that mean the same; if `one_way`, the first one finds the others and not the other way round.

    `mark` is another random number after every change: whoever saw an older one is told, and the sum of all marks
    tells whether anything has changed at all.
    """

    __tablename__ = "synonyms"

    id: Mapped[int] = mapped_column(primary_key=True)
    wordings: Mapped[list[str]] = mapped_column(JSON)
    one_way: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(String(limits.NOTE), default="")
    mark: Mapped[int]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    updated_by: Mapped[User | None] = relationship(foreign_keys=updated_by_id)


def get(db: Session, entry_id: int, *, to_change: bool = False) -> Entry | None:
    """The entry with this id, removed or not; `to_change` keeps others from changing it until the transaction ends."""
    return db.get(Entry, entry_id, with_for_update=to_change or None)


def texts(db: Session, *, removed: bool = False) -> list[Text]:
    """The words of all entries in use, or of all that were removed; what changed last comes first."""
    rows = select(Entry.id, Entry.wordings, Entry.one_way, Entry.note).where(_is(removed))
    return [Text(*row) for row in db.execute(rows.order_by(Entry.updated_at.desc(), Entry.id))]


def everything(db: Session, *, removed: bool = False) -> list[Entry]:
    """The same entries whole, for whoever changes many of them."""
    return list(db.scalars(select(Entry).where(_is(removed)).order_by(Entry.updated_at.desc(), Entry.id)))


def by_ids(db: Session, ids: Sequence[int]) -> list[Entry]:
    """These entries, in this order."""
    rows = select(Entry).where(Entry.id.in_(ids)).options(joinedload(Entry.updated_by))
    found = {entry.id: entry for entry in db.scalars(rows)}
    return [found[one] for one in ids]


def _is(removed: bool) -> ColumnElement[bool]:
    return Entry.removed_at.is_not(None) if removed else Entry.removed_at.is_(None)


def counts(db: Session) -> tuple[int, int]:
    """How many entries are in use, and how many were removed."""
    both, removed = db.execute(select(func.count(Entry.id), func.count(Entry.removed_at))).one()
    return both - removed, removed


def stamp(db: Session) -> int:
    """A number that is another one after any change; 0 as long as there never was an entry."""
    return db.scalar(select(func.coalesce(func.sum(Entry.mark), 0))) or 0
