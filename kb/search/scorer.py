"""The ranking: BM25F over the fields that a reader may read, from the posting lists of an index's segments."""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kb.rules.pages import Audience, Confidence
from kb.search.port import Found, Hit, Query
from kb.search.words import Words, keyword

# What a match in a field is worth, and how much a long field thins it out (BM25F: Robertson and Zaragoza, 2009, §3.6).
BOOST = {"title": 3.0, "phrases": 3.0, "tags": 2.0, "body": 1.0, "staff": 1.0, "sv": 1.0}
LENGTH = {"title": 0.5, "phrases": 0.3, "tags": 0.0, "body": 0.75, "staff": 0.75, "sv": 0.75}
SATURATION = 1.2
# A page that nobody has validated stays under a validated one that says the same, and above one that says it worse.
UNVALIDATED = 0.8
DIGITS = 9  # Sums made in another order differ in the last digits; such scores are equal and go by page_id.

_OPEN = ("title", "phrases", "tags", "body")
FIELDS = {Audience.PUBLIC: _OPEN, Audience.STAFF: (*_OPEN, "staff"), Audience.SV: (*_OPEN, "staff", "sv")}


class Segment(Protocol):
    """A part of an index: documents numbered from 0, some of them deleted."""

    @property
    def pages(self) -> Sequence[int]:
        """page_id by document number, deleted ones included."""

    @property
    def revisions(self) -> Sequence[int]:
        """revision_id by document number."""

    def postings(self, field: str, term: str) -> tuple[Sequence[int], Sequence[float]]:
        """Give the living documents that hold a term in a field, and how often each does."""

    def positions(self, field: str, term: str) -> dict[int, list[int]]:
        """Give the places of a term in a field, by document number."""

    def lengths(self, field: str) -> Sequence[int]:
        """Give the length of a field by document number."""

    def volume(self, field: str, audiences: tuple[str, ...]) -> tuple[int, int]:
        """Give the sum of the lengths of a field among living documents for these audiences, and how many are not 0."""

    def marked(self, field: str, values: tuple[str, ...]) -> bytearray:
        """Give 1 for each living document that holds one of the values in a keyword field, else 0."""


@dataclass(slots=True)
class _Part:
    segment: Segment
    visible: bytearray
    validated: bytearray
    scores: dict[int, float]
    seen: dict[int, int]  # which terms, as bits


def idf(documents: int, holding: int) -> float:
    """Tell how rare a term is among the documents that the reader may read; more than 0."""
    return math.log(1 + (documents - holding + 0.5) / (holding + 0.5))


def thinned(field: str, count: float, length: int, average: float) -> float:
    """Weigh `count` matches in a field of this length."""
    return BOOST[field] * count / (1 - LENGTH[field] + LENGTH[field] * length / (average or 1.0))


def saturated(weight: float) -> float:
    """Let the second match count for less than the first; less than 1."""
    return weight / (SATURATION + weight)


def rank(segments: Sequence[Segment], words: Words, query: Query) -> Found:
    """Find, score and order what the query asks for; nothing hidden moves a count, a score or an order."""
    readable = tuple(str(audience) for audience in query.audience.readable)
    parts = [
        _Part(
            segment,
            segment.marked("audience", readable),
            segment.marked("confidence", (Confidence.VALIDATED,)),
            {},
            {},
        )
        for segment in segments
    ]
    fields = FIELDS[query.audience]
    averages = {field: _average(segments, field, readable) for field in fields}
    documents = sum(sum(part.visible) for part in parts)
    for bit, term in enumerate(words.terms):
        _add(parts, term, 1 << bit, averages, documents)
    for part in parts:
        _sift(part, words, query, fields)
    return _page(parts, words, query)


def _average(segments: Sequence[Segment], field: str, readable: tuple[str, ...]) -> float:
    totals = [segment.volume(field, readable) for segment in segments]
    return sum(total for total, _ in totals) / max(1, sum(filled for _, filled in totals))


def _add(parts: list[_Part], term: str, bit: int, averages: dict[str, float], documents: int) -> None:
    weights = [_weights(part, term, averages) for part in parts]
    rarity = idf(documents, sum(map(len, weights)))
    for part, found in zip(parts, weights, strict=True):
        for document, weight in found.items():
            part.scores[document] = part.scores.get(document, 0.0) + rarity * saturated(weight)
            part.seen[document] = part.seen.get(document, 0) | bit


def _weights(part: _Part, term: str, averages: dict[str, float]) -> dict[int, float]:
    found: dict[int, float] = {}
    for field, average in averages.items():
        documents, counts = part.segment.postings(field, term)
        lengths = part.segment.lengths(field) if documents else ()
        for document, count in zip(documents, counts, strict=True):
            if part.visible[document]:
                weight = thinned(field, count, lengths[document], average)
                found[document] = found.get(document, 0.0) + weight
    return found


def _sift(part: _Part, words: Words, query: Query, fields: Sequence[str]) -> None:
    """Take out what the filters, the phrases and the exclusions leave no room for."""
    segment = part.segment
    wanted: list[tuple[str, tuple[str, ...]]] = [
        ("language", (query.language,) if query.language else ()),
        ("kind", query.kinds),
        ("category", (query.category,) if query.category else ()),
        ("tag", (query.tag,) if query.tag else ()),
    ]
    masks = [segment.marked(field, tuple(map(keyword, values))) for field, values in wanted if values]
    kept = {document for document in part.scores if all(mask[document] for mask in masks)}
    for phrase in words.phrases:
        kept &= _holding(segment, phrase, fields)
    for phrase in words.excluded:
        kept -= _holding(segment, phrase, fields)
    part.scores = {document: part.scores[document] for document in kept}


def _holding(segment: Segment, phrase: tuple[str, ...], fields: Sequence[str]) -> set[int]:
    """Documents where the terms stand next to each other, in this order, in one of the fields."""
    found: set[int] = set()
    for field in fields:
        starts = {document: set(places) for document, places in segment.positions(field, phrase[0]).items()}
        for step, term in enumerate(phrase[1:], 1):
            places = segment.positions(field, term) if starts else {}
            both = starts.keys() & places.keys()
            starts = {document: starts[document] & {place - step for place in places[document]} for document in both}
        found.update(document for document, places_left in starts.items() if places_left)
    return found


def _page(parts: list[_Part], words: Words, query: Query) -> Found:
    entries = (
        (
            -round(score if part.validated[document] else score * UNVALIDATED, DIGITS),
            part.segment.pages[document],
            at,
            document,
        )
        for at, part in enumerate(parts)
        for document, score in part.scores.items()
    )
    offset, limit = max(0, query.offset), max(0, query.limit)
    best = heapq.nsmallest(offset + limit, entries)[offset:]
    hits = tuple(
        Hit(page, parts[at].segment.revisions[document], -score, _terms(words, parts[at].seen[document]))
        for score, page, at, document in best
    )
    return Found(sum(len(part.scores) for part in parts), hits, words.terms)


def _terms(words: Words, seen: int) -> tuple[str, ...]:
    return tuple(term for bit, term in enumerate(words.terms) if seen >> bit & 1)
