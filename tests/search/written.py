"""A small index on disk, written straight from terms, and the same pages for the reference."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from whoosh.index import create_in, open_dir

from kb.search.batches import ArrayWriter, invert
from kb.search.port import Document
from kb.search.reference import Entry
from kb.search.schema import TEXTS, schema
from kb.search.segments import Cache
from kb.search.snapshot import Snapshot
from kb.search.words import kanji, keyword
from tests.search.shop import page


def entry(page_id: int, document: dict[str, object] | None = None, **terms: str) -> Entry:
    """A page whose texts are these words, already terms: `title="a b"`."""
    texts = {field: terms.pop(field, "").split() for field in TEXTS}
    assert not terms
    return Entry(page(page_id, **(document or {})), texts)


def row(one: Entry) -> dict[str, Any]:
    """What the writer is given for a page."""
    document: Document = one.document
    values = {
        name: keyword(str(getattr(document, name)))
        for name in ("audience", "language", "kind", "category", "confidence")
    }
    numbers = {name: getattr(document, name) for name in ("page_id", "revision_id", "updated_at")}
    tags = [keyword(tag) for tag in document.tags]
    return {
        **numbers,
        **{name: value for name, value in values.items() if value},
        "tag": tags,
        **one.terms,
        **kanji(one.terms),
    }


class Written:
    """An index in a folder, and beside it the pages it should hold."""

    def __init__(self, folder: Path, *, megabytes: float = 16) -> None:
        self.folder = folder
        self.entries: dict[int, Entry] = {}
        self.snapshot: Snapshot | None = None
        self.cache = Cache(megabytes)
        create_in(str(folder), schema())

    def commit(
        self, entries: Sequence[Entry], removed: Iterable[int] = (), *, batches: bool = False, merged: bool = False
    ) -> Snapshot:
        """Put pages in place of those with their ids and take others out, in one commit, and open it."""
        gone = set(removed)
        writer = ArrayWriter(open_dir(str(self.folder)))
        for page_id in {one.document.page_id for one in entries} | gone:
            writer.delete_by_term("page_id", page_id)
        if batches and entries:
            half = len(entries) // 2
            for some in (entries[:half], entries[half:]):
                writer.add_batch(invert([row(one) for one in some]))
        else:
            for one in entries:
                writer.add_document(**row(one))
        writer.commit(optimize=merged, merge=merged)
        self.entries = {number: one for number, one in self.entries.items() if number not in gone}
        self.entries |= {one.document.page_id: one for one in entries}
        self.snapshot = Snapshot(self.folder, self.cache, self.snapshot)
        return self.snapshot
