"""The words of all parts of an index together, for whoever plans a query or completes a word."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import TypeVar

from kb.search.lexicon import Lexicon
from kb.search.plan import Vocabulary, half_typed
from kb.search.port import Completion
from kb.search.synonyms import Run

_Word = TypeVar("_Word", str, tuple[str, str])


class Words:
    """Keeps what `plan.Vocabulary` asks for; `holding` counts for one reader."""

    def __init__(self, lexicons: Sequence[Lexicon], holding: Callable[[Run], int]) -> None:
        self._lexicons = lexicons
        self.holding = holding

    def beginning(self, letters: str) -> list[str]:
        """Give words of titles, phrases and tags that begin with these letters, the most useful first."""
        return _most(lexicon.beginning(letters) for lexicon in self._lexicons)

    def read_as(self, reading: str, *, whole: bool) -> list[tuple[str, str]]:
        """Give (word to show, term) of what is read like this, or begins so, the most useful first."""
        found = [lexicon.read_as(reading, whole=whole) for lexicon in self._lexicons]
        return _most([((shown, term), count) for shown, term, count in of_one] for of_one in found)

    def meaning(self, sense: int) -> list[str]:
        """Give the words that may have this sense of the dictionary, in the order of their letters."""
        return sorted({term for lexicon in self._lexicons for term in lexicon.meaning(sense)})

    def containing(self, part: str) -> list[str]:
        """Give words with this kanji inside, the most useful first."""
        return _most(lexicon.containing(part) for lexicon in self._lexicons)

    def near(self, term: str) -> list[str]:
        """Give katakana or Latin words that are one letter away, in the order of their letters."""
        return sorted({word for lexicon in self._lexicons for word in lexicon.near(term)})


def complete(typed: str, vocabulary: Vocabulary, limit: int) -> tuple[Completion, ...]:
    """Tell what the last, half-typed word may become; `vocabulary` counts what the reader sees in headings."""
    start, words = half_typed(typed, vocabulary)
    found: dict[str, Completion] = {}
    for shown, term, how in words:
        if shown != typed[start:]:
            found.setdefault(shown, Completion(shown, vocabulary.holding((term,)), how, start))
    return tuple(found.values())[:limit]


def _most(found: Iterable[Iterable[tuple[_Word, int]]]) -> list[_Word]:
    counts: Counter[_Word] = Counter()
    for word, count in chain.from_iterable(found):
        counts[word] += count
    return [word for word, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]
