"""Events: who did what, when; append only, and the database refuses anything else."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from kb.rules import clock
from kb.rules.roles import Actor
from kb.store.base import Base
from kb.store.users import User


class Event(Base):
    __tablename__ = "events"
    __table_args__ = (Index("ix_events_page_id_at", "page_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    verb: Mapped[str] = mapped_column(String(40), index=True)
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    actor: Mapped[User | None] = relationship(foreign_keys=actor_id)
    user: Mapped[User | None] = relationship(foreign_keys=user_id)


def record(
    db: Session,
    verb: str,
    *,
    by: Actor,
    page_id: int | None = None,
    revision_id: int | None = None,
    user_id: int | None = None,
    **facts: Any,
) -> None:
    """Append one event in the transaction of the deed itself."""
    db.add(
        Event(
            at=clock.now(),
            actor_id=by.id,
            verb=verb,
            page_id=page_id,
            revision_id=revision_id,
            user_id=user_id,
            facts=facts,
        )
    )


def of_page(db: Session, page_id: int) -> list[Event]:
    """What happened to a page, oldest first."""
    rows = select(Event).where(Event.page_id == page_id).order_by(Event.id)
    return list(db.scalars(rows.options(joinedload(Event.actor))))


def newest(db: Session, *, verbs: Sequence[str] = (), before: int | None = None, limit: int = 100) -> list[Event]:
    """The newest events, optionally of some verbs and older than the event `before`."""
    rows = select(Event).options(joinedload(Event.actor), joinedload(Event.user)).order_by(Event.id.desc()).limit(limit)
    if verbs:
        rows = rows.where(Event.verb.in_(verbs))
    if before is not None:
        rows = rows.where(Event.id < before)
    return list(db.scalars(rows))
