"""Attachments: what the database knows of the files that lie under random names."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kb.rules import limits
from kb.store.base import Base


class Attachment(Base):
    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"), index=True)
    storage_name: Mapped[str] = mapped_column(String(64), unique=True)
    file_name: Mapped[str] = mapped_column(String(limits.FILE_NAME))
    media_type: Mapped[str] = mapped_column(String(80))
    is_image: Mapped[bool]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


def of_page(db: Session, page_id: int) -> list[Attachment]:
    """The page's files that have not been removed, oldest first."""
    rows = select(Attachment).where(Attachment.page_id == page_id, Attachment.removed_at.is_(None))
    return list(db.scalars(rows.order_by(Attachment.id)))
