"""What each person at work keeps for themselves: shifts, favourite pages, and which news they have read."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.store.base import Base
from kb.store.pages import Page


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
