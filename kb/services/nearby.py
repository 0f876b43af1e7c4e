"""What a reader of a page may want next: read after it, linked with it, or of the same words, in one list."""

from collections.abc import Sequence
from dataclasses import dataclass

from kb.rules.roles import Actor
from kb.services import popular, reading, searching
from kb.services.house import House
from kb.store import links
from kb.store.base import Session
from kb.store.pages import Page

MOST = 6
DAMPING = 60  # of the reciprocal ranks (Cormack, Clarke and Büttcher 2009)


@dataclass(frozen=True)
class Near:
    """A page, and whether readers did go on to it: only what was counted is told as counted."""

    page: Page
    is_read_next: bool


def near(db: Session, house: House, page: Page, *, viewer: Actor) -> list[Near]:
    """The pages near a page, in its language, the nearest first: three lists joined by reciprocal rank.

    What readers went on to counts before links, and links before shared words, where they stand equally high.
    """
    followed = popular.read_next(db, page.id, viewer=viewer, limit=MOST)
    lists = (followed, _linked(db, page, viewer=viewer), searching.related(db, house, page, viewer=viewer))
    found = {one.id: one for pages in lists for one in pages if one.id != page.id and one.language == page.language}
    worth = {page_id: _worth(page_id, lists) for page_id in found}
    ranked = sorted(found, key=lambda page_id: -worth[page_id])[:MOST]
    counted = {one.id for one in followed}
    return [Near(found[page_id], page_id in counted) for page_id in ranked]


def _linked(db: Session, page: Page, *, viewer: Actor) -> list[Page]:
    """The pages that this one links to, then those that link here."""
    if page.shown is None:
        return []
    titles = reading.links_of(page.shown, viewer=viewer)
    there = reading.by_titles(db, titles, language=page.language.value, viewer=viewer)
    found = [one for one in there.values() if one is not None] + links.linking_to(db, page.id, viewer=viewer)
    return list({one.id: one for one in found}.values())


def _worth(page_id: int, lists: Sequence[Sequence[Page]]) -> float:
    ranks = [place for pages in lists for place, one in enumerate(pages, start=1) if one.id == page_id]
    return sum(1 / (DAMPING + rank) for rank in ranks)
