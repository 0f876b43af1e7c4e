"""Story sessions (語り場): what is told, by whom, to whom, and what was noted."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.rules import limits
from kb.rules.desk import Fate, NoteKind, SessionState
from kb.store.base import Base
from kb.store.pages import Page, Revision
from kb.store.users import User


class StorySession(Base):
    """One meeting: planned, running with the story at `position`, ended with its minutes on a page, or cancelled."""

    __tablename__ = "story_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(limits.TITLE))
    place: Mapped[str] = mapped_column(String(limits.NOTE), default="")
    state: Mapped[SessionState] = mapped_column(default=SessionState.PLANNED)
    starts_at: Mapped[datetime] = mapped_column(index=True)
    minutes: Mapped[int]
    minutes_a_story: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    story_began_at: Mapped[datetime | None]
    host_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    minutes_page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))

    host: Mapped[User] = relationship()
    minutes_page: Mapped[Page | None] = relationship()
    stories: Mapped[list["SessionStory"]] = relationship(order_by="SessionStory.position")
    people: Mapped[list["SessionPerson"]] = relationship(order_by="SessionPerson.user_id")
    notes: Mapped[list["SessionNote"]] = relationship(order_by="SessionNote.id")


class SessionStory(Base):
    """A story of a session, in its order; `sheet` is what its teller prepared: question → answer."""

    __tablename__ = "session_stories"

    session_id: Mapped[int] = mapped_column(ForeignKey("story_sessions.id"), primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"), primary_key=True)
    position: Mapped[int]
    sheet: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    told_at: Mapped[datetime | None]

    page: Mapped[Page] = relationship()


class SessionPerson(Base):
    """Somebody who was asked to come; tellers are those whose stories are told."""

    __tablename__ = "session_people"

    session_id: Mapped[int] = mapped_column(ForeignKey("story_sessions.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    is_teller: Mapped[bool] = mapped_column(default=False)

    user: Mapped[User] = relationship()


class SessionNote(Base):
    """What was said about a story, and at the end what became of it."""

    __tablename__ = "session_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("story_sessions.id"), index=True)
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))
    kind: Mapped[NoteKind]
    words: Mapped[str] = mapped_column(String(limits.REASON))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    fate: Mapped[Fate | None]
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    voice_id: Mapped[int | None] = mapped_column(ForeignKey("voices.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"))

    page: Mapped[Page | None] = relationship()
    revision: Mapped[Revision | None] = relationship()
