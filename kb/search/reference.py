"""The ranking in plain Python, document by document: slow and obviously right, to measure the scorer by."""

import dataclasses
import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kb.rules.pages import Audience, Confidence
from kb.search import weighing
from kb.search.plan import Alternative, Clause, Plan
from kb.search.port import Document, Explanation, Found, Hit, Match, Query, Reason
from kb.search.synonyms import Run
from kb.search.words import kanji, keyword

_FACETS = ("kind", "category", "tag", "confidence", "audience")
_LOOSE = (Match.TYPO,)


@dataclass(frozen=True, slots=True)
class Entry:
    """A page and the terms of its texts."""

    document: Document
    terms: dict[str, list[str]]
    kanji: dict[str, list[str]] = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kanji", kanji(self.terms))

    def counts(self, run: Run, fields: Iterable[str]) -> dict[str, int]:
        """How often the run stands in each field that has it."""
        found = {}
        for field in fields:
            terms = self.terms[field]
            count = sum(tuple(terms[at : at + len(run)]) == run for at in range(len(terms)))
            if count:
                found[field] = count
        return found

    def values(self, field: str) -> set[str]:
        held = self.document.tags if field == "tag" else (str(getattr(self.document, field)),)
        return {spelt for value in held if (spelt := keyword(value))}


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one page says to a plan."""

    page_id: int
    revision_id: int
    score: float  # before the factors of a loose answer and of an unvalidated page
    loose: float
    doubt: float
    grains: int
    terms: tuple[str, ...]
    ways: frozenset[Match]
    reasons: tuple[tuple[Reason, ...], ...]  # by clause
    barred_by: tuple[str, ...]
    entry: Entry

    @property
    def is_hit(self) -> bool:
        return bool(self.ways) and not self.barred_by

    @property
    def order(self) -> tuple[bool, int, int]:
        """Hits first, the best first, equal ones by page."""
        return not self.is_hit, -self.grains, self.page_id


class Reader:
    """What readers of an audience see: the entries, the fields, and how long these are."""

    def __init__(
        self, entries: Iterable[Entry], audience: Audience, *, half_typed: bool, language: str | None = None
    ) -> None:
        self.entries = [
            entry
            for entry in entries
            if audience.includes(entry.document.audience)
            and (not language or keyword(language) in entry.values("language"))
        ]
        self.fields = weighing.fields(audience, half_typed)
        self.kanji_fields = weighing.KANJI_FIELDS[audience]
        self.averages = {}
        for field in self.fields:
            lengths = [len(entry.terms[field]) for entry in self.entries if entry.terms[field]]
            self.averages[field] = weighing.average(sum(lengths), len(lengths))
        self._holding: dict[Run, int] = {}

    def holding(self, run: Run) -> int:
        """Count the entries that hold a run of terms."""
        if run not in self._holding:
            self._holding[run] = sum(bool(entry.counts(run, self.fields)) for entry in self.entries)
        return self._holding[run]

    def answers(self, plan: Plan, query: Query) -> list[_Answer]:
        """Give the hits, best first, and after them all other entries."""
        found = [self._answer(entry, plan, query) for entry in self.entries]
        found.sort(key=lambda answer: answer.order)
        best = [answer for answer in found[: weighing.CLOSER] if answer.is_hit]
        closer = [self._closer(answer, plan) for answer in best]
        return sorted([*closer, *found[len(best) :]], key=lambda answer: answer.order)

    def _closer(self, answer: _Answer, plan: Plan) -> _Answer:
        """Add what neighbours and kanji of the query that are there are worth."""
        score = answer.score
        reasons: list[Reason] = []
        for asked, found, how, worth, by_field in self._bonuses(answer.entry, plan):
            score += worth
            total = weighing.added(by_field.values())
            reasons += [
                Reason(asked, found, how, field, worth * answer.loose * weight / total)
                for field, weight in by_field.items()
            ]
        return replace(
            answer,
            score=score,
            grains=weighing.grains(score * answer.loose * answer.doubt),
            reasons=(*answer.reasons, tuple(reasons)),
        )

    def _bonuses(self, entry: Entry, plan: Plan) -> Iterator[tuple[str, str, Match, float, dict[str, float]]]:
        documents = len(self.entries)
        for pair in plan.pairs:
            counts = [self.holding((term,)) for term in pair]
            if all(counts):
                rarity = sum(weighing.idf(documents, count) for count in counts) / 2
                by_field = self._weights(entry, pair)
                worth = weighing.PAIR * rarity * weighing.saturated(weighing.added(by_field.values()))
                yield "".join(pair), " ".join(pair), Match.PHRASE, worth, by_field
        for sign in plan.kanji:
            held = sum(self._has(other, sign) for other in self.entries)
            if held and self._has(entry, sign):
                yield sign, sign, Match.PART, weighing.KANJI * weighing.idf(documents, held), {"kanji": 1.0}

    def _has(self, entry: Entry, sign: str) -> bool:
        return any(sign in entry.kanji[field] for field in self.kanji_fields)

    def _answer(self, entry: Entry, plan: Plan, query: Query) -> _Answer:
        terms: dict[str, None] = {}
        ways: set[Match] = set()
        score = 0.0
        for clause in plan.clauses:
            for alternative in clause.alternatives:
                if entry.counts(alternative.run, self.fields):
                    terms.update(dict.fromkeys(alternative.run))
                    ways.add(alternative.how)
            score += self._best(entry, clause)[0]
        loose = weighing.LOOSE if ways.issubset(_LOOSE) else 1.0
        doubt = 1.0 if entry.document.confidence == Confidence.VALIDATED else weighing.UNVALIDATED
        return _Answer(
            entry.document.page_id,
            entry.document.revision_id,
            score,
            loose,
            doubt,
            weighing.grains(score * loose * doubt),
            tuple(terms),
            frozenset(ways),
            tuple(self._reasons(entry, clause, loose) for clause in plan.clauses),
            tuple(self._barred_by(entry, plan, query)),
            entry,
        )

    def _best(self, entry: Entry, clause: Clause) -> tuple[float, Alternative | None]:
        """What a clause adds to the score, and the alternative that does."""
        most: float = 0.0
        best = None
        for alternative in clause.alternatives:
            weights = self._weights(entry, alternative.run)
            total = weighing.added(weights.values())
            headings = weighing.added(weight for field, weight in weights.items() if field in weighing.HEADINGS)
            worth = self._factor(clause, alternative) * _float32(weighing.worth(total, headings))
            if worth > most:
                most, best = worth, alternative
        return most, best

    def _factor(self, clause: Clause, alternative: Alternative) -> float:
        exact = self.holding(clause.alternatives[0].run)
        rarity = weighing.idf(len(self.entries), self.holding(alternative.run))
        return alternative.weight * (min(rarity, weighing.idf(len(self.entries), exact)) if exact else rarity)

    def _weights(self, entry: Entry, run: Run) -> dict[str, float]:
        return {
            field: weighing.thinned(field, float(count), float(len(entry.terms[field])), self.averages[field])
            for field, count in entry.counts(run, self.fields).items()
        }

    def _reasons(self, entry: Entry, clause: Clause, loose: float) -> tuple[Reason, ...]:
        worth, best = self._best(entry, clause)
        if best is None:
            return ()
        said, parts = " ".join(best.run), weighing.parts(self._weights(entry, best.run))
        return tuple(Reason(clause.asked, said, best.how, field, worth * loose * part) for field, part in parts.items())

    def _barred_by(self, entry: Entry, plan: Plan, query: Query) -> Iterator[str]:
        asked = {
            "language": (query.language,),
            "kind": query.kinds,
            "category": (query.category,),
            "tag": (query.tag,),
            "confidence": (query.confidence,),
            "audience": (query.held_by,),
        }
        for field, values in asked.items():
            wanted = {keyword(value) for value in values if value}
            if wanted and wanted.isdisjoint(entry.values(field)):
                yield field
        if not all(entry.counts(run, self.fields) for run in plan.phrases):
            yield "phrase"
        if any(entry.counts(run, self.fields) for run in plan.excluded):
            yield "excluded"


def found(reader: Reader, plan: Plan, query: Query) -> Found:
    """Search what a reader sees."""
    hits = [answer for answer in reader.answers(plan, query) if answer.is_hit]
    shown = hits[max(0, query.offset) :][: max(0, query.limit)]
    return Found(
        len(hits),
        tuple(Hit(hit.page_id, hit.revision_id, weighing.score(hit.grains), hit.terms) for hit in shown),
        plan.terms,
        plan.corrected if any(Match.TYPO in hit.ways for hit in hits) else "",
        {field: _facet(hits, field) for field in _FACETS} if query.facets else {},
    )


def explained(reader: Reader, plan: Plan, query: Query, page_id: int) -> Explanation:
    """Explain one page to a reader."""
    answers = reader.answers(plan, query)
    for rank, answer in enumerate(answers, 1):
        if answer.page_id == page_id:
            # After the reasons of the clauses come those of the closer look.
            missing = [
                clause.asked
                for clause, reasons in zip(plan.clauses, answer.reasons, strict=False)
                if not reasons and clause.alternatives[0].how != Match.PHRASE
            ]
            return Explanation(
                True,
                rank if answer.is_hit else None,
                weighing.score(answer.grains),
                tuple(reason for reasons in answer.reasons for reason in reasons),
                tuple(dict.fromkeys(missing)),
                answer.barred_by,
            )
    return Explanation(False)


def _facet(hits: Iterable[_Answer], field: str) -> dict[str, int]:
    counts = Counter(value for hit in hits for value in hit.entry.values(field))
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _float32(number: float) -> float:
    """Round to the four bytes in which an index keeps a weight."""
    return float(struct.unpack("f", struct.pack("f", number))[0])
