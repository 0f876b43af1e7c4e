"""What a search index promises, whatever stands behind it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
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


class Match(StrEnum):
    """How a term of a page answers a word of the query, best first."""

    WORD = "word"
    PHRASE = "phrase"  # neighbours in the query that are neighbours on the page
    SYNONYM = "synonym"  # a supervisor's list, or the dictionary's, says that they mean the same
    PART = "part"  # a single kanji, or a half-typed word, inside a longer word
    READING = "reading"
    TYPO = "typo"


@dataclass(frozen=True, slots=True)
class Synonym:
    """Wordings that mean the same; if `one_way`, the first one finds the others and not the other way round."""

    wordings: tuple[str, ...]
    one_way: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What a reader looks for. `audience` is the reader's own; an empty filter (None or ()) lets everything through.

    `held_by` narrows to pages of these audiences, never beyond the reader's own. `synonyms` is best handed over as
    the very same tuple each time: what was made of it is kept. `half_typed`: the last word may be unfinished, and only
    title, phrases and tags are looked at, as suggestions need it.
    """

    words: str
    audience: Audience
    language: str | None = None
    kinds: tuple[str, ...] = ()
    category: str | None = None
    tag: str | None = None
    confidence: str | None = None
    held_by: str | None = None
    synonyms: tuple[Synonym, ...] = ()
    half_typed: bool = False
    facets: bool = False
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that was found; `terms` are the terms that this reader can see on it and that answer the query."""

    page_id: int
    revision_id: int
    score: float
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits, best first; `total` counts all of them, `terms` are what the words were read as.

    `corrected` is the query with its typing errors mended, where hits rest on that; else empty. `facets`, if asked
    for, counts the hits by field (kind, category, tag, confidence, audience) and value.
    """

    total: int
    hits: tuple[Hit, ...]
    terms: tuple[str, ...]
    corrected: str = ""
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Completion:
    """A word that what was typed from `start` on may become; it stands on `pages` readable pages, in title or phrases.

    The whole completed text is `typed[:start] + word`.
    """

    word: str
    pages: int
    how: Match
    start: int


@dataclass(frozen=True, slots=True)
class Reason:
    """One share of a score: `asked` stands in the query, `found` in this field of the page."""

    asked: str
    found: str
    how: Match
    field: str
    score: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a page was found, or was not.

    `held`: whether the index has the page for this reader; if not, nothing else is told. `rank` counts from 1 among
    all hits, None when the page is no hit. The shares add up to `score` but for the factor of an unvalidated page.
    `missing` are words of the query that nothing on the page answers; `barred_by` names the filters that the page does
    not pass: language, kind, category, tag, confidence, audience, phrase, excluded.
    """

    held: bool
    rank: int | None = None
    score: float = 0.0
    reasons: tuple[Reason, ...] = ()
    missing: tuple[str, ...] = ()
    barred_by: tuple[str, ...] = ()


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

    def explain(self, query: Query, page_id: int) -> Explanation:
        """Tell why a page is found by this query, or what stands in its way. Raises like `search`."""

    def complete(
        self, words: str, audience: Audience, *, language: str | None = None, limit: int = 8
    ) -> tuple[Completion, ...]:
        """Tell what the last, half-typed word may become, by its letters, kana or romaji; the most useful first.

        Only words of pages that this audience may read are told. Raises like `search`.
        """

    def warm(self) -> None:
        """Read what most searches need, ahead of them; safe to call at any time, beside searches. Never raises."""

    def contents(self) -> dict[int, tuple[int, str]]:
        """Tell which revision of each page is held, and its audience. Raises IndexBroken."""

    def tidy(self) -> bool:
        """Merge small parts that many small changes leave behind; whether there was anything to do.

        Meant for a quiet moment of whoever writes. Raises IndexBusy or IndexBroken.
        """

    def rebuild(self, documents: Iterable[Document], progress: Callable[[int], None] | None = None) -> None:
        """Build a new index beside the old one, which answers meanwhile, then swap them.

        `progress` is called with the number of documents done so far. If `documents` raises, the old index stays.
        Raises IndexBusy, and ValueError when a page comes twice.
        """

    def close(self) -> None:
        """Let go of open files; a later use opens them again."""
