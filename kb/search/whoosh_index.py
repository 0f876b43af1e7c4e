"""The search index on disk: an ordinary Whoosh index, written by one at a time and swapped whole when rebuilt."""

import contextlib
import errno
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import TypeVar

import numpy as np
from whoosh.index import create_in, open_dir
from whoosh.writing import NO_MERGE

from kb.rules.pages import Audience
from kb.search import building, scorer, vocabulary, writing
from kb.search.folder import IndexFolder, OtherMaker, Stamp
from kb.search.opened import Opened
from kb.search.plan import plan
from kb.search.port import Completion, Document, Explanation, Found, IndexBroken, Query
from kb.search.schema import schema
from kb.search.segments import CACHE, Cache, damage
from kb.search.writing import PartWriter

_NOTICEABLE = 10  # One document in so many is new: that is worth warming up again.
_TRIES = 5  # at reading a commit, when others write meanwhile
_PASSING = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC, errno.EDQUOT)
_T = TypeVar("_T")
log = logging.getLogger("kb.search")


class WhooshIndex:
    """Keeps the promises of `SearchIndex` in a folder; what was computed from it is kept up to `cache_mb` megabytes.

    A writer waits `patience` seconds for another one, in this process or elsewhere, before it raises IndexBusy. A
    search that meets damage leaves a mark, so that whoever keeps the index hears of it, in whatever process.
    """

    def __init__(self, folder: Path, *, patience: float = 2.0, cache_mb: float = CACHE) -> None:
        self._folder = IndexFolder(folder, patience)
        self._cache = Cache(cache_mb)
        self._warmth = cache_mb * 1024 * 1024 / 2
        self._opening = Lock()
        self._opened: Opened | None = None
        self._begun = False
        self._tidied: Stamp | None = None
        self._warm: frozenset[str] = frozenset()

    def replace(self, documents: Iterable[Document], removed: Iterable[int] = ()) -> None:
        """Put documents in and take pages out, in one commit. Raises IndexBusy or IndexBroken."""
        new = {document.page_id: document for document in documents}
        touched = sorted({*removed, *new})
        if not touched:
            return
        batch = building.read(list(new.values()))
        with self._keeping() as opened:
            gone = {
                segment.name: np.flatnonzero(np.isin(segment.pages, touched) & segment.living).tolist()
                for segment in opened.segments
            }
            if not new and not any(gone.values()):
                return
            with self._writer(self._folder.live) as writer:
                for segment in writer.segments:
                    for document in gone.get(str(segment.segment_id()), ()):
                        segment.delete_document(document)
                if new:
                    writer.add_batch(batch)
                writer.commit(mergetype=NO_MERGE)

    def search(self, query: Query) -> Found:
        """Find pages. Raises IndexBroken."""

        def ask(opened: Opened) -> Found:
            view = opened.view(query.audience, half_typed=query.half_typed)
            return scorer.search(opened.segments, plan(query, opened.words(view)), query)

        return self._answer(ask)

    def explain(self, query: Query, page_id: int) -> Explanation:
        """Tell why a page is found, or what stands in its way. Raises IndexBroken."""

        def ask(opened: Opened) -> Explanation:
            view = opened.view(query.audience, half_typed=query.half_typed)
            return scorer.explain(opened.segments, plan(query, opened.words(view)), query, page_id)

        return self._answer(ask)

    def complete(
        self, words: str, audience: Audience, *, language: str | None = None, limit: int = 8
    ) -> tuple[Completion, ...]:
        """Tell what the last, half-typed word may become. Raises IndexBroken."""

        def ask(opened: Opened) -> tuple[Completion, ...]:
            view = opened.view(audience, half_typed=True, language=language)
            return vocabulary.complete(words, opened.words(view), limit)

        return self._answer(ask)

    def warm(self) -> None:
        """Read what most searches need; at once over when little has changed since the last time."""
        with contextlib.suppress(Exception):
            opened = self._open(self._folder.stamp())
            sizes = {segment.name: segment.size for segment in opened.segments}
            cold = sum(size for name, size in sizes.items() if name not in self._warm)
            if _NOTICEABLE * cold > sum(sizes.values()):
                opened.warm(self._warmth)
                self._warm = frozenset(sizes)

    def contents(self) -> dict[int, tuple[int, str]]:
        """Tell which revision of each page is held, and its audience. Raises IndexBroken."""
        self._folder.require_unmarked()
        return self._answer(Opened.contents)

    def tidy(self) -> bool:
        """Merge small segments; whether there were any to merge. Raises IndexBusy or IndexBroken."""
        self._folder.require_unmarked()
        with damage():
            if self._folder.stamp() == self._tidied:
                return False
        with self._keeping() as opened:
            chosen = writing.merging((one.name, one.size, int(one.living.sum())) for one in opened.segments)
            if chosen:
                with self._writer(self._folder.live) as writer:
                    writer.commit(mergetype=writing.merge(chosen))
            else:
                self._tidied = opened.stamp
            return bool(chosen)

    def rebuild(self, documents: Iterable[Document], progress: Callable[[int], None] | None = None) -> None:
        """Build a new index beside the old one and swap them. Raises IndexBusy, ValueError for a page given twice.

        May raise OSError where no folder can be made.
        """
        self._folder.clear_the_way()
        with self._folder.writing():
            self._build(documents, progress)

    def close(self) -> None:
        """Let go of open files; a later use opens them again."""
        self._opened = None

    @contextmanager
    def _keeping(self) -> Iterator[Opened]:
        """Keep other writers away and give the newest commit. Raises OSError for a passing fault of the machine."""
        with _lasting_damage(), self._folder.writing():
            if not self._begun and self._folder.is_nothing():
                self._build(())
            self._begun = True  # What is not there from now on has been lost.
            self._folder.require_unmarked()
            yield self._open(self._folder.stamp())

    @contextmanager
    def _writer(self, folder: Path) -> Iterator[PartWriter]:
        """Give a writer that is cancelled unless it has committed; the caller holds the lock."""
        writer = PartWriter(open_dir(str(folder)))
        try:
            yield writer
        finally:
            if not writer.is_closed:
                writer.cancel()

    def _build(self, documents: Iterable[Document], progress: Callable[[int], None] | None = None) -> None:
        """Fill a new index and put it in place of the old one; the caller holds the lock."""
        done = 0
        with self._folder.building() as folder, closing(building.batches(_once(documents))) as batches:
            create_in(str(folder), schema())
            for first in batches:
                with self._writer(folder) as writer:
                    for batch in chain([first], batches):
                        writer.add_batch(batch)
                        for _ in range(batch.size):
                            done += 1
                            if progress:
                                progress(done)
                        if writer.is_full:
                            break
                    writer.commit(mergetype=NO_MERGE)
        self._begun = True

    def _answer(self, ask: Callable[[Opened], _T]) -> _T:
        """Ask the newest commit; what others merged away while it was read is asked for again."""
        for _ in range(_TRIES):
            stamp = None
            try:
                with damage():
                    self._begin()
                    stamp = self._folder.stamp()
                    return ask(self._open(stamp))
            except OtherMaker:
                raise
            except IndexBroken as error:
                if stamp is None or self._is_newest(stamp):
                    self._complain(error)
                    raise
        raise IndexBroken

    def _begin(self) -> None:
        """Make an empty index where nothing has ever been."""
        if not self._begun and self._folder.is_nothing():
            with self._folder.writing():
                if self._folder.is_nothing():
                    self._build(())
        self._begun = True

    def _open(self, stamp: Stamp) -> Opened:
        """Open the newest commit, unless that is open already. Raises IndexBroken."""
        opened = self._opened
        if opened is None or opened.stamp != stamp:
            with self._opening:
                opened = self._opened
                if opened is None or opened.stamp != stamp:
                    self._folder.require_ours()
                    opened = self._opened = Opened(self._folder.live, stamp, self._cache, opened)
        return opened

    def _is_newest(self, stamp: Stamp) -> bool:
        try:
            return self._folder.stamp() == stamp
        except (IndexBroken, OSError):
            return True

    def _complain(self, error: IndexBroken) -> None:
        if not _is_passing(error) and self._folder.mark_broken():
            log.warning("the index can't be read", exc_info=error)


@contextmanager
def _lasting_damage() -> Iterator[None]:
    try:
        with damage():
            yield
    except IndexBroken as error:
        if _is_passing(error) and error.__cause__:
            raise error.__cause__ from None
        raise


def _is_passing(error: IndexBroken) -> bool:
    """Whether the machine is at fault (no memory, no room, too many open files), so that a rebuild mends nothing."""
    cause = error.__cause__
    return isinstance(cause, MemoryError) or (isinstance(cause, OSError) and cause.errno in _PASSING)


def _once(documents: Iterable[Document]) -> Iterator[Document]:
    seen: set[int] = set()
    for document in documents:
        if document.page_id in seen:
            raise ValueError(f"page {document.page_id} came twice")
        seen.add(document.page_id)
        yield document
