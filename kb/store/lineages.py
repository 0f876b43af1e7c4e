"""Lineages: which stories a page stands on, which passages of it they support or contradict, and who told them."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.rules.desk import Bond
from kb.store.base import Base
from kb.store.pages import Page, Revision
from kb.store.users import User


class Lineage(Base):
    """One bond between a page and a story; `passages` are the very words of the page that it is about."""

    __tablename__ = "lineages"
    __table_args__ = (UniqueConstraint("page_id", "story_revision_id", "bond"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"))
    story_id: Mapped[int] = mapped_column(ForeignKey("pages.id"), index=True)
    story_revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    bond: Mapped[Bond]
    passages: Mapped[list[str]] = mapped_column(JSON, default=list)
    teller_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]

    page: Mapped[Page] = relationship(foreign_keys=page_id)
    story: Mapped[Page] = relationship(foreign_keys=story_id)
    story_revision: Mapped[Revision] = relationship()
    teller: Mapped[User | None] = relationship(foreign_keys=teller_id)
