"""The search index in memory, ranked by the slow reference: for tests, and to agree with."""

from collections import Counter
from collections.abc import Callable, Iterable

from kb.rules.pages import Audience
from kb.search import lexicon, reference, vocabulary, weighing
from kb.search.plan import plan
from kb.search.port import Completion, Document, Explanation, Found, Query
from kb.search.reference import Entry, Reader
from kb.search.words import field_terms


class MemoryIndex:
    """Keeps the promises of `SearchIndex` by looking at every document for every query."""

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}

    def replace(self, documents: Iterable[Document], removed: Iterable[int] = ()) -> None:
        """Put documents in and take pages out."""
        new = {document.page_id: Entry(document, field_terms(document)) for document in documents}
        gone = set(removed) - new.keys()
        self._entries = {page: entry for page, entry in (self._entries | new).items() if page not in gone}

    def search(self, query: Query) -> Found:
        """Find pages."""
        reader = self.reader(query)
        return reference.found(reader, plan(query, self._vocabulary(reader)), query)

    def explain(self, query: Query, page_id: int) -> Explanation:
        """Tell why a page is found, or what stands in its way."""
        reader = self.reader(query)
        return reference.explained(reader, plan(query, self._vocabulary(reader)), query, page_id)

    def complete(
        self, words: str, audience: Audience, *, language: str | None = None, limit: int = 8
    ) -> tuple[Completion, ...]:
        """Tell what the last, half-typed word may become."""
        reader = Reader(self._entries.values(), audience, half_typed=True, language=language)
        return vocabulary.complete(words, self._vocabulary(reader), limit)

    def warm(self) -> None:
        """Nothing to read ahead."""

    def contents(self) -> dict[int, tuple[int, str]]:
        """Tell which revision of each page is held, and its audience."""
        held = (entry.document for entry in self._entries.values())
        return {document.page_id: (document.revision_id, str(document.audience)) for document in held}

    def tidy(self) -> bool:
        """Nothing to merge."""
        return False

    def rebuild(self, documents: Iterable[Document], progress: Callable[[int], None] | None = None) -> None:
        """Hold exactly these documents from now on. Raises ValueError for a page given twice."""
        fresh: dict[int, Entry] = {}
        for done, document in enumerate(documents, 1):
            if document.page_id in fresh:
                raise ValueError(f"page {document.page_id} came twice")
            fresh[document.page_id] = Entry(document, field_terms(document))
            if progress:
                progress(done)
        self._entries = fresh

    def close(self) -> None:
        """Nothing to let go of."""

    def reader(self, query: Query) -> Reader:
        """Give what whoever asks sees."""
        return Reader(self._entries.values(), query.audience, half_typed=query.half_typed)

    def _vocabulary(self, reader: Reader) -> vocabulary.Words:
        counts: Counter[str] = Counter()
        heads: Counter[str] = Counter()
        for entry in self._entries.values():
            counts.update({term for terms in entry.terms.values() for term in terms})
            heads.update({term for field in weighing.HEADINGS for term in entry.terms[field]})
        arrays = lexicon.build({term: (counts[term], heads[term]) for term in counts})
        return vocabulary.Words([lexicon.Lexicon(arrays)], reader.holding)
