"""The one indexer of a machine: a thread that drains the outbox, while the others wait for its lock."""

import contextlib
import logging
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import IO

from kb.rules.pages import Audience
from kb.search.port import IndexBroken, IndexBusy, Query, SearchIndex
from kb.services import chores, indexing, reaching, synonyms
from kb.store.base import Store

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no advisory locks; there one process serves alone.
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger("kb.indexer")

PAUSE = 0.2  # seconds between two looks into the outbox
REST = 60.0  # seconds at most between two tries, and at least between two rebuilds
COMPARE_EVERY = 3600.0  # seconds between two comparisons of index and store
COUNT_EVERY = 300.0  # seconds between two counts of what the review queue is ranked by


class Lock:
    """A lock between processes on one file; the system frees it when its holder dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def take(self) -> bool:
        """Whether the lock is ours now."""
        if self._file is not None:
            return True
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._path.open("w")
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def free(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class Indexer(threading.Thread):
    """Keeps the index in step until `stop`, and warm in this process; only one of a machine's indexers writes."""

    def __init__(self, store: Store, index: SearchIndex, lock: Path) -> None:
        super().__init__(name="indexer", daemon=True)
        self._store, self._index, self._lock = store, index, Lock(lock)
        self._stopping = threading.Event()
        self._warmer = threading.Thread(target=self._keep_warm, name="warmer", daemon=True)
        self._since = COMPARE_EVERY
        self._counted = -COUNT_EVERY
        self._faults = 0
        self._rebuilt = -REST

    def prepare(self) -> None:
        """Read the dictionary and a thousand synonyms, as the first search would, so that nobody waits for that."""
        with contextlib.suppress(Exception):
            with self._store.reading() as db:
                query = Query("kb", Audience.SV, synonyms=synonyms.current(db), limit=1)
            self._index.search(query)

    def run(self) -> None:
        self._warmer.start()
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                pause = 0.0 if self._lock.take() and self._work() else PAUSE
                self._faults = 0
            except IndexBusy:
                pause = PAUSE  # A command of the terminal is writing.
            except Exception:  # The thread must outlive a passing fault: a full disk, a locked database.
                log.exception("indexing failed and is tried again")
                self._faults += 1
                pause = min(REST, PAUSE * 2**self._faults)
            self._stopping.wait(pause)
            self._since += time.monotonic() - began
        self._lock.free()

    def stop(self) -> None:
        """End after the work at hand."""
        self._stopping.set()
        for thread in (self, self._warmer):
            if thread.is_alive():
                thread.join(timeout=10)

    def _work(self) -> bool:
        """Do what is next; whether there may be more."""
        try:
            if self._since >= COMPARE_EVERY:
                # What was promised to be deleted does not wait for a broken index.
                chores.do(self._store)
                self._compare()
                self._since = 0.0
            if indexing.drain(self._store, self._index) > 0 or self._index.tidy():
                return True
            self._count()
            return False
        except IndexBroken:
            return self._rebuild()

    def _rebuild(self) -> bool:
        # A fault that a new index has as well must not keep the machine busy.
        if time.monotonic() - self._rebuilt < REST:
            return False
        log.warning("the index can't be read and is built anew")
        indexing.rebuild(self._store, self._index)
        self._rebuilt = time.monotonic()
        return True

    def _keep_warm(self) -> None:
        while not self._stopping.wait(PAUSE):
            self._index.warm()

    def _count(self) -> None:
        if time.monotonic() - self._counted < COUNT_EVERY:
            return
        self._counted = time.monotonic()
        reaching.count(self._store)

    def _compare(self) -> None:
        difference = indexing.compare(self._store, self._index)
        if difference.pages:
            log.info("%s pages differ between index and store", len(difference.pages))
            indexing.mend(self._store, self._index, difference)

    def __enter__(self) -> "Indexer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
