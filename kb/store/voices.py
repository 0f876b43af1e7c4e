"""Voices: wishes and complaints for the product team, with the answers; and tasks that a session left."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

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


def get(db: Session, voice_id: int) -> Voice | None:
    """One voice, held against other writers."""
    rows = select(Voice).where(Voice.id == voice_id)
    return db.scalar(rows.with_for_update(of=Voice).execution_options(populate_existing=True))


def many(db: Session, state: VoiceState | None, *, limit: int) -> list[Voice]:
    """The voices in this state (None: in any), the newest first."""
    rows = select(Voice).options(joinedload(Voice.created_by), joinedload(Voice.answered_by)).limit(limit)
    if state is not None:
        rows = rows.where(Voice.state == state)
    return list(db.scalars(rows.order_by(Voice.id.desc())))


def counts(db: Session) -> dict[VoiceState, int]:
    """How many voices are in each state."""
    found = dict(db.execute(select(Voice.state, func.count()).group_by(Voice.state)).all())
    return {state: found.get(state, 0) for state in VoiceState}


def of_page(db: Session, page_id: int) -> list[Voice]:
    """The answered voices about a page, the newest answer first."""
    rows = select(Voice).where(Voice.page_id == page_id, Voice.state == VoiceState.ANSWERED)
    return list(db.scalars(rows.order_by(Voice.answered_at.desc())))


def task(db: Session, task_id: int) -> Task | None:
    """One task, held against other writers."""
    rows = select(Task).where(Task.id == task_id)
    return db.scalar(rows.with_for_update(of=Task).execution_options(populate_existing=True))


def tasks(db: Session, *, owner_id: int | None, done: bool, limit: int) -> list[Task]:
    """Tasks, optionally of one owner: what is open by its day, what is done with the newest first."""
    rows = select(Task).options(joinedload(Task.owner)).limit(limit)
    if owner_id is not None:
        rows = rows.where(Task.owner_id == owner_id)
    if done:
        return list(db.scalars(rows.where(Task.done_at.is_not(None)).order_by(Task.done_at.desc())))
    rows = rows.where(Task.done_at.is_(None))
    return list(db.scalars(rows.order_by(Task.due.is_(None), Task.due, Task.id)))


def count_open_tasks(db: Session, owner_id: int) -> int:
    """How many tasks this person has still to do."""
    rows = select(func.count()).select_from(Task).where(Task.owner_id == owner_id, Task.done_at.is_(None))
    return db.scalar(rows) or 0
