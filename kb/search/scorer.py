"""Scores a plan on arrays: finds, orders and counts what a query asks for, and tells why a page is where it is."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TypeAlias

import numpy as np

from kb.rules.pages import Confidence
from kb.search import closer, sifting, weighing
from kb.search.lists import Numbers
from kb.search.plan import Alternative, Plan
from kb.search.port import Explanation, Found, Hit, Match, Query, Reason
from kb.search.segments import OpenSegment
from kb.search.view import View

_ALL = slice(None)
LOOSE = frozenset((Match.TYPO,))
_Factors: TypeAlias = list[tuple[Alternative, float]]  # what each alternative of a clause is worth, if anybody holds it


def search(segments: Sequence[OpenSegment], plan: Plan, query: Query) -> Found:
    """Find, score and order what the query asks for; nothing hidden moves a count, a score or an order.

    Raises IndexBroken.
    """
    scoring = _Scoring(segments, plan, query)
    best = scoring.best(max(0, query.offset), max(0, query.limit))
    facets = sifting.facets(zip(segments, scoring.kept, strict=True)) if query.facets else {}
    corrected = plan.corrected if plan.corrected and scoring.rests_on(Match.TYPO) else ""
    return Found(scoring.total, scoring.told(best), plan.terms, corrected, facets)


def explain(segments: Sequence[OpenSegment], plan: Plan, query: Query, page_id: int) -> Explanation:
    """Tell why a page is found, or what stands in its way. Raises IndexBroken."""
    scoring = _Scoring(segments, plan, query)
    place = scoring.place(page_id)
    if place is None:
        return Explanation(False)
    at, document = place
    reasons: list[Reason] = []
    missing: dict[str, None] = {}
    for clause, factors in zip(plan.clauses, scoring.factors, strict=True):
        shares = scoring.shares(clause.asked, factors, at, document)
        reasons += shares
        # What stands for neighbours only adds to the words that stand for themselves.
        if not shares and clause.alternatives[0].how != Match.PHRASE:
            missing[clause.asked] = None
    reasons += scoring.bonuses(at, document)
    grains = scoring.grains_of(at)[document]
    rank = scoring.ahead(grains, page_id) + 1 if scoring.kept[at][document] else None
    barred = tuple(name for name, masks in scoring.barred.items() if masks[at][document])
    return Explanation(True, rank, weighing.score(grains), tuple(reasons), tuple(missing), barred)


class _Scoring:
    """One query on all segments. Lists go by segment, and arrays in them by document.

    `scores` are more than 0 where anything answers, `kept` marks the hits. `grains` are the scores of all documents of
    all segments, one after the other, as they count for the order; below 0 for what is no hit. A place there is a slot.
    """

    def __init__(self, segments: Sequence[OpenSegment], plan: Plan, query: Query) -> None:
        self.view = View(segments, query.audience, half_typed=query.half_typed)
        self.factors = [self.view.factors(clause) for clause in plan.clauses]
        self.scores = [self._score(at) for at in range(len(segments))]
        self._firm = self._find_firm()
        self.barred = self._bar(plan, query)
        self.kept = [(scores > 0) & seen for scores, seen in zip(self.scores, self.view.visible, strict=True)]
        for masks in self.barred.values():
            for kept, mask in zip(self.kept, masks, strict=True):
                kept &= ~mask
        self.total = sum(int(np.count_nonzero(kept)) for kept in self.kept)
        self._starts = np.cumsum([0, *(segment.size for segment in segments)])
        self.grains = np.full(self._starts[-1], -1.0)
        for at, kept in enumerate(self.kept):
            self.grains[self._starts[at] : self._starts[at + 1]] = np.where(kept, self.grains_of(at), -1.0)
        self.plan = plan
        self._look_closer()

    def best(self, offset: int, limit: int) -> Numbers:
        """Give the slots of the hits to show, best first, equal ones by page."""
        size = min(offset + limit, self.total)
        if not size:
            return np.zeros(0, np.int64)
        # Of hits alone: NumPy takes its time over many equal numbers below.
        least = np.partition(self.grains[self.grains >= 0], self.total - size)[self.total - size]
        above, equal = np.flatnonzero(self.grains > least), np.flatnonzero(self.grains == least)
        missing = size - len(above)
        if missing < len(equal):
            equal = equal[np.argpartition(self._pages(equal), missing)[:missing]]
        found = np.concatenate([above, equal])
        return found[np.lexsort((self._pages(found), -self.grains[found]))][offset:]

    def ahead(self, grains: float, page_id: int) -> int:
        """Count the hits that come before a page with this score."""
        equal = np.flatnonzero(self.grains == grains)
        return int(np.count_nonzero(self.grains > grains) + np.count_nonzero(self._pages(equal) < page_id))

    def place(self, page_id: int) -> tuple[int, int] | None:
        """Find the segment and the document of a page that the reader may see."""
        for at, (segment, visible) in enumerate(zip(self.view.segments, self.view.visible, strict=True)):
            for document in np.flatnonzero((segment.pages == page_id) & visible):
                return at, int(document)
        return None

    def _look_closer(self) -> None:
        """Let neighbours and kanji of the query move the best hits among each other."""
        best = self.best(0, weighing.CLOSER) if self.plan.pairs or self.plan.kanji else np.zeros(0, np.int64)
        self.closer = [np.sort(documents) for _, documents in self._by_segment(best)]
        for at, documents in enumerate(self.closer):
            if len(documents):
                for bonus in closer.bonuses(self.view, at, documents, self.plan):
                    self.scores[at][documents] += bonus.scores
                self.grains[self._starts[at] + documents] = self.grains_of(at, documents)

    def _by_segment(self, slots: Numbers) -> list[tuple[Numbers, Numbers]]:
        """Tell for each segment which of these slots lie in it, by their places in the array, and their documents."""
        parts = np.searchsorted(self._starts, slots, "right") - 1
        places = [np.flatnonzero(parts == at) for at in range(len(self.kept))]
        return [(found, slots[found] - self._starts[at]) for at, found in enumerate(places)]

    def _pages(self, slots: Numbers) -> Numbers:
        pages = np.zeros(len(slots), np.int64)
        for segment, (places, documents) in zip(self.view.segments, self._by_segment(slots), strict=True):
            pages[places] = segment.pages[documents]
        return pages

    def told(self, best: Numbers) -> tuple[Hit, ...]:
        """Make hits, each with the terms on its page that answer."""
        runs = list(dict.fromkeys(alternative.run for alternative, _ in self._alternatives()))
        held = np.zeros((len(best), len(runs)), bool)
        revisions = np.zeros(len(best), np.int64)
        for at, (places, documents) in enumerate(self._by_segment(best)):
            if len(places):
                revisions[places] = self.view.segments[at].revisions[documents]
                for number, run in enumerate(runs):
                    held[places, number] = self.view.weights(at, run).holds(documents)
        # Few combinations of terms make up most hits.
        keys = np.packbits(held, axis=1).view(f"S{max(1, (len(runs) + 7) // 8)}").ravel().tolist() if runs else []
        terms: dict[bytes, tuple[str, ...]] = {}
        for place, key in enumerate(keys):
            if key not in terms:
                there = [run for run, holds in zip(runs, held[place].tolist(), strict=True) if holds]
                terms[key] = tuple(dict.fromkeys(chain.from_iterable(there)))
        hits = zip(self._pages(best).tolist(), revisions.tolist(), self.grains[best].tolist(), keys, strict=True)
        return tuple(Hit(page, revision, weighing.score(grains), terms[key]) for page, revision, grains, key in hits)

    def rests_on(self, how: Match) -> bool:
        """Tell whether some hit holds a term that was found in this way."""
        return any(
            bool((self.view.weights(at, alternative.run).mask(len(kept)) & kept).any())
            for alternative, _ in self._alternatives()
            if alternative.how == how
            for at, kept in enumerate(self.kept)
        )

    def grains_of(self, at: int, documents: Numbers | slice = _ALL) -> Numbers:
        """Give the scores of some documents in grains, as they count for the order."""
        scores = self.scores[at][documents]
        if self._firm:
            scores = np.where(self._firm[at][documents], scores, scores * weighing.LOOSE)
        grains: Numbers = scores * self._doubt(at)[documents]
        grains *= weighing.GRAIN
        return np.rint(grains, out=grains)

    def _doubt(self, at: int) -> Numbers:
        """Give by document what its scores are multiplied by."""
        segment = self.view.segments[at]

        def make() -> Numbers:
            return np.where(segment.marked("confidence", (Confidence.VALIDATED,)), 1.0, weighing.UNVALIDATED)

        return segment.cache.get((segment.name, "doubt", weighing.UNVALIDATED), make)

    def shares(self, asked: str, factors: _Factors, at: int, document: int) -> list[Reason]:
        """Give what the best alternative of a clause adds to the score of a document, field by field."""
        best: list[Reason] = []
        most = 0.0
        firm = self._firm is None or bool(self._firm[at][document])
        for alternative, factor in factors:
            weights = self.view.weights_of(at, document, alternative.run)
            total = weighing.added(weight for _, weight in weights)
            headings = weighing.added(weight for field, weight in weights if field in weighing.HEADINGS)
            worth = factor * float(np.float32(weighing.worth(total, headings)))
            if worth > most:
                most = worth
                said = " ".join(alternative.run)
                share = worth if firm else worth * weighing.LOOSE
                parts = weighing.parts(dict(weights))
                best = [Reason(asked, said, alternative.how, field, share * part) for field, part in parts.items()]
        return best

    def bonuses(self, at: int, document: int) -> Iterator[Reason]:
        """Give what the closer look added to the score of a document, field by field."""
        if document not in self.closer[at]:
            return
        loose = 1.0 if self._firm is None or self._firm[at][document] else weighing.LOOSE
        for bonus in closer.bonuses(self.view, at, np.array([document]), self.plan):
            total = sum(float(weights[0]) for weights in bonus.by_field.values())
            for field, weights in bonus.by_field.items():
                if weights[0]:
                    share = float(bonus.scores[0]) * loose * float(weights[0]) / total
                    yield Reason(bonus.asked, bonus.found, bonus.how, field, share)

    def _alternatives(self) -> _Factors:
        return [pair for factors in self.factors for pair in factors]

    def _score(self, at: int) -> Numbers:
        scores, best = np.zeros(self.view.segments[at].size), np.zeros(self.view.segments[at].size)
        for factors in self.factors:
            if len(factors) == 1:
                self.view.weights(at, factors[0][0].run).add(scores, factors[0][1])
            elif factors:
                best[:] = 0
                for alternative, factor in factors:
                    self.view.weights(at, alternative.run).lift(best, factor)
                scores += best
        return scores

    def _find_firm(self) -> list[Numbers] | None:
        """Mark documents with better answers than by part, reading or typing error; None if there are no others."""
        if not any(alternative.how in LOOSE for alternative, _ in self._alternatives()):
            return None
        firm = [np.zeros(segment.size, bool) for segment in self.view.segments]
        for alternative, _ in self._alternatives():
            if alternative.how not in LOOSE:
                for at, mask in enumerate(firm):
                    mask |= self.view.weights(at, alternative.run).mask(len(mask))
        return firm

    def _bar(self, plan: Plan, query: Query) -> dict[str, list[Numbers]]:
        """Mark by filter the documents that do not pass it."""
        barred: dict[str, list[Numbers]] = {}
        for field, values in sifting.filters(query):
            barred[field] = [~segment.marked(field, values) for segment in self.view.segments]
        for name, runs in (("phrase", plan.phrases), ("excluded", plan.excluded)):
            for run in runs:
                masks = barred.setdefault(name, [np.zeros(segment.size, bool) for segment in self.view.segments])
                for at, mask in enumerate(masks):
                    held = self.view.weights(at, run).mask(len(mask))
                    mask |= ~held if name == "phrase" else held
        return barred
