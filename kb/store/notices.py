"""Notices: short messages with an end time, for customers or for staff."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.rules import limits
from kb.rules.pages import Audience, Language
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
