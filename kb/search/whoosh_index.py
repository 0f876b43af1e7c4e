"""The search index on disk: an ordinary Whoosh index, written by one at a time and swapped whole when rebuilt."""

import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.fields import ID, KEYWORD, NUMERIC, TEXT, Schema
from whoosh.index import LockError, create_in, open_dir
from whoosh.util.filelock import FileLock, try_for

from kb.rules.pages import Audience
from kb.search.port import Document, Found, IndexBroken, IndexBusy, Query
from kb.search.scorer import rank
from kb.search.segments import OpenSegment, damage
from kb.search.words import field_terms, keyword, parse
from kb.text import japanese

SCHEMA = 1  # Changes with the fields below; an index of another number is rebuilt.
_FINGERPRINT = "fingerprint.json"
_TOC = re.compile(r"_MAIN_([0-9]+)\.toc$")
_MEMORY = 128  # MB of postings held while writing; the rest waits on disk
_GLANCES = 20  # looks, 10 ms apart, at an index that is just being swapped


def _schema() -> Any:
    numbers = {"numtype": int, "bits": 64, "stored": True, "sortable": True, "shift_step": 0}
    texts = {
        field: TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=True)
        for field in ("title", "phrases", "tags", "body", "staff", "sv")
    }
    return Schema(
        page_id=NUMERIC(unique=True, **numbers),
        revision_id=NUMERIC(**numbers),
        updated_at=NUMERIC(**numbers),
        audience=ID(stored=True),
        language=ID(stored=True),
        kind=ID(stored=True),
        category=ID(stored=True),
        confidence=ID(stored=True),
        tag=KEYWORD(),
        **texts,
    )


def _fields(document: Document) -> dict[str, Any]:
    # A list is taken by Whoosh as terms that are already analysed.
    texts = {field: terms for field, terms in field_terms(document).items() if terms}
    keywords = {
        name: keyword(str(getattr(document, name)))
        for name in ("audience", "language", "kind", "category", "confidence")
    }
    return {
        "page_id": document.page_id,
        "revision_id": document.revision_id,
        "updated_at": document.updated_at,
        "tag": sorted({keyword(tag) for tag in document.tags}),
        **{name: value for name, value in keywords.items() if value},
        **texts,
    }


class _Snapshot:
    """The index as it was at one commit."""

    def __init__(self, live: Path, stamp: object, before: "_Snapshot | None") -> None:
        self.stamp = stamp
        self._reader = open_dir(str(live)).reader()
        known = {segment.name: segment for segment in before.segments} if before else {}
        self.segments: list[OpenSegment] = []
        try:
            for leaf, _ in self._reader.leaf_readers() if self._reader.doc_count_all() else ():
                name = str(leaf.segment().segment_id())
                self.segments.append(OpenSegment(leaf, name, known.get(name)))
        except BaseException:
            self._reader.close()
            raise

    def close(self) -> None:
        self._reader.close()


class WhooshIndex:
    """Keeps the promises of `SearchIndex` in `folder`: `live/` answers, `building/` is filled beside it.

    A writer waits `patience` seconds for another one, in this process or elsewhere, before it raises IndexBusy.
    """

    def __init__(self, folder: Path, *, patience: float = 2.0) -> None:
        self._folder = folder
        self._live = folder / "live"
        self._patience = patience
        self._lock = RLock()
        self._snapshot: _Snapshot | None = None
        self._begun = False

    def replace(self, documents: Iterable[Document], removed: Iterable[int] = ()) -> None:
        """Put documents in and take pages out, in one commit. Raises IndexBusy or IndexBroken."""
        new = {document.page_id: _fields(document) for document in documents}
        touched = sorted({*removed, *new})
        if not touched:
            return
        with damage(), self._writing():
            if not self._begun and self._is_nothing():
                self._build(())
            self._check()
            writer = open_dir(str(self._live)).writer(limitmb=_MEMORY)
            try:
                for page in touched:
                    writer.delete_by_term("page_id", page)
                for fields in new.values():
                    writer.add_document(**fields)
                writer.commit()
            except BaseException:
                if not writer.is_closed:
                    writer.cancel()
                raise

    def search(self, query: Query) -> Found:
        """Find pages. Raises IndexBroken."""
        words = parse(query.words)
        # Whoosh's readers share one file position between threads.
        with self._lock:
            segments = self._current().segments
            return rank(segments, words, query) if words.terms else Found(0, (), ())

    def contents(self) -> dict[int, tuple[int, str]]:
        """Tell which revision of each page is held, and its audience. Raises IndexBroken."""
        with self._lock:
            found = {}
            for segment in self._current().segments:
                masks = {str(audience): segment.marked("audience", (str(audience),)) for audience in Audience}
                for document in segment.living():
                    audience = next((name for name, mask in masks.items() if mask[document]), "")
                    found[segment.pages[document]] = segment.revisions[document], audience
            return found

    def rebuild(self, documents: Iterable[Document], progress: Callable[[int], None] | None = None) -> None:
        """Build a new index beside the old one and swap them. Raises IndexBusy, ValueError for a page given twice."""
        with self._writing():
            self._build(documents, progress)

    def close(self) -> None:
        """Let go of open files; a later use opens them again."""
        with self._lock:
            if self._snapshot:
                self._snapshot.close()
            self._snapshot = None

    @contextmanager
    def _writing(self) -> Iterator[None]:
        # Whoosh's own lock lies inside live/, which a rebuild moves away; this one guards the whole folder.
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        lock = FileLock(str(self._folder / "write.lock"))
        if not try_for(lock.acquire, timeout=self._patience, delay=0.05):
            raise IndexBusy
        try:
            yield
        except LockError as error:
            raise IndexBusy from error
        finally:
            lock.release()

    def _build(self, documents: Iterable[Document], progress: Callable[[int], None] | None = None) -> None:
        """Fill `building/` and swap it with `live/`; the caller holds the lock."""
        building = self._folder / "building"
        for left in (building, *self._folder.glob("old-*")):
            shutil.rmtree(left, ignore_errors=True)
        building.mkdir(mode=0o700)
        writer = create_in(str(building), _schema()).writer(limitmb=_MEMORY)
        try:
            seen: set[int] = set()
            for done, document in enumerate(documents, 1):
                if document.page_id in seen:
                    raise ValueError(f"page {document.page_id} came twice")
                seen.add(document.page_id)
                writer.add_document(**_fields(document))
                if progress:
                    progress(done)
            writer.commit()
            fingerprint = json.dumps(_wanted() | {"made": uuid.uuid4().hex})
            (building / _FINGERPRINT).write_text(fingerprint, encoding="utf-8")
        except BaseException:
            if not writer.is_closed:
                writer.cancel()
            shutil.rmtree(building, ignore_errors=True)
            raise
        self._swap(building)

    def _swap(self, building: Path) -> None:
        old = self._folder / f"old-{uuid.uuid4().hex}"
        if self._live.exists():
            self._live.rename(old)
        building.rename(self._live)
        shutil.rmtree(old, ignore_errors=True)

    def _current(self) -> _Snapshot:
        """Open the newest commit, unless it is open already. Raises IndexBroken."""
        with damage():
            self._begin()
            stamp = self._stamp()
            if self._snapshot is None or self._snapshot.stamp != stamp:
                self._check()
                before, self._snapshot = self._snapshot, None
                try:
                    self._snapshot = _Snapshot(self._live, stamp, before)
                finally:
                    if before:
                        before.close()
            return self._snapshot

    def _begin(self) -> None:
        """Make an empty index where nothing has ever been."""
        if not self._begun and self._is_nothing():
            with self._writing():
                if self._is_nothing():
                    self._build(())
        self._begun = True

    def _is_nothing(self) -> bool:
        """Whether there is no index; a half-made one, or half of a swap, is something."""
        return not any(path.is_dir() for path in self._folder.glob("*"))

    def _stamp(self) -> tuple[object, ...]:
        """Tell one commit of one build from every other. Raises IndexBroken."""
        for _ in range(_GLANCES):
            try:
                names = os.listdir(self._live)
                file = os.stat(self._live / _FINGERPRINT)
            except FileNotFoundError:
                if not any([*self._folder.glob("old-*"), *self._folder.glob("building")]):
                    break
                time.sleep(0.01)
                continue
            generations = [int(match[1]) for match in map(_TOC.match, names) if match]
            if generations:
                return file.st_ino, file.st_mtime_ns, max(generations)
            break
        raise IndexBroken

    def _check(self) -> None:
        """Raise IndexBroken unless the index was made by the same schema, rules and dictionary."""
        made = json.loads((self._live / _FINGERPRINT).read_text(encoding="utf-8"))
        if {name: made.get(name) for name in _wanted()} != _wanted():
            raise IndexBroken


def _wanted() -> dict[str, Any]:
    return {"schema": SCHEMA, "terms": japanese.fingerprint()}
