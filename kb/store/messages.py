"""Messages: what somebody is told in the app, and by mail or webhook where that is set."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.rules.desk import MessageKind
from kb.store.base import Base
from kb.store.pages import Page, Revision
from kb.store.users import User


class Message(Base):
    """One message to one person; `sent_at` is when it left the house, after `tries` tries."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_user_id_read_at", "user_id", "read_at"),
        Index("ix_messages_sent_at_tries", "sent_at", "tries"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[MessageKind]
    from_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("story_sessions.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)

    user: Mapped[User] = relationship(foreign_keys=user_id)
    sender: Mapped[User | None] = relationship(foreign_keys=from_id)
    page: Mapped[Page | None] = relationship()
    revision: Mapped[Revision | None] = relationship()
