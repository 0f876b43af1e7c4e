"""Keep the index in step with the store: drain the outbox, rebuild, compare."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kb.rules.pages import Audience
from kb.search.port import Document, Query, SearchIndex
from kb.store import indexable, outbox, schema
from kb.store.base import Session, Store
from kb.store.pages import Page
from kb.text import audience as audiences

BATCH = 200
log = logging.getLogger("kb.indexing")


@dataclass(frozen=True)
class Difference:
    """What a comparison of index and store found: pages missing there, out of date there, and left over there."""

    missing: tuple[int, ...]
    outdated: tuple[int, ...]
    left_over: tuple[int, ...]

    @property
    def pages(self) -> tuple[int, ...]:
        return tuple(sorted({*self.missing, *self.outdated, *self.left_over}))


def to_document(page: Page) -> Document:
    """What the index keeps of a page: each audience's text in a field of its own."""
    revision = page.shown
    assert revision is not None
    fields = audiences.fields(revision.body)
    return Document(
        page_id=page.id,
        revision_id=revision.id,
        audience=page.audience,
        language=page.language.value,
        kind=page.kind.value,
        category=page.category.key if page.category else "",
        confidence=page.confidence.value if page.current_revision_id else "unvalidated",
        tags=tuple(revision.tags),
        title=revision.title,
        phrases=tuple(revision.phrases),
        body=fields.public,
        staff=fields.staff,
        sv=fields.sv,
        updated_at=int(page.updated_at.timestamp()),
    )


def drain(store: Store, index: SearchIndex, *, most: int = BATCH) -> int:
    """Bring the index up to date with the oldest outbox rows; returns how many rows are done.

    The page is read as it is now, and a row goes only after the index has committed: a crash between repeats work.
    """
    with store.reading() as db:
        rows = outbox.oldest(db, most)
        if not rows:
            return 0
        ids = sorted({row.page_id for row in rows})
        found = indexable.pages(db, ids)
        documents = [to_document(page) for page in found]
    there = {document.page_id for document in documents}
    index.replace(documents, [page_id for page_id in ids if page_id not in there])
    with store.writing() as db:
        outbox.remove(db, [row.id for row in rows])
    return len(rows)


def drain_all(store: Store, index: SearchIndex) -> int:
    """Drain until nothing waits, and tidy up after it; returns how many rows are done."""
    total = 0
    while done := drain(store, index):
        total += done
    while index.tidy():
        pass
    return total


def rebuild(store: Store, index: SearchIndex, progress: Callable[[int], None] | None = None) -> int:
    """Write the whole index anew beside the old one and swap; returns the number of pages."""
    with store.reading() as db:
        last = outbox.last_id(db)
        total = indexable.count(db)
        index.rebuild(_documents(db), progress)
    # Changes made meanwhile have later rows; those stay for the next drain.
    with store.writing() as db:
        outbox.remove_up_to(db, last)
    return total


def compare(store: Store, index: SearchIndex) -> Difference:
    """Compare (page, revision, audience) of both sides; pages that wait in the outbox are not counted."""
    with store.reading() as db:
        waiting = outbox.pages_waiting(db)
        wanted = indexable.state(db)
    present = index.contents()
    missing = [page_id for page_id in wanted if page_id not in present]
    outdated = [page_id for page_id, state in wanted.items() if page_id in present and present[page_id] != state]
    left_over = [page_id for page_id in present if page_id not in wanted]
    return Difference(*(tuple(one for one in found if one not in waiting) for found in (missing, outdated, left_over)))


def mend(store: Store, index: SearchIndex, difference: Difference) -> None:
    """Put what is missing or out of date into the outbox, for the next drain, and take out what is left over."""
    with store.writing() as db:
        outbox.add_many(db, sorted({*difference.missing, *difference.outdated}))
    # The store may never have heard of these (another database, a restored backup), so no row can name them.
    if difference.left_over:
        index.replace((), difference.left_over)


def _documents(db: Session) -> Iterator[Document]:
    for page in indexable.everything(db):
        yield to_document(page)


def parts_ready(store: Store, index: SearchIndex) -> dict[str, bool]:
    """Whether the database (at the newest schema) and the index can be used now."""
    found = {"database": False, "index": False}
    try:
        found["database"] = schema.is_current(store)
        index.search(Query("a", Audience.PUBLIC, limit=1))
        found["index"] = True
    except Exception:  # Whatever a damaged part raises, the answer is the same: it is not ready.
        log.warning("a part is not ready: %s", found, exc_info=True)
    return found
