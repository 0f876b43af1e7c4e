"""Voices: wishes and complaints for the product team, with the answers; and tasks that a session left."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.rules import limits
from kb.rules.desk import VoiceState
from kb.store.base import Base
from kb.store.pages import Page
from kb.store.users import User


class Voice(Base):
    """What customers wish or complain of, in their words; open until it was sent on, answered when the team replied."""

    __tablename__ = "voices"

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(String(limits.REASON))
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("story_sessions.id"))
    state: Mapped[VoiceState] = mapped_column(default=VoiceState.OPEN, index=True)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(String(limits.REASON), default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None]

    page: Mapped[Page | None] = relationship()
    created_by: Mapped[User] = relationship(foreign_keys=created_by_id)
    answered_by: Mapped[User | None] = relationship(foreign_keys=answered_by_id)


class Task(Base):
    """Something that somebody promised to do."""

    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(String(limits.REASON))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    due: Mapped[date | None]
    session_id: Mapped[int | None] = mapped_column(ForeignKey("story_sessions.id"))
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    owner: Mapped[User] = relationship(foreign_keys=owner_id)
