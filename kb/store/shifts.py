"""What each person at work keeps for themselves: shifts, favourite pages, and which news they have read."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from kb.rules.roles import Actor
from kb.store.base import Base
from kb.store.pages import CHUNK, Page, Revision, listed


class Shift(Base):
    """A stretch of work without a long break; `last_at` moves on while somebody works."""

    __tablename__ = "shifts"
    __table_args__ = (Index("ix_shifts_user_id_last_at", "user_id", "last_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    started_at: Mapped[datetime]
    last_at: Mapped[datetime]


class Favourite(Base):
    """A page that somebody wants at hand."""

    __tablename__ = "favourites"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"), primary_key=True)
    created_at: Mapped[datetime]

    page: Mapped[Page] = relationship()


class NoticeRead(Base):
    """Somebody has confirmed a notice."""

    __tablename__ = "notice_reads"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    at: Mapped[datetime]


class ChangeRead(Base):
    """Somebody has confirmed a revision that became what readers see: 確認しました."""

    __tablename__ = "change_reads"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"), primary_key=True)
    at: Mapped[datetime]


def latest(db: Session, user_id: int) -> Shift | None:
    """The shift in which this person worked last."""
    return db.scalar(select(Shift).where(Shift.user_id == user_id).order_by(Shift.last_at.desc()).limit(1))


def last_before(db: Session, user_id: int, at: datetime) -> datetime | None:
    """When this person worked last in a shift that was over by then."""
    return db.scalar(select(func.max(Shift.last_at)).where(Shift.user_id == user_id, Shift.last_at <= at))


def first_start(db: Session, user_id: int) -> datetime | None:
    """When this person began to work."""
    return db.scalar(select(func.min(Shift.started_at)).where(Shift.user_id == user_id))


def favourites(db: Session, user_id: int, *, viewer: Actor, limit: int) -> list[Page]:
    """The favourite pages that the viewer may read, the newest favourite first."""
    rows = listed(viewer).join(Favourite, Favourite.page_id == Page.id).where(Favourite.user_id == user_id)
    return list(db.scalars(rows.order_by(Favourite.created_at.desc(), Page.id.desc()).limit(limit)))


def favourite(db: Session, user_id: int, page_id: int) -> Favourite | None:
    """The row that makes a page this person's favourite."""
    return db.get(Favourite, (user_id, page_id))


def favourite_ids(db: Session, user_id: int) -> set[int]:
    """The pages that are this person's favourites, readable or not."""
    return set(db.scalars(select(Favourite.page_id).where(Favourite.user_id == user_id)))


def notices_read(db: Session, user_id: int, ids: Sequence[int]) -> set[int]:
    """Which of these notices this person has confirmed."""
    rows = select(NoticeRead.notice_id).where(NoticeRead.user_id == user_id, NoticeRead.notice_id.in_(ids))
    return set(db.scalars(rows))


def changes_read(db: Session, user_id: int, page_ids: Sequence[int]) -> dict[int, tuple[int, datetime]]:
    """Page → the newest version of it that this person has confirmed, and when they confirmed last."""
    found: dict[int, tuple[int, datetime]] = {}
    for start in range(0, len(page_ids), CHUNK):
        rows = select(Revision.page_id, func.max(Revision.number), func.max(ChangeRead.at))
        rows = rows.join(ChangeRead, ChangeRead.revision_id == Revision.id).where(ChangeRead.user_id == user_id)
        rows = rows.where(Revision.page_id.in_(page_ids[start : start + CHUNK])).group_by(Revision.page_id)
        found |= {page_id: (number, at) for page_id, number, at in db.execute(rows)}
    return found


def forget_changes_read(db: Session, user_id: int, at: datetime) -> int:
    """Take back what this person confirmed at a moment; returns how many changes that were."""
    gone = delete(ChangeRead).where(ChangeRead.user_id == user_id, ChangeRead.at == at)
    found = db.scalars(gone.returning(ChangeRead.revision_id).execution_options(synchronize_session=False))
    return len(found.all())
