"""Segments written whole: with their lexicon, and with the sizes of their files, by which a cut one is noticed."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.reading import SegmentReader

from kb.search import lexicon
from kb.search.batches import ArrayWriter, Batch
from kb.search.lexicon import Lexicon
from kb.search.lists import Numbers, firsts
from kb.search.port import IndexBroken
from kb.search.schema import TEXTS
from kb.search.weighing import HEADINGS

MERGED = 5  # segments of about one size that become one
FULL = 100_000_000  # bytes of posting lists; while they are written they take about three times as much memory
LARGEST = 5_000  # living documents that a merged segment may have; no edit is found while they are merged
_LEXICON, _SIZES = ".lexicon", ".sizes"  # Whoosh clears away what bears the name of a segment that is no more.


class PartWriter(ArrayWriter):
    """Writes one segment, with what lies beside it."""

    def __init__(self, index: Any, **options: Any) -> None:
        super().__init__(index, **options)
        self._bytes = 0

    def add_batch(self, batch: Batch) -> None:
        super().add_batch(batch)
        for lists in batch.fields.values():
            self._bytes += 4 * (len(lists.ids) + len(lists.counts) + len(lists.places))

    @property
    def is_full(self) -> bool:
        """Whether more batches would take too much memory, so that another segment should begin."""
        return self._bytes >= FULL

    def _flush_segment(self) -> None:
        words = lexicon.build(_counted(self.pool.fields))
        super()._flush_segment()
        lexicon.save(words, self._beside(_LEXICON))

    def _commit_toc(self, segments: Sequence[Any]) -> None:
        if self.newsegment in segments:
            files = self.newsegment.list_files(self.storage)
            sizes = {name: self.storage.file_length(name) for name in files}
            self._beside(_SIZES).write_text(json.dumps(sizes), encoding="utf-8")
        super()._commit_toc(segments)

    def _beside(self, ending: str) -> Path:
        name: str = self.newsegment.make_filename(ending)
        return Path(self.storage.folder) / name


def require_whole(folder: Path, segment: str) -> None:
    """Raise IndexBroken unless every file of a segment is as long as it was written."""
    sizes = json.loads((folder / f"{segment}{_SIZES}").read_text(encoding="utf-8"))
    if any((folder / name).stat().st_size != size for name, size in sizes.items()):
        raise IndexBroken


def load_lexicon(folder: Path, segment: str) -> Lexicon:
    """Read the words of a segment."""
    return lexicon.load(folder / f"{segment}{_LEXICON}")


def merging(segments: Iterable[tuple[str, int, int]]) -> frozenset[str]:
    """Choose the segments that should become one now, perhaps none, from (name, documents, living documents) of all.

    A segment is written anew when most of it is deleted, or together with others of its size, never for a few edits.
    """
    sizes: dict[int, list[tuple[int, str]]] = {}
    for name, documents, living in segments:
        if 2 * living < documents:
            return frozenset([name])
        sizes.setdefault(len(np.base_repr(max(1, living), MERGED)), []).append((living, name))
    for _, alike in sorted(sizes.items()):
        if len(alike) >= MERGED and sum(living for living, _ in alike) <= LARGEST:
            return frozenset(name for _, name in alike)
    return frozenset()


def merge(chosen: Collection[str]) -> Callable[[ArrayWriter, list[Any]], list[Any]]:
    """Make a Whoosh merge policy that takes these segments into the one being written, without what is deleted."""

    def policy(writer: ArrayWriter, segments: list[Any]) -> list[Any]:
        kept = []
        for segment in segments:
            if str(segment.segment_id()) not in chosen:
                kept.append(segment)
            elif segment.doc_count():
                reader = SegmentReader(writer.storage, writer.schema, segment)
                writer.add_reader(reader)
                reader.close()
        return kept

    return policy


def _counted(fields: Mapping[str, Mapping[bytes, Any]]) -> dict[str, tuple[int, int]]:
    """Count for each term the documents that hold it, and those that hold it in a heading."""
    holding: dict[bytes, list[tuple[str, Numbers]]] = {}
    for field in TEXTS:
        for term, found in fields.get(field, {}).items():
            holding.setdefault(term, []).append((field, np.frombuffer(found.ids, np.uint32)))
    return {
        term.decode(): (_union(ids for _, ids in held), _union(ids for field, ids in held if field in HEADINGS))
        for term, held in holding.items()
    }


def _union(lists: Iterable[Numbers]) -> int:
    held = list(lists)
    return len(held[0]) if len(held) == 1 else len(firsts(np.sort(np.concatenate([np.zeros(0, np.uint32), *held]))))
