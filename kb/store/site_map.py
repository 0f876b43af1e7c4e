"""What a map of the site tells: the readable pages, few columns each, so that tens of thousands can be listed."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.rules.pages import Language
from kb.rules.roles import Actor
from kb.store.pages import Page, Revision, visible_to


class Entry(NamedTuple):
    id: int
    language: Language
    title: str
    updated_at: datetime


def count(db: Session, *, viewer: Actor) -> int:
    """How many pages the viewer may read."""
    return db.scalar(select(func.count()).select_from(Page).where(visible_to(viewer))) or 0


def entries(db: Session, *, viewer: Actor, limit: int, offset: int) -> list[Entry]:
    """Those pages in the order of their numbers."""
    shown = func.coalesce(Page.current_revision_id, Page.story_revision_id)
    rows = select(Page.id, Page.language, Revision.title, Page.updated_at).join(Revision, Revision.id == shown)
    rows = rows.where(visible_to(viewer)).order_by(Page.id).limit(limit).offset(offset)
    return [Entry(*row) for row in db.execute(rows)]


def newest(db: Session, *, viewer: Actor) -> datetime | None:
    """When a page that the viewer may read was last changed."""
    return db.scalar(select(func.max(Page.updated_at)).where(visible_to(viewer)))
