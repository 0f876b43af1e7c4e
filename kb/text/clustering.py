"""Texts grouped by their wording: which of them say the same rare words, and which words these are."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice

ALIKE = 0.16  # cosine from which two texts are neighbours; below it they share little but everyday words
COMMON = 0.25  # a word in more than this part of the texts tells none of them apart
NEAR = 40  # neighbours of a text that are looked at
WORDS = 4  # that are told of a group


@dataclass(frozen=True)
class Group:
    """Texts that belong together, the one in their middle first, and the words that they share, the rarest first."""

    members: tuple[int, ...]
    words: tuple[str, ...]


def groups(texts: Mapping[int, Sequence[str]], *, most: int, smallest: int = 2, largest: int = 6) -> list[Group]:
    """At most `most` groups of texts (key → terms), the closest first; no text is in two of them.

    Each text is a vector of its terms, tf-idf and of length one. The text whose neighbours are nearest makes a group
    with them, and the rest goes on without these; a group shares at least one word between most of its members.
    """
    vectors = _vectors(texts)
    near = _neighbours(vectors)
    left, found = set(vectors), list[Group]()
    while len(found) < most:
        best: tuple[float, int, list[int]] | None = None
        for key in sorted(left):
            around = list(islice(((alike, one) for alike, one in near[key] if one in left), largest - 1))
            weight = sum(alike for alike, _ in around)
            if len(around) + 1 >= smallest and (best is None or weight > best[0]):
                best = weight, key, [one for _, one in around]
        if best is None:
            return found
        members = (best[1], *best[2])
        words = _shared(vectors, members)
        left -= set(members) if words else {best[1]}
        if words:
            found.append(Group(members, words))
    return found


def _vectors(texts: Mapping[int, Sequence[str]]) -> dict[int, dict[str, float]]:
    counts = {key: Counter(term for term in terms if len(term) > 1) for key, terms in texts.items()}
    spread = Counter(term for one in counts.values() for term in one)
    # Among a few texts, a word in half of them may well be their theme.
    ceiling = max(3.0, COMMON * len(texts))
    found = {}
    for key, one in counts.items():
        weights = {
            term: (1 + math.log(times)) * math.log(1 + len(texts) / spread[term])
            for term, times in one.items()
            if 1 < spread[term] <= ceiling
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        found[key] = {term: weight / length for term, weight in weights.items()} if length else {}
    return found


def _neighbours(vectors: Mapping[int, Mapping[str, float]]) -> dict[int, list[tuple[float, int]]]:
    """Text → those that are most alike, with the cosine between them; only texts that share a word are compared."""
    standing: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for key, vector in vectors.items():
        for term, weight in vector.items():
            standing[term].append((key, weight))
    near: dict[int, list[tuple[float, int]]] = {}
    for key, vector in vectors.items():
        sums: dict[int, float] = defaultdict(float)
        for term, weight in vector.items():
            for other, theirs in standing[term]:
                sums[other] += weight * theirs
        alike = ((cosine, other) for other, cosine in sums.items() if other != key and cosine >= ALIKE)
        near[key] = nsmallest(NEAR, alike, key=lambda one: (-one[0], one[1]))
    return near


def _shared(vectors: Mapping[int, Mapping[str, float]], members: Sequence[int]) -> tuple[str, ...]:
    """The words that more than half of the members say, the heaviest first."""
    sums: dict[str, float] = defaultdict(float)
    said = Counter(term for key in members for term in vectors[key])
    for key in members:
        for term, weight in vectors[key].items():
            sums[term] += weight
    shared = [term for term in sums if said[term] > 1 and said[term] * 2 >= len(members)]
    return tuple(sorted(shared, key=lambda term: (-sums[term], term))[:WORDS])
