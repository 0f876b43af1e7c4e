"""The one indexer of a machine: a thread that drains the outbox, while the others wait for its lock."""

import logging
import threading
from pathlib import Path
from types import TracebackType
from typing import IO

from kb.search.port import IndexBroken, SearchIndex
from kb.services import indexing
from kb.store.base import Store

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no advisory locks; there one process serves alone.
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger("kb.indexer")

PAUSE = 0.5  # seconds between two looks into the outbox
COMPARE_EVERY = 3600.0  # seconds between two comparisons of index and store


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
    """Keeps the index in step until `stop`; harmless to start in every worker, since only one holds the lock."""

    def __init__(self, store: Store, index: SearchIndex, lock: Path) -> None:
        super().__init__(name="indexer", daemon=True)
        self._store, self._index, self._lock = store, index, Lock(lock)
        self._stopping = threading.Event()

    def run(self) -> None:
        since = COMPARE_EVERY
        while not self._stopping.is_set():
            pause = PAUSE
            try:
                if self._lock.take():
                    if since >= COMPARE_EVERY:
                        self._compare()
                        since = 0.0
                    pause = 0.0 if indexing.drain(self._store, self._index) else PAUSE
            except IndexBroken:
                log.warning("the index can't be opened and is built anew")
                self._rebuild()
            except Exception:  # The thread must outlive a passing fault: a full disk, a locked database.
                log.exception("indexing failed and is tried again")
                pause = 10 * PAUSE
            since += pause
            self._stopping.wait(pause)
        self._lock.free()

    def stop(self) -> None:
        """End after the work at hand."""
        self._stopping.set()
        if self.is_alive():
            self.join(timeout=10)

    def _compare(self) -> None:
        difference = indexing.compare(self._store, self._index)
        if difference.pages:
            log.info("%s pages differ between index and store", len(difference.pages))
            indexing.mend(self._store, self._index, difference)

    def _rebuild(self) -> None:
        try:
            indexing.rebuild(self._store, self._index)
        except Exception:  # As above: the next round tries again.
            log.exception("the index could not be built")

    def __enter__(self) -> "Indexer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
