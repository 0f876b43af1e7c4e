"""Settings: what administrators choose for the whole house; a name without a row has its default."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kb.store.base import Base


class Setting(Base):
    """One chosen value; `kb/rules/settings.py` says which names there are, and what they may hold."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    updated_at: Mapped[datetime]


def chosen(db: Session) -> dict[str, Any]:
    """Name → value of everything that somebody has chosen."""
    return {row.name: row.value for row in db.scalars(select(Setting))}


def choose(db: Session, name: str, value: Any, *, by_id: int | None, at: datetime) -> None:
    """Keep a value under its name, in place of an older one."""
    row = db.get(Setting, name) or Setting(name=name)
    row.value, row.updated_by_id, row.updated_at = value, by_id, at
    db.add(row)
    db.flush()
