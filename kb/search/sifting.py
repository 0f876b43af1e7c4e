"""Filters and facets: which documents of a segment a query lets through, and how its hits spread over their values."""

from collections import Counter
from collections.abc import Iterable

from kb.search.lists import Numbers
from kb.search.port import Query
from kb.search.segments import OpenSegment
from kb.search.words import keyword

FACETS = ("kind", "category", "tag", "confidence", "audience")


def filters(query: Query) -> list[tuple[str, tuple[str, ...]]]:
    """Give the fields that a query filters by, each with the values it lets through, as the index spells them."""
    asked = (
        ("language", (query.language,)),
        ("kind", query.kinds),
        ("category", (query.category,)),
        ("tag", (query.tag,)),
        ("confidence", (query.confidence,)),
        ("audience", (query.held_by,)),
    )
    told = ((field, tuple(keyword(value) for value in values if value)) for field, values in asked)
    return [(field, values) for field, values in told if values]


def facets(hits: Iterable[tuple[OpenSegment, Numbers]]) -> dict[str, dict[str, int]]:
    """Count hits by field and value, most first; `hits` tells by segment and document whether it is one."""
    counts: dict[str, Counter[str]] = {field: Counter() for field in FACETS}
    for segment, mask in hits:
        for field, counter in counts.items():
            counter.update(segment.values(field).count(mask))
    return {field: ordered(counter) for field, counter in counts.items()}


def ordered(counts: Counter[str]) -> dict[str, int]:
    """Put values in order: most hits first, then by name."""
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
