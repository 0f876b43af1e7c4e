"""Pages and their revisions; `visible_to(viewer)` starts every list."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    false,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from kb.rules import limits
from kb.rules.pages import Audience, Confidence, Kind, Language, Significance
from kb.rules.review_states import WAITING, State
from kb.rules.roles import Actor, Permission, Role, may
from kb.store.base import Base
from kb.store.categories import Category
from kb.store.users import User

CHUNK = 500


class Page(Base):
    """A thing with a stable id. Readers see `current`; staff also see `story` while nothing has been approved yet."""

    __tablename__ = "pages"
    __table_args__ = (Index("ix_pages_language_kind", "language", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str | None] = mapped_column(String(limits.EXTERNAL_ID), unique=True)
    kind: Mapped[Kind]
    language: Mapped[Language] = mapped_column(default=Language.JA)
    audience: Mapped[Audience]
    confidence: Mapped[Confidence] = mapped_column(default=Confidence.UNVALIDATED)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)
    current_revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id", use_alter=True))
    story_revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id", use_alter=True))
    translates_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"), index=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)
    validated_at: Mapped[datetime | None]
    validated_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    archived_at: Mapped[datetime | None]
    moved_to_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))

    category: Mapped[Category | None] = relationship()
    current: Mapped["Revision | None"] = relationship(foreign_keys=current_revision_id, post_update=True)
    story: Mapped["Revision | None"] = relationship(foreign_keys=story_revision_id, post_update=True)
    created_by: Mapped[User | None] = relationship(foreign_keys=created_by_id)
    validated_by: Mapped[User | None] = relationship(foreign_keys=validated_by_id)

    @property
    def shown(self) -> "Revision | None":
        """The revision that readers of this page see: the approved one, else the story that waits."""
        return self.current or self.story


class Revision(Base):
    """One version of a page's text; only a draft may still change, everything else is immutable but its state."""

    __tablename__ = "revisions"
    __table_args__ = (
        UniqueConstraint("page_id", "number"),
        CheckConstraint("number > 0", name="number"),
        Index("ix_revisions_state_submitted_at", "state", "submitted_at"),
        Index("ix_revisions_author_id", "author_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"), index=True)
    number: Mapped[int]
    base_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    title: Mapped[str] = mapped_column(String(limits.TITLE))
    body: Mapped[str] = mapped_column(Text)
    phrases: Mapped[list[str]] = mapped_column(JSON, default=list)
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    audience: Mapped[Audience]
    state: Mapped[State]
    significance: Mapped[Significance] = mapped_column(default=Significance.CHANGE)
    note: Mapped[str] = mapped_column(String(limits.NOTE), default="")
    channel: Mapped[str] = mapped_column(String(10), default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    taken_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    thanks: Mapped[str] = mapped_column(Text, default="")
    outcome_page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))
    author_seen_at: Mapped[datetime | None]

    page: Mapped[Page] = relationship(foreign_keys=page_id)
    author: Mapped[User | None] = relationship(foreign_keys=author_id)
    taken_by: Mapped[User | None] = relationship(foreign_keys=taken_by_id)
    decided_by: Mapped[User | None] = relationship(foreign_keys=decided_by_id)
    outcome_page: Mapped[Page | None] = relationship(foreign_keys=outcome_page_id)
    base: Mapped["Revision | None"] = relationship(remote_side=[id], foreign_keys=base_id)


class PageTag(Base):
    """The tags of what a page shows now, for lists; the revision keeps its own."""

    __tablename__ = "page_tags"

    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), primary_key=True, index=True)


class Tag(Base):
    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(limits.TAG), unique=True)


def visible_to(viewer: Actor) -> ColumnElement[bool]:
    """The condition that a viewer may read a page: of their audience, and live (for staff also a waiting story)."""
    seen: ColumnElement[bool] = Page.current_revision_id.is_not(None)
    if viewer.is_staff:
        seen = or_(seen, Page.story_revision_id.is_not(None))
    return and_(Page.audience.in_(viewer.audience.readable), Page.archived_at.is_(None), seen)


def readable(viewer: Actor) -> ColumnElement[bool]:
    """The condition that a revision (joined with its page) may be read by this viewer.

    Both the page's audience now and the revision's own audience count, so that a page made public does not
    publish its past. Customers read the current revision only.
    """
    allowed = viewer.audience.readable
    audience = and_(Page.audience.in_(allowed), Revision.audience.in_(allowed))
    if not viewer.is_staff:
        return and_(audience, Page.archived_at.is_(None), Revision.id == Page.current_revision_id)
    states = [State.APPROVED, *WAITING, State.MERGED, State.DUPLICATE]
    if may(viewer, Permission.REVIEW):
        states += [State.RETURNED, State.REJECTED]
    own = Revision.author_id == viewer.id if viewer.id is not None else false()
    archived = Page.archived_at.is_(None) if not may(viewer, Permission.ARCHIVE) else Page.id.is_not(None)
    return or_(own, and_(audience, archived, Revision.state.in_(states)))


def listed(viewer: Actor) -> Select[Page]:
    """A SELECT of the pages a viewer may read, with revision and category loaded; add order and limits to it."""
    rows = select(Page).where(visible_to(viewer))
    return rows.options(joinedload(Page.current), joinedload(Page.story), joinedload(Page.category))


def get(db: Session, page_id: int, *, viewer: Actor) -> Page | None:
    """The page, if the viewer may read it."""
    return db.scalar(listed(viewer).where(Page.id == page_id))


def by_ids(db: Session, ids: Sequence[int], *, viewer: Actor) -> dict[int, Page]:
    """Those of the pages that the viewer may read, by id: the second lock behind every search hit."""
    found: dict[int, Page] = {}
    # A database takes only so many values in one statement.
    for start in range(0, len(ids), CHUNK):
        found |= {page.id: page for page in db.scalars(_among(viewer.role), {"ids": ids[start : start + CHUNK]})}
    return found


def free(db: Session, page: Page) -> None:
    """Take a page out of its session with what `listed` loaded of it, so that any thread may read it from now on."""
    for row in (page.current, page.story, page.category, page):
        if row is not None and row in db:
            db.expunge(row)


# Every list of hits asks this; to put the question together takes as long as the database takes to answer it.
@cache
def _among(role: Role) -> Select[Page]:
    """Those pages of the parameter `ids` that this role may read."""
    return listed(Actor(None, "", "", role)).where(Page.id.in_(bindparam("ids", expanding=True)))


def next_number(db: Session, page_id: int) -> int:
    """The number of the page's next revision; the UNIQUE constraint settles a race."""
    return (db.scalar(select(func.max(Revision.number)).where(Revision.page_id == page_id)) or 0) + 1


def revisions_of(db: Session, page_id: int, *, viewer: Actor) -> list[Revision]:
    """The page's revisions that the viewer may read, newest first."""
    rows = select(Revision).join(Page, Page.id == Revision.page_id).where(Revision.page_id == page_id, readable(viewer))
    rows = rows.options(joinedload(Revision.author), joinedload(Revision.decided_by))
    return list(db.scalars(rows.order_by(Revision.number.desc())))


def revision(db: Session, revision_id: int, *, viewer: Actor) -> Revision | None:
    """One revision, if the viewer may read it."""
    rows = select(Revision).join(Page, Page.id == Revision.page_id).where(Revision.id == revision_id, readable(viewer))
    return db.scalar(rows.options(joinedload(Revision.page), joinedload(Revision.author)))


def set_tags(db: Session, page_id: int, names: Sequence[str]) -> None:
    """Make the page stand under exactly these tags."""
    db.execute(delete(PageTag).where(PageTag.page_id == page_id).execution_options(synchronize_session=False))
    for name in dict.fromkeys(names):
        tag = db.scalar(select(Tag).where(Tag.name == name))
        if tag is None:
            tag = Tag(name=name)
            db.add(tag)
            db.flush()
        db.execute(insert(PageTag).values(page_id=page_id, tag_id=tag.id))
