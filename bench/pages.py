"""As many pages as a load test wants: real ones first, then real halves joined, always the same ones."""

import random
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bench import analysed
from bench.analysed import Analysed, Ragged

SOURCES = ("help-anchor-ja", "jaquad-dev")  # scale-ja is a part of help-anchor-ja
_SEED = 20251122
_ENDS = "\n。"


@dataclass(frozen=True)
class Mixture:
    """Page i is the real page first[i]; where second[i] is not −1, its first half and the second half of another."""

    real: Analysed
    first: NDArray[np.int32]
    second: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.first)

    @property
    def vocabulary(self) -> list[str]:
        return self.real.vocabulary

    @cached_property
    def title_terms(self) -> Ragged:
        return analysed.ragged([self.real.title_terms[page] for page in self.first])

    @cached_property
    def body_terms(self) -> Ragged:
        return analysed.ragged([self._terms(page) for page in range(len(self))])

    def title(self, page: int) -> str:
        """The title as text; a joined page is called as the page that its first half is of."""
        return self.real.titles[int(self.first[page])]

    def body(self, page: int) -> str:
        """The body as text; its terms are body_terms[page] but for words that the cut made neighbours."""
        first, second = self.real.bodies[int(self.first[page])], int(self.second[page])
        if second < 0:
            return first
        other = self.real.bodies[second]
        return first[: middle(first)] + other[middle(other) :]

    def _terms(self, page: int) -> NDArray[np.int32]:
        first, second = int(self.first[page]), int(self.second[page])
        if second < 0:
            return self.real.body_terms[first]
        return np.concatenate([self._half(first, head=True), self._half(second, head=False)])

    def _half(self, page: int, *, head: bool) -> NDArray[np.int32]:
        inside = self.real.places[page] < middle(self.real.bodies[page])
        return self.real.body_terms[page][inside if head else ~inside]


def mixture(count: int) -> Mixture:
    """The first `count` pages: each real one once, in a shuffled order, then joined halves. Raises corpora.Missing."""
    parts = [analysed.load(name) for name in SOURCES]
    bounds = np.cumsum([0, *(len(part.titles) for part in parts)])
    seeded = random.Random(_SEED)
    order = list(range(int(bounds[-1])))
    seeded.shuffle(order)
    first, second = order[:count], [-1] * min(count, len(order))
    while len(first) < count:
        one = seeded.choice(order)
        # Halves of one collection are joined, so that a help article does not end as an encyclopaedia.
        part = int(np.searchsorted(bounds, one, side="right")) - 1
        first.append(one)
        second.append(seeded.randrange(int(bounds[part]), int(bounds[part + 1])))
    return Mixture(joined(parts), np.array(first, np.int32), np.array(second, np.int32))


def middle(text: str) -> int:
    """Where the first half of a text ends: after the line or sentence that its middle lies in."""
    ends = [at for end in _ENDS if (at := text.find(end, len(text) // 2)) >= 0]
    return min(ends) + 1 if ends else len(text)


def joined(parts: list[Analysed]) -> Analysed:
    """Several collections as one, with one vocabulary."""
    numbers: dict[str, int] = {}
    maps = [np.array([numbers.setdefault(term, len(numbers)) for term in part.vocabulary], np.int32) for part in parts]

    def one(rows: list[Ragged], through: list[NDArray[np.int32]] | None) -> Ragged:
        values = [row.values if through is None else through[at][row.values] for at, row in enumerate(rows)]
        offsets = np.cumsum([0, *(len(row.values) for row in rows)])
        starts = [row.starts[:-1] + offset for row, offset in zip(rows, offsets, strict=False)]
        return Ragged(np.concatenate(values), np.concatenate([*starts, offsets[-1:]]).astype(np.int64))

    return Analysed(
        list(numbers),
        [title for part in parts for title in part.titles],
        [body for part in parts for body in part.bodies],
        one([part.title_terms for part in parts], maps),
        one([part.body_terms for part in parts], maps),
        one([part.places for part in parts], None),
    )
