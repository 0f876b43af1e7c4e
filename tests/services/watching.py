"""Watch an index follow its store, and one whose process dies around its commit."""

import time
from collections.abc import Callable, Iterable

from kb.search.memory_index import MemoryIndex
from kb.search.port import Document
from kb.search.whoosh_index import WhooshIndex
from kb.services import indexing
from kb.store import outbox
from kb.store.base import Store


def wait_until(true: Callable[[], bool]) -> None:
    """Look again and again; fails only when the thing never happens."""
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it never happened")


def waiting(store: Store) -> int:
    with store.reading() as db:
        return outbox.waiting(db)


def in_step(store: Store, index: MemoryIndex | WhooshIndex) -> bool:
    return waiting(store) == 0 and not indexing.compare(store, index).pages


class Crash(Exception):
    """The power goes."""


class CrashingIndex(MemoryIndex):
    """A real index whose process dies right before or right after the commit of its first change."""

    def __init__(self, *, after_commit: bool) -> None:
        super().__init__()
        self.after_commit, self.alive = after_commit, False

    def replace(self, documents: Iterable[Document], removed: Iterable[int] = ()) -> None:
        if self.alive or self.after_commit:
            super().replace(documents, removed)
        if not self.alive:
            raise Crash
