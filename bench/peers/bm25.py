"""Plain BM25: one field that holds title and body, the same terms; what a first search engine does."""

import numpy as np
from numpy.typing import NDArray

from bench.analysed import Ragged

K1 = 1.2
B = 0.75


class PlainBM25:
    """BM25 as in Lucene since version 8 (Robertson and Zaragoza, 2009, §3.2, without the constant factor k1 + 1)."""

    def __init__(self, vocabulary: list[str], pages: Ragged) -> None:
        self._numbers = {term: number for number, term in enumerate(vocabulary)}
        lengths = np.diff(pages.starts)
        rows = np.repeat(np.arange(len(pages), dtype=np.int64), lengths)
        pairs, counts = np.unique(pages.values.astype(np.int64) * len(pages) + rows, return_counts=True)
        terms, self._pages = np.divmod(pairs, max(1, len(pages)))
        self._starts = np.searchsorted(terms, np.arange(len(vocabulary) + 1))
        long = lengths[self._pages] / max(1.0, float(lengths.mean() if len(pages) else 0))
        self._weights = counts / (counts + K1 * (1 - B + B * long))
        self._count = len(pages)

    def search(self, terms: list[str], limit: int = 10) -> list[int]:
        """The numbers of the best pages; equal scores go by number."""
        scores: NDArray[np.float64] = np.zeros(self._count)
        for term in dict.fromkeys(terms):
            number = self._numbers.get(term)
            if number is None:
                continue
            part = slice(self._starts[number], self._starts[number + 1])
            pages = self._pages[part]
            rarity = np.log(1 + (self._count - len(pages) + 0.5) / (len(pages) + 0.5))
            scores[pages] += rarity * self._weights[part]
        best = np.lexsort((np.arange(self._count), -scores))[:limit]
        return [int(page) for page in best if scores[page] > 0]
