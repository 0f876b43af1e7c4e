"""How good a list of pages is: nDCG@10, Recall@10, Hit@1."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

DEPTH = 10


@dataclass(frozen=True)
class Quality:
    """Means over questions, each from 0 to 1; Recall and Hit count every page with a grade."""

    questions: int
    ndcg: float
    recall: float
    hit: float


def ndcg(found: Sequence[int], grades: Mapping[int, int]) -> float:
    """Gain 2^grade − 1, discount log2(rank + 1), over the best order there is (Järvelin and Kekäläinen, 2002)."""
    best = _gain(sorted(grades.values(), reverse=True)[:DEPTH])
    return _gain([grades.get(page, 0) for page in found[:DEPTH]]) / best if best else 0.0


def recall(found: Sequence[int], grades: Mapping[int, int]) -> float:
    """Which share of the graded pages is among the first ten."""
    return len(grades.keys() & set(found[:DEPTH])) / len(grades) if grades else 0.0


def hit(found: Sequence[int], grades: Mapping[int, int]) -> float:
    """1 if the first page has a grade, else 0."""
    return float(bool(found) and found[0] in grades)


def mean(judged: Iterable[tuple[Sequence[int], Mapping[int, int]]]) -> Quality:
    """Means over questions, each given as (pages found, grades)."""
    rows = [(ndcg(found, grades), recall(found, grades), hit(found, grades)) for found, grades in judged]
    if not rows:
        return Quality(0, 0.0, 0.0, 0.0)
    return Quality(len(rows), *(sum(column) / len(rows) for column in zip(*rows, strict=True)))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all values do not exceed, by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered), max(1, math.ceil(share * len(ordered)))) - 1]


def _gain(grades: Sequence[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))
