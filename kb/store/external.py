"""The ids under which pages are known outside, for import and export."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from kb.rules.roles import Actor
from kb.store.pages import Page, listed

CHUNK = 500


def by_external_ids(db: Session, ids: Sequence[str]) -> dict[str, Page]:
    """The pages known outside under these ids, archived ones too."""
    found: dict[str, Page] = {}
    for start in range(0, len(ids), CHUNK):
        rows = select(Page).where(Page.external_id.in_(ids[start : start + CHUNK])).options(joinedload(Page.current))
        found |= {page.external_id: page for page in db.scalars(rows) if page.external_id is not None}
    return found


def names(db: Session) -> dict[int, str]:
    """Page → the id it has outside; pages without one get `page-<id>`, unless somebody else has that name."""
    rows = db.execute(select(Page.id, Page.external_id)).all()
    taken = {name for _, name in rows if name is not None}
    found: dict[int, str] = {}
    for page_id, name in rows:
        made = f"page-{page_id}"
        while name is None and made in taken:
            made += "x"
        found[page_id] = name or made
    return found


def live(db: Session, *, viewer: Actor) -> list[Page]:
    """Every approved page that the viewer may read, the oldest first."""
    return list(db.scalars(listed(viewer).where(Page.current_revision_id.is_not(None)).order_by(Page.id)))


def any_page(db: Session) -> bool:
    """Whether any page was ever made."""
    return db.scalar(select(Page.id).limit(1)) is not None
