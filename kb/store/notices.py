"""Notices: short messages with an end time, for customers or for staff; `visible_to(viewer)` starts every list."""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Select, String, and_, func, or_, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from kb.rules import limits
from kb.rules.pages import Audience, Language
from kb.rules.roles import Actor
from kb.store.base import Base
from kb.store.pages import Page
from kb.store.users import User


class Notice(Base):
    """A message that holds from `starts_at` until `ends_at`; `page` is the page that it touches, if there is one."""

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(limits.NOTICE))
    language: Mapped[Language]
    audience: Mapped[Audience]
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    page: Mapped[Page | None] = relationship()
    created_by: Mapped[User] = relationship()


def visible_to(viewer: Actor) -> ColumnElement[bool]:
    """The condition that a viewer may read a notice: it is for their audience or a wider one."""
    return Notice.audience.in_(viewer.audience.readable)


def _rows(viewer: Actor) -> Select[Notice]:
    loaded = (joinedload(Notice.page).joinedload(Page.current), joinedload(Notice.created_by))
    return select(Notice).where(visible_to(viewer)).options(*loaded)


def holding(
    db: Session, at: datetime, *, viewer: Actor, language: str | None = None, page_id: int | None = None
) -> list[Notice]:
    """The notices that hold at a moment, optionally of a language or about a page, the latest first."""
    rows = _rows(viewer).where(Notice.removed_at.is_(None), Notice.starts_at <= at, Notice.ends_at > at)
    if language is not None:
        rows = rows.where(Notice.language == language)
    if page_id is not None:
        rows = rows.where(Notice.page_id == page_id)
    return list(db.scalars(rows.order_by(Notice.starts_at.desc(), Notice.id.desc())))


def coming(db: Session, at: datetime, *, viewer: Actor) -> list[Notice]:
    """The notices that are going to hold, the next one first."""
    rows = _rows(viewer).where(Notice.removed_at.is_(None), Notice.starts_at > at)
    return list(db.scalars(rows.order_by(Notice.starts_at, Notice.id)))


def past(db: Session, at: datetime, *, viewer: Actor, limit: int) -> list[Notice]:
    """The notices that are over or were ended, the one that ended last first."""
    ended = func.coalesce(Notice.removed_at, Notice.ends_at)
    rows = _rows(viewer).where(or_(Notice.removed_at.is_not(None), Notice.ends_at <= at))
    return list(db.scalars(rows.order_by(ended.desc(), Notice.id.desc()).limit(limit)))


def get(db: Session, notice_id: int, *, viewer: Actor) -> Notice | None:
    """The notice, if the viewer may read it."""
    return db.scalar(_rows(viewer).where(Notice.id == notice_id))


def next_change(db: Session, at: datetime, *, viewer: Actor) -> datetime | None:
    """When the next notice begins or ends; None if none is going to."""
    live = and_(visible_to(viewer), Notice.removed_at.is_(None))
    begins = db.scalar(select(func.min(Notice.starts_at)).where(live, Notice.starts_at > at))
    ends = db.scalar(select(func.min(Notice.ends_at)).where(live, Notice.ends_at > at))
    return min((moment for moment in (begins, ends) if moment is not None), default=None)
