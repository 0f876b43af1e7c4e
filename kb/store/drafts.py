"""Drafts: what a person was writing, saved by the editor, apart from every page."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kb.store.base import Base


class Draft(Base):
    """`place` says where it belongs: `page:12`, `new:faq`, `story:new`; `fields` are those of the form."""

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("user_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    place: Mapped[str] = mapped_column(String(40))
    base_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime]


def of(db: Session, user_id: int, place: str) -> Draft | None:
    """The person's draft for this place."""
    return db.scalar(select(Draft).where(Draft.user_id == user_id, Draft.place == place))


def all_of(db: Session, user_id: int) -> list[Draft]:
    """The person's drafts, the newest first."""
    return list(db.scalars(select(Draft).where(Draft.user_id == user_id).order_by(Draft.saved_at.desc())))
