"""What every search asks of its pages, remembered by each process for as long as nobody has changed anything."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kb.rules.pages import Audience
from kb.rules.roles import Actor
from kb.search.port import Synonym
from kb.services import synonyms
from kb.store import categories, listing, pages, stamp
from kb.store.base import Session
from kb.store.categories import Category
from kb.store.listing import Facts
from kb.store.pages import Page

_MOST = 50_000  # pages of an audience
_MOST_TEXTS = 4_096  # of them with their text
_LONG = 20_000  # characters; a longer body is rare, and not worth the memory


@dataclass
class _Held:
    """What one audience may know, as the database was at one stamp; None for a page that it may not read."""

    facts: dict[int, Facts | None] = field(default_factory=dict)
    tags: dict[int, Sequence[str]] = field(default_factory=dict)
    pages: dict[int, Page] = field(default_factory=dict)
    shelves: tuple[Category, ...] | None = None
    synonyms: tuple[Synonym, ...] | None = None


class Known:
    """Facts of pages by the stamp of the content (kb/store/stamp.py); for many threads at once.

    The stamp is read in the transaction that asks, so what is told is always what the store would have told it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stamp: int | None = None
        self._held: dict[Audience, _Held] = {}

    def facts(self, db: Session, ids: Sequence[int], *, viewer: Actor) -> dict[int, Facts]:
        """Those of the pages that the viewer may read, with what lists are narrowed by."""
        held = self._of(db, viewer)
        if held is None:
            return listing.facts(db, ids, viewer=viewer)
        missing = [page_id for page_id in ids if page_id not in held.facts]
        if missing:
            found = listing.facts(db, missing, viewer=viewer)
            held.facts.update({page_id: found.get(page_id) for page_id in missing})
        return {page_id: fact for page_id in ids if (fact := held.facts.get(page_id)) is not None}

    def pages(self, db: Session, ids: Sequence[int], *, viewer: Actor) -> dict[int, Page]:
        """Those of the pages that the viewer may read, with revision and category, to be read and never changed."""
        held = self._of(db, viewer)
        if held is None:
            return pages.by_ids(db, ids, viewer=viewer)
        found = {page_id: page for page_id in ids if (page := held.pages.get(page_id)) is not None}
        loaded = pages.by_ids(db, [page_id for page_id in ids if page_id not in found], viewer=viewer)
        for page in loaded.values():
            if page.shown is not None and len(page.shown.body) <= _LONG and len(held.pages) < _MOST_TEXTS:
                pages.free(db, page)
                held.pages[page.id] = page
        return found | loaded

    def tags(self, db: Session, ids: Iterable[int], *, viewer: Actor) -> set[str]:
        """The tags that these pages carry; ask for readable pages alone."""
        held, wanted = self._of(db, viewer), list(ids)
        if held is None:
            return {name for names in listing.tags_of(db, wanted).values() for name in names}
        missing = [page_id for page_id in wanted if page_id not in held.tags]
        if missing:
            found = listing.tags_of(db, missing)
            held.tags.update({page_id: found.get(page_id, ()) for page_id in missing})
        return {name for page_id in wanted for name in held.tags.get(page_id, ())}

    def shelves(self, db: Session, *, viewer: Actor) -> Sequence[Category]:
        """The categories that this reader may know of, in shelf order."""
        held = self._of(db, viewer)
        if held is None:
            return categories.visible_to(db, viewer)
        if held.shelves is None:
            # Rows belong to one session and one thread; copies that were never in a session belong to nobody.
            held.shelves = tuple(one.copy() for one in categories.visible_to(db, viewer))
        return held.shelves

    def synonyms(self, db: Session, *, viewer: Actor) -> tuple[Synonym, ...]:
        """The synonyms that every search goes by now."""
        held = self._of(db, viewer)
        if held is None:
            return synonyms.current(db)
        if held.synonyms is None:
            held.synonyms = synonyms.current(db)
        return held.synonyms

    def _of(self, db: Session, viewer: Actor) -> _Held | None:
        """What is held for this audience at the stamp of this transaction; None where nothing may be held."""
        now = stamp.number(db)
        if now is None:
            return None
        with self._lock:
            if now != self._stamp:
                self._stamp, self._held = now, {}
            held = self._held.setdefault(viewer.audience, _Held())
        if len(held.pages) >= _MOST_TEXTS:
            held.pages.clear()
        if len(held.facts) > _MOST:
            held.facts.clear()
            held.tags.clear()
        return held
