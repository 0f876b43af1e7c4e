"""Inquiries: what customers sent by the form, until the time comes at which it is deleted."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.rules import limits
from kb.rules.inquiries import InquiryState
from kb.rules.pages import Language
from kb.store.base import Base
from kb.store.users import User


class Inquiry(Base):
    """One request for help; `offered` are the pages that were shown while it was written."""

    __tablename__ = "inquiries"

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[Language]
    subject: Mapped[str] = mapped_column(String(limits.TITLE))
    text: Mapped[str] = mapped_column(String(limits.INQUIRY))
    mail: Mapped[str] = mapped_column(String(limits.MAIL), default="")
    offered: Mapped[list[int]] = mapped_column(JSON)
    state: Mapped[InquiryState] = mapped_column(default=InquiryState.OPEN, index=True)
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(String(limits.NOTE), default="")
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)

    handled_by: Mapped[User | None] = relationship()
