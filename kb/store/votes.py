"""Votes: whether one revision helped a reader, and if not, why."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.rules import limits
from kb.rules.votes import Shortcoming
from kb.store.base import Base


class Vote(Base):
    """One reader's word on one revision; `visitor` is a keyed hash of a random cookie and leads back to nobody."""

    __tablename__ = "votes"
    __table_args__ = (UniqueConstraint("revision_id", "visitor"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    visitor: Mapped[str] = mapped_column(String(64))
    is_helpful: Mapped[bool]
    shortcoming: Mapped[Shortcoming | None]
    words: Mapped[str] = mapped_column(String(limits.VOTE_WORDS), default="")
    created_at: Mapped[datetime]
