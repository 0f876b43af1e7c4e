"""The search index as plain Python in memory: slow and obviously right, for tests and as the reference."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kb.rules.pages import Confidence
from kb.search import scorer
from kb.search.port import Document, Found, Hit, Query
from kb.search.words import Words, field_terms, keyword, parse


@dataclass(frozen=True, slots=True)
class _Entry:
    document: Document
    terms: dict[str, list[str]]


class MemoryIndex:
    """Keeps the promises of `SearchIndex` by looking at every document for every query."""

    def __init__(self) -> None:
        self._entries: dict[int, _Entry] = {}

    def replace(self, documents: Iterable[Document], removed: Iterable[int] = ()) -> None:
        """Put documents in and take pages out."""
        new = {document.page_id: _Entry(document, field_terms(document)) for document in documents}
        gone = set(removed) - new.keys()
        self._entries = {page: entry for page, entry in (self._entries | new).items() if page not in gone}

    def search(self, query: Query) -> Found:
        """Find pages."""
        words = parse(query.words)
        visible = [entry for entry in self._entries.values() if query.audience.includes(entry.document.audience)]
        fields = scorer.FIELDS[query.audience]
        averages = {field: _average(visible, field) for field in fields}
        rarity = {
            term: scorer.idf(len(visible), sum(_holds(entry, term, fields) for entry in visible))
            for term in words.terms
        }
        hits = []
        for entry in visible:
            terms = tuple(term for term in words.terms if _holds(entry, term, fields))
            if terms and _allowed(entry, words, query, fields):
                score = sum(rarity[term] * scorer.saturated(_weight(entry, term, averages)) for term in terms)
                hits.append(_hit(entry, score, terms))
        hits.sort(key=lambda hit: (-hit.score, hit.page_id))
        offset, limit = max(0, query.offset), max(0, query.limit)
        return Found(len(hits), tuple(hits[offset : offset + limit]), words.terms)

    def contents(self) -> dict[int, tuple[int, str]]:
        """Tell which revision of each page is held, and its audience."""
        held = (entry.document for entry in self._entries.values())
        return {document.page_id: (document.revision_id, str(document.audience)) for document in held}

    def rebuild(self, documents: Iterable[Document], progress: Callable[[int], None] | None = None) -> None:
        """Hold exactly these documents from now on. Raises ValueError for a page given twice."""
        fresh: dict[int, _Entry] = {}
        for done, document in enumerate(documents, 1):
            if document.page_id in fresh:
                raise ValueError(f"page {document.page_id} came twice")
            fresh[document.page_id] = _Entry(document, field_terms(document))
            if progress:
                progress(done)
        self._entries = fresh

    def close(self) -> None:
        """Nothing to let go of."""


def _average(entries: list[_Entry], field: str) -> float:
    lengths = [len(entry.terms[field]) for entry in entries if entry.terms[field]]
    return sum(lengths) / max(1, len(lengths))


def _holds(entry: _Entry, term: str, fields: Iterable[str]) -> bool:
    return any(term in entry.terms[field] for field in fields)


def _weight(entry: _Entry, term: str, averages: dict[str, float]) -> float:
    return sum(
        scorer.thinned(field, terms.count(term), len(terms), average)
        for field, average in averages.items()
        if (terms := entry.terms[field])
    )


def _allowed(entry: _Entry, words: Words, query: Query, fields: Iterable[str]) -> bool:
    document = entry.document
    for asked, held in (
        ((query.language,), (document.language,)),
        (query.kinds, (document.kind,)),
        ((query.category,), (document.category,)),
        ((query.tag,), document.tags),
    ):
        values = {keyword(value) for value in asked if value}
        if values and values.isdisjoint(map(keyword, held)):
            return False
    return all(_says(entry, phrase, fields) for phrase in words.phrases) and not any(
        _says(entry, phrase, fields) for phrase in words.excluded
    )


def _says(entry: _Entry, phrase: tuple[str, ...], fields: Iterable[str]) -> bool:
    size = len(phrase)
    texts = (entry.terms[field] for field in fields)
    return any(tuple(terms[at : at + size]) == phrase for terms in texts for at in range(len(terms)))


def _hit(entry: _Entry, score: float, terms: tuple[str, ...]) -> Hit:
    document = entry.document
    weight = 1.0 if document.confidence == Confidence.VALIDATED else scorer.UNVALIDATED
    return Hit(document.page_id, document.revision_id, round(score * weight, scorer.DIGITS), terms)
