"""A closer look at the best hits: are neighbours in the query neighbours there, and which of its kanji are there."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kb.search import weighing
from kb.search.lists import Numbers
from kb.search.plan import Plan
from kb.search.port import Match
from kb.search.segments import OpenSegment
from kb.search.view import View


@dataclass(frozen=True, slots=True)
class Bonus:
    """What one pair or kanji adds to the scores of some documents, and what it weighs in each field there."""

    asked: str
    found: str
    how: Match
    scores: Numbers
    by_field: dict[str, Numbers]


def bonuses(view: View, at: int, documents: Numbers, plan: Plan) -> Iterator[Bonus]:
    """Look at some documents (ascending) of segment number `at`; adding the scores in this order is the ranking."""
    reading = _Reading(view, at, documents)
    for pair in plan.pairs:
        counts = [view.holding((term,)) for term in pair]
        if all(counts):
            rarity = sum(weighing.idf(view.documents, count) for count in counts) / 2
            by_field = dict(reading.thinned(pair))
            total = np.zeros(len(documents))
            for weights in by_field.values():
                total += weights
            scores = weighing.PAIR * rarity * weighing.saturated(total)
            yield Bonus("".join(pair), " ".join(pair), Match.PHRASE, scores, by_field)
    for sign in plan.kanji:
        held = sum(_counted(view, number, sign) for number in range(len(view.segments)))
        if held:
            there = _signs(view, at, sign).at(documents).astype(np.float64)
            yield Bonus(
                sign, sign, Match.PART, weighing.KANJI * weighing.idf(view.documents, held) * there, {"kanji": there}
            )


class _Reading:
    """Some documents of a segment, and where the terms of the query stand in them."""

    def __init__(self, view: View, at: int, documents: Numbers) -> None:
        self._segment = view.segments[at]
        self._averages = view.averages
        # Of the type of ids in posting lists; else these would be converted, the whole list each time.
        self._documents = documents.astype(np.uint32)
        self._keys: dict[tuple[str, str], Numbers] = {}

    def thinned(self, pair: tuple[str, str]) -> Iterator[tuple[str, Numbers]]:
        """Weigh, in each field where it does, how often the second term follows the first in each document."""
        for field, average in self._averages.items():
            first, second = (self._places(field, term) for term in pair)
            if len(first) and len(second):
                at = (second - 1).searchsorted(first)
                at[at == len(second)] = 0
                both = first[second[at] - 1 == first]
                if len(both):
                    counts = np.bincount(both >> 32, minlength=len(self._documents)).astype(np.float64)
                    lengths = self._segment.lengths(field)[self._documents].astype(np.float64)
                    yield field, weighing.thinned(field, counts, lengths, average)

    def _places(self, field: str, term: str) -> Numbers:
        key = field, term
        if key not in self._keys:
            self._keys[key] = _places(self._segment, field, term).of(self._documents)
        return self._keys[key]


@dataclass(frozen=True, slots=True)
class _Places:
    """Where a term stands in a field of a segment: document ids[i] has it at places[bounds[i]:bounds[i + 1]]."""

    ids: Numbers
    bounds: Numbers
    places: Numbers

    @property
    def nbytes(self) -> int:
        return int(self.ids.nbytes + self.bounds.nbytes + self.places.nbytes)

    def of(self, documents: Numbers) -> Numbers:
        """Give the places in these documents, ascending, each as number of the document here << 32 | place."""
        if not len(self.ids):
            return _NOWHERE
        found = self.ids.searchsorted(documents)
        found[found == len(self.ids)] = 0
        rows = (self.ids[found] == documents).nonzero()[0]
        if not len(rows):
            return _NOWHERE
        found = found[rows]
        starts = self.bounds[found]
        sizes = self.bounds[found + 1] - starts
        ends = sizes.cumsum()
        places = self.places[(starts - ends + sizes).repeat(sizes) + np.arange(ends[-1])]
        keys: Numbers = (rows.repeat(sizes) << 32) + places
        return keys


_NOWHERE = np.zeros(0, np.int64)


def _places(segment: OpenSegment, field: str, term: str) -> _Places:
    def read() -> _Places:
        ids, counts, places = segment.places(field, term)
        return _Places(ids, np.append(0, np.cumsum(counts, dtype=np.int64)), places)

    return segment.cache.get((segment.name, "places", field, term), read)


@dataclass(frozen=True, slots=True)
class _Signs:
    """Which documents of a segment hold a kanji, a bit each."""

    bits: Numbers

    @property
    def nbytes(self) -> int:
        return self.bits.nbytes

    def at(self, documents: Numbers) -> Numbers:
        """Give 1 for each of these documents that holds it, else 0."""
        held: Numbers = (self.bits[documents >> 3] >> (7 - (documents & 7)).astype(np.uint8)) & 1
        return held


def _signs(view: View, at: int, sign: str) -> _Signs:
    segment = view.segments[at]

    def read() -> _Signs:
        mask = np.zeros(segment.size, bool)
        for field in view.kanji_fields:
            mask[segment.postings(field, sign)[0]] = True
        return _Signs(np.packbits(mask))

    return segment.cache.get((segment.name, "kanji", sign, view.kanji_fields), read)


def _counted(view: View, at: int, sign: str) -> int:
    segment = view.segments[at]

    def count() -> int:
        held = np.unpackbits(_signs(view, at, sign).bits, count=segment.size).view(bool)
        return int(np.count_nonzero(held & view.visible[at]))

    return segment.cache.get((segment.name, segment.version, "kanji", sign, view.kanji_fields), count)
