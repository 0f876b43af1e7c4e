"""Comments: the talk between author and SV on one page's proposals."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from kb.rules.roles import Actor
from kb.store.base import Base
from kb.store.pages import Page, Revision, readable
from kb.store.users import User


class Comment(Base):
    """One thing said; `quote` is the passage that it is about, `mentions` the ids of those whom it calls."""

    __tablename__ = "comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    body: Mapped[str] = mapped_column(Text)
    quote: Mapped[str] = mapped_column(Text, default="", server_default="")
    mentions: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    at: Mapped[datetime]

    author: Mapped[User | None] = relationship()
    revision: Mapped[Revision] = relationship()


def on_page(db: Session, page_id: int) -> list[Comment]:
    """All comments on the page's revisions, oldest first."""
    rows = select(Comment).join(Revision).where(Revision.page_id == page_id).order_by(Comment.at, Comment.id)
    return list(db.scalars(rows.options(joinedload(Comment.author), joinedload(Comment.revision))))


def newest_by(db: Session, author_id: int, *, but: int, viewer: Actor, limit: int) -> list[Comment]:
    """What somebody said last on other pages than `but`, as far as the viewer may read what it was said on."""
    rows = select(Comment).join(Revision, Revision.id == Comment.revision_id).join(Page, Page.id == Revision.page_id)
    rows = rows.where(Comment.author_id == author_id, Revision.page_id != but, readable(viewer))
    rows = rows.options(joinedload(Comment.revision)).order_by(Comment.at.desc(), Comment.id.desc())
    return list(db.scalars(rows.limit(limit)))
