"""One segment of an open index as arrays; what was read of it once is kept, within a bound for the whole index."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar

import numpy as np

from kb.search import codec
from kb.search.lists import Numbers
from kb.search.port import IndexBroken, IndexBusy

CACHE = 256  # MB
_ENTRY = 400  # bytes that an entry costs beside its arrays
_T = TypeVar("_T")


@contextmanager
def damage() -> Iterator[None]:
    """Raise IndexBroken for whatever a reader stumbles over in damaged files: the remedy is one."""
    try:
        yield
    except (IndexBroken, IndexBusy):
        raise
    except Exception as error:
        raise IndexBroken from error


class Cache:
    """What was computed from segments, the latest used of it, up to some megabytes; for many threads."""

    def __init__(self, megabytes: float = CACHE) -> None:
        self._limit = int(megabytes * 1024 * 1024)
        self._size = 0
        self._entries: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """Give what is kept under `key`, made now if it is not there; its `nbytes`, if any, counts."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
                kept: _T = self._entries[key][0]
                return kept
        made = make()
        size = _ENTRY + getattr(made, "nbytes", 0)
        with self._lock:
            if key not in self._entries and size <= self._limit:
                self._entries[key] = made, size
                self._size += size
                while self._size > self._limit:
                    self._size -= self._entries.popitem(last=False)[1][1]
        return made

    @property
    def nbytes(self) -> int:
        """The bytes of everything that is kept."""
        return self._size


@dataclass(frozen=True, slots=True)
class Values:
    """A field to filter by: documents[starts[i]:starts[i + 1]] hold the value names[i]."""

    names: tuple[str, ...]
    documents: Numbers
    starts: Numbers

    def of(self, name: str) -> Numbers:
        """Give the documents that hold a value."""
        if name not in self.names:
            return self.documents[:0]
        at = self.names.index(name)
        return self.documents[self.starts[at] : self.starts[at + 1]]

    def count(self, mask: Numbers) -> dict[str, int]:
        """Count the documents of a mask by the values that they hold."""
        if not self.names:
            return {}
        counts = np.add.reduceat(mask[self.documents], self.starts[:-1], dtype=np.int64)
        return {name: count for name, count in zip(self.names, counts.tolist(), strict=True) if count}


class _Content:
    """What never changes in a segment: everything but its deletions."""

    def __init__(self, reader: Any) -> None:
        self.reader = reader
        self.size = int(reader.doc_count_all())
        self.pages = codec.read_numbers(reader, "page_id").astype(np.int64)
        self.revisions = codec.read_numbers(reader, "revision_id")
        self._values: dict[str, Values] = {}

    def values(self, field: str) -> Values:
        if field not in self._values:
            names, _ = codec.read_terms(self.reader, field)
            lists = [codec.read_postings(self.reader, field, name)[0] for name in names]
            starts = np.cumsum([0, *map(len, lists)])
            self._values[field] = Values(tuple(names), np.concatenate([np.zeros(0, np.uint32), *lists]), starts)
        return self._values[field]


class OpenSegment:
    """One segment of an open Whoosh reader; `before` is the same one at an older commit. For many threads."""

    def __init__(self, reader: Any, cache: Cache, before: "OpenSegment | None" = None) -> None:
        self.cache = cache
        self.name = str(reader.segment().segment_id())
        with damage():
            self._content: _Content = before._content if before else _Content(reader)
            self.living = np.ones(self._content.size, bool)
            self.living[list(reader.segment().deleted_docs())] = False
        # Within a segment, documents are only ever deleted.
        self.version = int(reader.segment().deleted_count())
        self._volumes: dict[tuple[str, tuple[str, ...]], tuple[int, int]] = {}

    @property
    def size(self) -> int:
        """The number of documents, deleted ones included; documents count from 0."""
        return self._content.size

    @property
    def pages(self) -> Numbers:
        """page_id by document, int64."""
        return self._content.pages

    @property
    def revisions(self) -> Numbers:
        """revision_id by document, int64."""
        return self._content.revisions

    def lengths(self, field: str) -> Numbers:
        """Give the length of a text by document, in terms. Raises IndexBroken, as every reading here."""
        with damage():
            return codec.read_lengths(self._content.reader, field)

    def postings(self, field: str, term: str) -> tuple[Numbers, Numbers]:
        """Give the documents that hold a term, deleted ones included and ascending, and how often each does."""
        with damage():
            return codec.read_postings(self._content.reader, field, term)

    def places(self, field: str, term: str) -> tuple[Numbers, Numbers, Numbers]:
        """Give documents and counts of a term, and all its places, those of one document after the other's."""
        with damage():
            return codec.read_places(self._content.reader, field, term)

    def terms(self, field: str) -> tuple[list[str], list[int]]:
        """Give every term of a field, in the order of code points, and how many documents hold it, deleted ones too."""
        with damage():
            return codec.read_terms(self._content.reader, field)

    def values(self, field: str) -> Values:
        """Give every value of a field to filter by, deleted documents included."""
        with damage():
            return self._content.values(field)

    def marked(self, field: str, values: Sequence[str]) -> Numbers:
        """Give by document whether it lives and holds one of the values."""
        key = self.name, self.version, field, frozenset(values)
        return self.cache.get(key, lambda: self._mark(field, key[-1]))

    def volume(self, field: str, audiences: tuple[str, ...]) -> tuple[int, int]:
        """Give the sum of a text's lengths among living documents for these audiences, and how many are not 0."""
        key = field, audiences
        if key not in self._volumes:
            lengths = self.lengths(field)[self.marked("audience", audiences)]
            self._volumes[key] = int(lengths.sum(dtype=np.int64)), int(np.count_nonzero(lengths))
        return self._volumes[key]

    def _mark(self, field: str, values: frozenset[str]) -> Numbers:
        mask = np.zeros(self.size, bool)
        for value in values:
            mask[self.values(field).of(value)] = True
        return mask & self.living
