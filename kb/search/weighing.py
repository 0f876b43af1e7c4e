"""The formulas of the ranking and every number in them: BM25F over the fields that a reader may read."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from kb.rules.pages import Audience

# What a match in a field is worth, and how much a long field thins it out (BM25F: Robertson and Zaragoza, 2009, §3.6).
BOOST = {"title": 2.0, "phrases": 2.0, "tags": 2.0, "body": 1.0, "staff": 1.0, "sv": 1.0}
LENGTH = {"title": 0.5, "phrases": 0.3, "tags": 0.0, "body": 0.75, "staff": 0.75, "sv": 0.75}
SATURATION = 0.9
# Beside all fields together, what the headings say counts once more: a page is about its title.
HEADLINE = 0.3
# A closer look at the best hits: neighbours of the query that are neighbours there, and kanji that both share (届 of
# 届く and 届け出). What each adds, times its rarity.
CLOSER = 100  # hits
PAIR = 0.15
KANJI = 0.2
# A page that nobody has validated stays under a validated one that says the same, and above one that says it worse.
UNVALIDATED = 0.8
LOOSE = 0.001  # Pages that answer nothing but a mended typing error come after all others.
GRAIN = 1e9  # Scores that differ by less than one in so many are equal, and go by page_id.

HEADINGS = ("title", "phrases", "tags")
_OPEN = (*HEADINGS, "body")
FIELDS = {Audience.PUBLIC: _OPEN, Audience.STAFF: (*_OPEN, "staff"), Audience.SV: (*_OPEN, "staff", "sv")}
KANJI_FIELDS = {
    Audience.PUBLIC: ("kanji",),
    Audience.STAFF: ("kanji", "kanji_staff"),
    Audience.SV: ("kanji", "kanji_staff", "kanji_sv"),
}


def fields(audience: Audience, half_typed: bool) -> tuple[str, ...]:
    """Tell which texts of a page are looked at."""
    return HEADINGS if half_typed else FIELDS[audience]


def idf(documents: int, holding: int) -> float:
    """Tell how rare a run of terms is among the documents that the reader may read; more than 0."""
    return math.log(1 + (documents - holding + 0.5) / (holding + 0.5))


def average(total: int, filled: int) -> float:
    """Give the mean length of a field that is filled so many times, to two digits: one edit should not move it."""
    return float(f"{total / filled:.2g}") if filled else 1.0


def thinned(field: str, count: Any, length: Any, average: float) -> Any:
    """Weigh `count` matches in a field of this length; numbers or arrays of float64."""
    return BOOST[field] * count / (1 - LENGTH[field] + LENGTH[field] * length / average)


def saturated(weight: Any) -> Any:
    """Let the second match count for less than the first; less than 1. Numbers or arrays."""
    return weight / (SATURATION + weight)


def worth(total: Any, headings: Any) -> Any:
    """Weigh a run by its thinned matches in all fields and in headings; numbers or arrays of float64."""
    return saturated(total) + HEADLINE * saturated(headings)


def parts(weights: Mapping[str, float]) -> dict[str, float]:
    """Tell which part of `worth` each field has earned, by its thinned matches; together 1, or nothing."""
    total = added(weights.values())
    headings = added(weight for field, weight in weights.items() if field in HEADINGS)
    earned = {
        field: saturated(total) * weight / total
        + (HEADLINE * saturated(headings) * weight / headings if field in HEADINGS else 0.0)
        for field, weight in weights.items()
    }
    return {field: share / worth(total, headings) for field, share in earned.items()}


def added(numbers: Iterable[float]) -> float:
    """Add from left to right; what `sum` does with the last digits depends on the version of Python."""
    total = 0.0
    for number in numbers:
        total += number
    return total


def grains(score: float) -> int:
    """Make scores comparable: whole numbers, equal where the difference means nothing."""
    return round(score * GRAIN)


def score(grains: float) -> float:
    """Turn grains back into the score that is told."""
    return float(grains) / GRAIN
