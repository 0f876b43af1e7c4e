"""Messages: what somebody is told in the app, and by mail or webhook where that is set."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from kb.rules.desk import MessageKind, Way
from kb.store.base import Base
from kb.store.pages import CHUNK, Page, Revision
from kb.store.story_sessions import StorySession
from kb.store.users import User


class Message(Base):
    """One message to one person; `facts` hold what its sentence needs beside who, what and where."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_user_id_read_at", "user_id", "read_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[MessageKind]
    from_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("story_sessions.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    at: Mapped[datetime] = mapped_column(index=True)
    read_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(foreign_keys=user_id)
    sender: Mapped[User | None] = relationship(foreign_keys=from_id)
    page: Mapped[Page | None] = relationship()
    revision: Mapped[Revision | None] = relationship()
    session: Mapped[StorySession | None] = relationship()


class Delivery(Base):
    """A message that has still to leave the house one way; the row goes when it has left.

    `due_at` is when it is tried next, and empty once it is given up.
    """

    __tablename__ = "deliveries"
    __table_args__ = (UniqueConstraint("message_id", "way"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    way: Mapped[Way]
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(index=True)

    message: Mapped[Message] = relationship()


def unread(db: Session, user_id: int) -> int:
    """How many messages this person has not read: from the index alone."""
    rows = select(func.count()).select_from(Message).where(Message.user_id == user_id, Message.read_at.is_(None))
    return db.scalar(rows) or 0


def newest(db: Session, user_id: int) -> int:
    """The highest id of this person's messages, 0 for none."""
    return db.scalar(select(func.max(Message.id)).where(Message.user_id == user_id)) or 0


def count(db: Session, user_id: int) -> int:
    """How many messages this person has."""
    return db.scalar(select(func.count()).select_from(Message).where(Message.user_id == user_id)) or 0


def of_user(db: Session, user_id: int, *, offset: int = 0, limit: int) -> list[Message]:
    """One screen of this person's messages, the newest first, with what their sentences name."""
    rows = select(Message).where(Message.user_id == user_id).order_by(Message.at.desc(), Message.id.desc())
    rows = rows.options(joinedload(Message.sender), joinedload(Message.revision), joinedload(Message.session))
    return list(db.scalars(rows.offset(offset).limit(limit)))


def get(db: Session, message_id: int, user_id: int) -> Message | None:
    """The message, if it is this person's."""
    rows = select(Message).where(Message.id == message_id, Message.user_id == user_id)
    return db.scalar(
        rows.options(joinedload(Message.sender), joinedload(Message.revision), joinedload(Message.session))
    )


def read_all(db: Session, user_id: int, *, up_to: int, at: datetime) -> int:
    """Mark this person's messages up to this id as read; how many that were."""
    rows = update(Message).where(Message.user_id == user_id, Message.read_at.is_(None), Message.id <= up_to)
    return int(db.execute(rows.values(read_at=at)).rowcount)  # type: ignore[attr-defined]


def told_since(db: Session, kind: MessageKind, *, since: datetime) -> set[int]:
    """Who was told something of this kind since then."""
    return set(db.scalars(select(Message.user_id).where(Message.kind == kind, Message.at >= since)))


def read_about(db: Session, user_id: int, revision_id: int, *, at: datetime) -> None:
    """Mark what this person was told about one version as read."""
    rows = update(Message).where(Message.user_id == user_id, Message.revision_id == revision_id)
    db.execute(rows.where(Message.read_at.is_(None)).values(read_at=at))


def forget(db: Session, *, before: datetime) -> int:
    """Delete every older message, and what is left of its ways out of the house; how many that were."""
    old = list(db.scalars(select(Message.id).where(Message.at < before)))
    for start in range(0, len(old), CHUNK):
        some = old[start : start + CHUNK]
        db.execute(delete(Delivery).where(Delivery.message_id.in_(some)))
        db.execute(delete(Message).where(Message.id.in_(some)))
    return len(old)


def due_count(db: Session, *, at: datetime) -> int:
    """How much is to be tried now."""
    return db.scalar(select(func.count()).select_from(Delivery).where(Delivery.due_at <= at)) or 0


def due(db: Session, *, at: datetime, limit: int) -> Sequence[Delivery]:
    """What is to be tried now, the longest due first, held against other senders until the transaction ends."""
    rows = select(Delivery).where(Delivery.due_at <= at).order_by(Delivery.due_at, Delivery.id).limit(limit)
    message = joinedload(Delivery.message, innerjoin=True)
    rows = rows.options(
        message.joinedload(Message.user),
        message.joinedload(Message.sender),
        message.joinedload(Message.revision),
        message.joinedload(Message.session),
    )
    return list(db.scalars(rows.with_for_update(of=Delivery, skip_locked=True)))


def delivered(db: Session, delivery_id: int) -> None:
    """Forget a way that a message has gone."""
    db.execute(delete(Delivery).where(Delivery.id == delivery_id))


def given_up(db: Session) -> int:
    """How many messages have not left the house after the last try."""
    return db.scalar(select(func.count()).select_from(Delivery).where(Delivery.due_at.is_(None))) or 0
