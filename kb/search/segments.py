"""One segment of an open index, read for the scorer: what was read of it once is kept."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kb.search.port import IndexBroken, IndexBusy

MASKS = 64  # filters remembered for a segment


@contextmanager
def damage() -> Iterator[None]:
    """Raise IndexBroken for whatever a reader stumbles over in damaged files: the remedy is one."""
    try:
        yield
    except (IndexBroken, IndexBusy):
        raise
    except Exception as error:
        raise IndexBroken from error


class OpenSegment:
    """One segment of an open Whoosh reader, as the scorer reads it; `before` is the same one at an older commit."""

    def __init__(self, reader: Any, name: str, before: "OpenSegment | None") -> None:
        self._reader = reader
        self.name = name
        self._masks: dict[tuple[str, tuple[str, ...]], bytearray] = {}
        self._volumes: dict[tuple[str, tuple[str, ...]], tuple[int, int]] = {}
        # A segment never changes but for its deletions, so what was read of it once stays true.
        self.pages: Sequence[int] = before.pages if before else self._column("page_id")
        self.revisions: Sequence[int] = before.revisions if before else self._column("revision_id")
        self._lengths: dict[str, Sequence[int]] = before._lengths if before else {}

    def living(self) -> list[int]:
        with damage():
            return list(self._reader.all_doc_ids())

    def postings(self, field: str, term: str) -> tuple[Sequence[int], Sequence[float]]:
        documents: list[int] = []
        counts: list[float] = []
        for matcher in self._matcher(field, term):
            documents.append(matcher.id())
            counts.append(matcher.weight())
        return documents, counts

    def positions(self, field: str, term: str) -> dict[int, list[int]]:
        return {matcher.id(): matcher.value_as("positions") for matcher in self._matcher(field, term)}

    def lengths(self, field: str) -> Sequence[int]:
        if field not in self._lengths:
            with damage():
                length = self._reader.doc_field_length
                self._lengths[field] = [length(document, field) or 0 for document in range(len(self.pages))]
        return self._lengths[field]

    def volume(self, field: str, audiences: tuple[str, ...]) -> tuple[int, int]:
        key = field, audiences
        if key not in self._volumes:
            visible = self.marked("audience", audiences)
            found = [length for length, seen in zip(self.lengths(field), visible, strict=True) if seen and length]
            self._volumes[key] = sum(found), len(found)
        return self._volumes[key]

    def marked(self, field: str, values: tuple[str, ...]) -> bytearray:
        key = field, values
        if key not in self._masks:
            mask = bytearray(len(self.pages))
            for value in values:
                for matcher in self._matcher(field, value):
                    mask[matcher.id()] = 1
            if len(self._masks) >= MASKS:
                self._masks.clear()
            self._masks[key] = mask
        return self._masks[key]

    def _column(self, field: str) -> list[int]:
        column = self._reader.column_reader(field)
        return [int(column[document]) for document in range(self._reader.doc_count_all())]

    def _matcher(self, field: str, term: str) -> Iterator[Any]:
        """Give a matcher standing on each posting in turn."""
        with damage():
            if (field, term) not in self._reader:
                return
            matcher = self._reader.postings(field, term)
            while matcher.is_active():
                yield matcher
                matcher.next()
