"""Where runs of terms stand: which documents of a segment say them in a field, and how often."""

import numpy as np

from kb.search.lists import Numbers, firsts
from kb.search.segments import OpenSegment


def occurrences(segment: OpenSegment, field: str, run: tuple[str, ...]) -> tuple[Numbers, Numbers]:
    """Give the documents where the terms stand next to each other in this order, ascending, and how often they do."""
    if len(run) == 1:
        return segment.postings(field, run[0])
    starts: Numbers | None = None
    for step, term in sorted(enumerate(run), key=lambda pair: len(segment.postings(field, pair[1])[0])):
        ids, counts, places = segment.places(field, term)
        # Document and place in one number: neighbours differ by 1, and no place reaches 2**32.
        keys = (np.repeat(ids, counts).astype(np.int64) << 32) + places - step
        starts = keys if starts is None else _both(starts, keys)
        if not len(starts):
            break
    assert starts is not None
    ids = (starts >> 32).astype(np.uint32)
    first = firsts(ids)
    return ids[first], np.diff(np.append(first, len(ids)))


def _both(few: Numbers, many: Numbers) -> Numbers:
    """Give what is in both sorted arrays."""
    at = np.searchsorted(many, few)
    at[at == len(many)] = 0
    return few[many[at] == few] if len(many) else few[:0]
