"""What one reader sees of an index: how many documents, how long they are, and how much each says of a run of terms."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kb.rules.pages import Audience
from kb.search import weighing
from kb.search.lists import Numbers, firsts
from kb.search.plan import Alternative, Clause
from kb.search.runs import occurrences
from kb.search.segments import OpenSegment
from kb.search.words import keyword

_DENSE = 6  # From one document in so many on, an array of all documents is added faster than one of those that hold.


@dataclass(frozen=True, slots=True)
class Weights:
    """The saturated weight of a run in a segment's documents: float32 by document, or by place in `ids`."""

    values: Numbers
    ids: Numbers | None

    @property
    def nbytes(self) -> int:
        return self.values.nbytes + (0 if self.ids is None else self.ids.nbytes)

    def add(self, scores: Numbers, factor: float) -> None:
        """Add `factor` times the weights to `scores` by document."""
        if self.ids is None:
            scores += self.values.astype(np.float64) * factor
        else:
            np.add.at(scores, self.ids, self.values.astype(np.float64) * factor)

    def lift(self, scores: Numbers, factor: float) -> None:
        """Lift `scores` by document to `factor` times the weights, where they are lower."""
        more = self.values.astype(np.float64) * factor
        if self.ids is None:
            np.maximum(scores, more, out=scores)
        else:
            scores[self.ids] = np.maximum(scores[self.ids], more)

    def mask(self, size: int) -> Numbers:
        """Tell by document whether it holds the run."""
        if self.ids is None:
            return np.asarray(self.values > 0)
        mask = np.zeros(size, bool)
        mask[self.ids] = True
        return mask

    def holds(self, documents: Numbers) -> Numbers:
        """Tell which of these documents hold the run."""
        if self.ids is None:
            return self.values[documents] > 0
        if not len(self.ids):
            return np.zeros(len(documents), bool)
        # Of the same type; else the whole list would be converted.
        at = self.ids.searchsorted(documents.astype(self.ids.dtype))
        at[at == len(self.ids)] = 0
        return np.asarray(self.ids[at] == documents)

    def count(self, visible: Numbers) -> int:
        """Count the visible documents that hold the run."""
        return int(np.count_nonzero((self.values > 0) & visible if self.ids is None else visible[self.ids]))


class View:
    """The segments as a reader of one audience sees them: headings only if `half_typed`, only one language if given.

    Hidden documents and hidden fields move none of its numbers. Raises IndexBroken, as all reading.
    """

    def __init__(
        self,
        segments: Sequence[OpenSegment],
        audience: Audience,
        *,
        half_typed: bool = False,
        language: str | None = None,
    ) -> None:
        self.segments = segments
        self.fields = weighing.fields(audience, half_typed)
        self.kanji_fields = weighing.KANJI_FIELDS[audience]
        readable = tuple(str(one) for one in audience.readable)
        self.visible = [segment.marked("audience", readable) for segment in segments]
        if language:
            spoken = [segment.marked("language", (keyword(language),)) for segment in segments]
            self.visible = [seen & mask for seen, mask in zip(self.visible, spoken, strict=True)]
        self.documents = sum(int(np.count_nonzero(mask)) for mask in self.visible)
        self.averages = {}
        for field in self.fields:
            volumes = [segment.volume(field, readable) for segment in segments]
            self.averages[field] = weighing.average(sum(total for total, _ in volumes), sum(n for _, n in volumes))
        self._reader = audience, language, self.fields
        # Weights that were kept hold as long as everything that goes into them.
        self._recipe = (
            *((field, mean, weighing.BOOST[field], weighing.LENGTH[field]) for field, mean in self.averages.items()),
            weighing.SATURATION,
            weighing.HEADLINE,
        )

    def weights(self, at: int, run: tuple[str, ...]) -> Weights:
        """Give the weights of a run in segment number `at`, hidden and deleted documents included."""
        segment = self.segments[at]
        return segment.cache.get((segment.name, run, self._recipe), lambda: self._weigh(segment, run))

    def holding(self, run: tuple[str, ...]) -> int:
        """Count the documents seen that hold a run of terms in one of the fields."""
        return sum(self._count(at, run) for at in range(len(self.segments)))

    def weights_of(self, at: int, document: int, run: tuple[str, ...]) -> list[tuple[str, float]]:
        """Give by field what a run weighs in one document, not yet saturated; fields without it are left out."""
        found = []
        for field, average in self.averages.items():
            ids, counts = occurrences(self.segments[at], field, run)
            place = int(np.searchsorted(ids, document))
            if place < len(ids) and ids[place] == document:
                length = float(self.segments[at].lengths(field)[document])
                found.append((field, float(weighing.thinned(field, float(counts[place]), length, average))))
        return found

    def factors(self, clause: Clause) -> list[tuple[Alternative, float]]:
        """Give each alternative that some document holds with what its weights are worth.

        No alternative counts as rarer than the exact wording, if that is held at all.
        """
        if not clause.alternatives:
            return []
        exact = self.holding(clause.alternatives[0].run)
        most = weighing.idf(self.documents, exact) if exact else float("inf")
        held = ((alternative, self.holding(alternative.run)) for alternative in clause.alternatives)
        return [
            (alternative, alternative.weight * min(weighing.idf(self.documents, count), most))
            for alternative, count in held
            if count
        ]

    def _count(self, at: int, run: tuple[str, ...]) -> int:
        segment = self.segments[at]
        key = segment.name, segment.version, run, self._reader
        return segment.cache.get(key, lambda: self.weights(at, run).count(self.visible[at]))

    def _weigh(self, segment: OpenSegment, run: tuple[str, ...]) -> Weights:
        parts = []
        for field, average in self.averages.items():
            ids, counts = occurrences(segment, field, run)
            if len(ids):
                lengths = segment.lengths(field)[ids].astype(np.float64)
                thinned = weighing.thinned(field, counts.astype(np.float64), lengths, average)
                parts.append((field in weighing.HEADINGS, ids, thinned))
        if not parts:
            return Weights(np.zeros(0, np.float32), np.zeros(0, np.uint32))
        if sum(len(ids) for _, ids, _ in parts) * _DENSE >= segment.size:
            return Weights(_worth(parts, segment.size), None)
        ids = np.sort(np.concatenate([ids for _, ids, _ in parts]))
        ids = ids[firsts(ids)]
        placed = [(is_heading, np.searchsorted(ids, some), weights) for is_heading, some, weights in parts]
        return Weights(_worth(placed, len(ids)), ids)


def _worth(parts: list[tuple[bool, Numbers, Numbers]], size: int) -> Numbers:
    """Add up what fields weigh at some places, headings apart, and give what that is worth as float32."""
    total, headings = np.zeros(size), np.zeros(size)
    for is_heading, places, weights in parts:
        total[places] += weights
        if is_heading:
            headings[places] += weights
    worth: Numbers = weighing.worth(total, headings).astype(np.float32)
    return worth
