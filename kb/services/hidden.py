"""Put back the blocks that a writer could not see, where they stood."""

from bisect import bisect_left
from collections import Counter
from dataclasses import replace

from kb.rules.pages import Audience
from kb.text import audience as audiences
from kb.text import block_faults, blocks, diff, merge3


def put_back(full: str, edited: str, *, audience: Audience) -> str:
    """The writer's text with every block of `full` that their audience can't read.

    The writer worked on `full` cut for them. A three-way merge brings the hidden lines back; where that is not certain
    they go beside the lines they stood beside, and at the end when those have gone too: no edit removes what its
    author could not read, and nothing that the author sees differs from what they wrote.
    """
    full = full.strip("\n")
    cut = audiences.cut(full, audience).strip("\n")
    if cut == full:
        return edited
    hidden = _hidden(full, audience)
    merged = merge3.merge(cut, edited, full)
    for text in [merged.text] * (merged.conflicts == 0) + [_beside(full, edited, audience)]:
        whole = _hidden(text, audience) == _hidden(edited, audience) + hidden
        if whole and _seen(text, audience) == _seen(edited, audience) and not block_faults.faults(text):
            return text
    return "\n\n".join([edited, *map(blocks.fenced, hidden.elements())])


def _hidden(body: str, audience: Audience) -> Counter[blocks.Segment]:
    parts = (replace(part, line=0) for part in blocks.split(body))
    return Counter(part for part in parts if not audience.includes(part.audience))


def _seen(body: str, audience: Audience) -> list[str]:
    return [line for line in audiences.cut(body, audience).split("\n") if line.strip()]


def _beside(full: str, edited: str, audience: Audience) -> str:
    """The edited text with each hidden stretch behind the line it stood behind, else before the one it stood before."""
    before: list[str] = []
    stretches: list[tuple[int, list[str]]] = []
    for line in blocks.walk(full):
        if audience.includes(line.audience):
            before += [line.text] if line.text.strip() else []
        elif stretches and stretches[-1][0] == len(before):
            stretches[-1][1].extend(["", line.text] if line.opens and not line.inside else [line.text])
        else:
            stretches.append((len(before), [line.text]))
    lines = edited.split("\n")
    filled = [number for number, line in enumerate(lines) if line.strip()]
    left = {
        old + step: filled[new + step]
        for old, new, size in diff.matching(before, [lines[number] for number in filled])
        for step in range(size)
    }
    gaps = _gaps(edited)
    for place, stretch in reversed(stretches):
        at = left[place - 1] + 1 if place - 1 in left else left.get(place, len(lines))
        at = gaps[min(bisect_left(gaps, at), len(gaps) - 1)]
        head = [""] if at and lines[at - 1].strip() else []
        tail = [""] if at < len(lines) and lines[at].strip() else []
        lines[at:at] = [*head, *stretch, *tail]
    return "\n".join(lines)


def _gaps(body: str) -> list[int]:
    """The places between paragraphs outside every block, as numbers of the line that follows."""
    found, depth, number = [0], 0, 0
    for number, line in enumerate(blocks.walk(body), 1):
        depth += 1 if line.opens else -1 if line.closes and not line.stray else 0
        if depth == 0 and (line.closes or not line.text.strip()):
            found.append(number)
    return [*found, number]
