"""Story sessions (語り場): what is told, by whom, to whom, and what was noted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Select, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship, selectinload

from kb.rules import limits
from kb.rules.desk import Fate, NoteKind, SessionState
from kb.rules.pages import Kind
from kb.rules.roles import Actor
from kb.store.base import Base
from kb.store.pages import Page, Revision, listed
from kb.store.users import User


class StorySession(Base):
    """One meeting: planned, running with the story at `position`, ended with its minutes on a page, or cancelled.

    `sequence` counts the changes of its time and place, as calendars want to know it.
    """

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
    changed_at: Mapped[datetime]
    sequence: Mapped[int] = mapped_column(default=0)
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
    """What was said about a story, and at the end what became of it; `key` is made by the browser that sent it."""

    __tablename__ = "session_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("story_sessions.id"), index=True)
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))
    kind: Mapped[NoteKind]
    key: Mapped[str | None] = mapped_column(String(limits.CALL_KEY), unique=True)
    words: Mapped[str] = mapped_column(String(limits.REASON))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    fate: Mapped[Fate | None]
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    voice_id: Mapped[int | None] = mapped_column(ForeignKey("voices.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"))

    page: Mapped[Page | None] = relationship()
    by: Mapped[User] = relationship()
    revision: Mapped[Revision | None] = relationship()


_LOADED = (
    joinedload(StorySession.host),
    selectinload(StorySession.people).joinedload(SessionPerson.user),
    selectinload(StorySession.stories).joinedload(SessionStory.page).joinedload(Page.created_by),
)


def get(db: Session, session_id: int, *, to_change: bool = False) -> StorySession | None:
    """One session with its people and stories; `to_change` holds it against other writers."""
    rows = select(StorySession).where(StorySession.id == session_id).options(*_LOADED)
    if to_change:
        rows = rows.with_for_update(of=StorySession).execution_options(populate_existing=True)
    return db.scalar(rows)


def many(
    db: Session, states: Sequence[SessionState], *, person_id: int | None, limit: int, backwards: bool = False
) -> list[StorySession]:
    """The sessions in these states by their time, optionally only those that somebody was asked to."""
    rows = select(StorySession).where(StorySession.state.in_(states)).options(*_LOADED).limit(limit)
    if person_id is not None:
        asked = select(SessionPerson.session_id).where(SessionPerson.user_id == person_id)
        rows = rows.where(StorySession.id.in_(asked))
    order = StorySession.starts_at.desc() if backwards else StorySession.starts_at
    return list(db.scalars(rows.order_by(order, StorySession.id)))


def count_coming(db: Session, *, person_id: int | None) -> int:
    """How many sessions are planned or running, optionally only those that somebody was asked to."""
    rows = select(func.count()).select_from(StorySession)
    rows = rows.where(StorySession.state.in_([SessionState.PLANNED, SessionState.RUNNING]))
    if person_id is not None:
        asked = select(SessionPerson.session_id).where(SessionPerson.user_id == person_id)
        rows = rows.where(StorySession.id.in_(asked))
    return db.scalar(rows) or 0


def replace_stories(db: Session, session_id: int, page_ids: Sequence[int]) -> None:
    """Make the session tell exactly these stories in this order; what was prepared for those that stay is kept."""
    known = {one.page_id: one for one in db.scalars(_stories(session_id))}
    gone = known.keys() - set(page_ids)
    db.execute(delete(SessionStory).where(SessionStory.session_id == session_id, SessionStory.page_id.in_(gone)))
    for position, page_id in enumerate(page_ids):
        if page_id in known:
            known[page_id].position = position
        else:
            db.add(SessionStory(session_id=session_id, page_id=page_id, position=position, sheet={}))
    db.flush()


def _stories(session_id: int) -> Select[SessionStory]:
    return select(SessionStory).where(SessionStory.session_id == session_id)


def replace_people(db: Session, session_id: int, people: dict[int, bool]) -> None:
    """Ask exactly these people to come: account → whether they tell a story."""
    db.execute(delete(SessionPerson).where(SessionPerson.session_id == session_id))
    db.add_all(SessionPerson(session_id=session_id, user_id=one, is_teller=tells) for one, tells in people.items())
    db.flush()


def story(db: Session, session_id: int, page_id: int) -> SessionStory | None:
    """One story of a session, to be changed."""
    rows = _stories(session_id).where(SessionStory.page_id == page_id)
    return db.scalar(rows.with_for_update(of=SessionStory).options(joinedload(SessionStory.page)))


def notes_of(db: Session, session_id: int) -> list[SessionNote]:
    """Everything that was noted, in order."""
    rows = select(SessionNote).where(SessionNote.session_id == session_id).order_by(SessionNote.id)
    return list(db.scalars(rows.options(joinedload(SessionNote.by), joinedload(SessionNote.revision))))


def note(db: Session, note_id: int, *, to_change: bool = False) -> SessionNote | None:
    """One note; `to_change` holds it against other writers."""
    rows = select(SessionNote).where(SessionNote.id == note_id)
    if to_change:
        rows = rows.with_for_update(of=SessionNote).execution_options(populate_existing=True)
    return db.scalar(rows)


def note_keyed(db: Session, key: str) -> SessionNote | None:
    """The note that a browser sent under this key."""
    return db.scalar(select(SessionNote).where(SessionNote.key == key))


def candidates(db: Session, *, viewer: Actor, limit: int) -> list[Page]:
    """The stories and cases that this viewer may read, the newest first; minutes of sessions are none."""
    minutes = select(StorySession.minutes_page_id).where(StorySession.minutes_page_id.is_not(None))
    rows = listed(viewer).where(Page.kind == Kind.CASE, Page.id.not_in(minutes))
    rows = rows.options(joinedload(Page.created_by))
    return list(db.scalars(rows.order_by(Page.updated_at.desc(), Page.id.desc()).limit(limit)))


def told_before(db: Session, page_ids: Sequence[int]) -> set[int]:
    """Those of the stories that were told in a session already."""
    rows = select(SessionStory.page_id).where(SessionStory.page_id.in_(page_ids), SessionStory.told_at.is_not(None))
    return set(db.scalars(rows))
