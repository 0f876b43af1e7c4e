"""What a search index promises, whatever stands behind it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from kb.rules.errors import Unavailable
from kb.rules.pages import Audience


@dataclass(frozen=True, slots=True)
class Document:
    """One page as the index sees it: plain text, already cut by audience.

    `audience` says who may find the page at all. `body` is its public text, `staff` and `sv` hold only what those
    audiences read on top of it. `updated_at` is in seconds since 1970, UTC.
    """

    page_id: int
    revision_id: int
    audience: Audience
    language: str
    kind: str
    category: str
    confidence: str
    tags: tuple[str, ...]
    title: str
    phrases: tuple[str, ...]
    body: str
    staff: str
    sv: str
    updated_at: int


@dataclass(frozen=True, slots=True)
class Query:
    """What a reader looks for. `audience` is the reader's own; an empty filter (None or ()) lets everything through."""

    words: str
    audience: Audience
    language: str | None = None
    kinds: tuple[str, ...] = ()
    category: str | None = None
    tag: str | None = None
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that was found; `terms` are the terms of the query that this reader can see on it."""

    page_id: int
    revision_id: int
    score: float
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits, best first; `total` counts all of them, `terms` are what the words were read as."""

    total: int
    hits: tuple[Hit, ...]
    terms: tuple[str, ...]


class IndexBusy(Unavailable):
    """Somebody else is writing to the index; the same change succeeds later (503)."""

    code = "index_busy"

    def __init__(self, sentence: str = "索引を更新しているところです。少し待ってからもう一度お試しください。") -> None:
        super().__init__(sentence)


class IndexBroken(Unavailable):
    """The index is damaged, or was made by another version: only `rebuild` mends it (503)."""

    code = "index_broken"

    def __init__(self, sentence: str = "検索の索引を作り直す必要があります。しばらくお待ちください。") -> None:
        super().__init__(sentence)


class SearchIndex(Protocol):
    """Searching for many threads at once, writing for one at a time.

    Making an index object never fails: a missing index begins empty, a damaged one raises IndexBroken when it is used.
    """

    def replace(self, documents: Iterable[Document], removed: Iterable[int] = ()) -> None:
        """Put each document in place of the one with its page_id, and take `removed` pages out, in one commit.

        Raises IndexBusy or IndexBroken; then nothing has changed.
        """

    def search(self, query: Query) -> Found:
        """Find the pages that hold any of the words, every quoted phrase and none of the excluded words.

        Only what the query's audience may read is looked at. No words, no hits. Equal scores go by page_id.
        Raises IndexBroken, or IndexBusy while the very first index is being made; the words never make it fail.
        """

    def contents(self) -> dict[int, tuple[int, str]]:
        """Tell which revision of each page is held, and its audience. Raises IndexBroken."""

    def rebuild(self, documents: Iterable[Document], progress: Callable[[int], None] | None = None) -> None:
        """Build a new index beside the old one, which answers meanwhile, then swap them.

        `progress` is called with the number of documents done so far. If `documents` raises, the old index stays.
        Raises IndexBusy, and ValueError when a page comes twice.
        """

    def close(self) -> None:
        """Let go of open files; a later use opens them again."""
