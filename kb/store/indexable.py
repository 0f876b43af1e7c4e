"""What the index should hold: every page that somebody may find, as it is now."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from kb.store.pages import Page

BATCH = 500


def _shown() -> ColumnElement[bool]:
    return and_(
        Page.archived_at.is_(None), or_(Page.current_revision_id.is_not(None), Page.story_revision_id.is_not(None))
    )


LOADED = (joinedload(Page.current), joinedload(Page.story), joinedload(Page.category))


def pages(db: Session, ids: Sequence[int]) -> list[Page]:
    """Those of the pages that belong in the index."""
    return list(db.scalars(select(Page).where(Page.id.in_(ids), _shown()).options(*LOADED)))


def everything(db: Session) -> Iterator[Page]:
    """Every page that belongs in the index, in batches so that memory stays flat."""
    last = 0
    while batch := list(
        db.scalars(select(Page).where(_shown(), Page.id > last).options(*LOADED).order_by(Page.id).limit(BATCH))
    ):
        yield from batch
        last = batch[-1].id
        db.expunge_all()


def count(db: Session) -> int:
    """How many pages belong in the index."""
    return db.scalar(select(func.count()).select_from(Page).where(_shown())) or 0


def state(db: Session) -> dict[int, tuple[int, str]]:
    """Page → (shown revision, audience) as the index should have it."""
    shown = func.coalesce(Page.current_revision_id, Page.story_revision_id)
    rows = select(Page.id, shown, Page.audience).where(_shown())
    return {page_id: (revision_id, audience.value) for page_id, revision_id, audience in db.execute(rows)}
