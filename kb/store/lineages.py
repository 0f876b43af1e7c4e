"""Lineages: which stories a page stands on, which passages of it they support or contradict, and who told them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from kb.rules.calls import StepKind
from kb.rules.desk import Bond
from kb.rules.review_states import State
from kb.rules.roles import Actor
from kb.store.base import Base
from kb.store.calls import CallStep
from kb.store.pages import Page, Revision, readable, visible_to
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


def between(db: Session, page_id: int, story_revision_id: int, bond: Bond) -> Lineage | None:
    """The bond of this kind between a page and a version of a story, if there is one."""
    rows = select(Lineage).where(Lineage.page_id == page_id, Lineage.story_revision_id == story_revision_id)
    return db.scalar(rows.where(Lineage.bond == bond))


def of_page(db: Session, page_id: int, *, viewer: Actor) -> list[Lineage]:
    """The bonds of a page to those stories that the viewer may read, the oldest first. Ask for the page first."""
    rows = select(Lineage).join(Revision, Revision.id == Lineage.story_revision_id)
    rows = rows.join(Page, Page.id == Revision.page_id).where(Lineage.page_id == page_id, readable(viewer))
    return list(db.scalars(rows.options(*_loaded()).order_by(Lineage.at, Lineage.id)))


def of_story(db: Session, story_id: int, *, viewer: Actor) -> list[Lineage]:
    """The bonds of a story to those pages that the viewer may read, the oldest first."""
    rows = select(Lineage).join(Page, Page.id == Lineage.page_id).where(Lineage.story_id == story_id)
    rows = rows.where(visible_to(viewer)).options(*_loaded())
    return list(db.scalars(rows.order_by(Lineage.at, Lineage.id)))


def first_told(db: Session, page_id: int, *, viewer: Actor) -> Revision | None:
    """The version of a page that was the first to be approved, if it had waited for review: the page is that story."""
    rows = select(Revision).join(Page, Page.id == Revision.page_id).where(Revision.page_id == page_id)
    rows = rows.where(Revision.state == State.APPROVED).options(joinedload(Revision.author))
    first = db.scalar(rows.order_by(Revision.number).limit(1))
    if first is None or first.submitted_at is None:
        return None
    return db.scalar(rows.where(Revision.id == first.id, readable(viewer)))


def uses(db: Session, page_ids: Sequence[int]) -> dict[int, int]:
    """In how many calls each of the pages answered, by id; a page that never did is left out."""
    rows = select(CallStep.page_id, func.count(CallStep.call_id.distinct())).where(CallStep.page_id.in_(page_ids))
    rows = rows.where(CallStep.kind == StepKind.USE, CallStep.undone_at.is_(None)).group_by(CallStep.page_id)
    return {page_id: count for page_id, count in db.execute(rows) if page_id is not None}


def _loaded() -> tuple[Any, ...]:
    return (
        joinedload(Lineage.page).joinedload(Page.current),
        joinedload(Lineage.story),
        joinedload(Lineage.story_revision),
        joinedload(Lineage.teller),
    )
