"""What changed between two texts: lines first, then Japanese words inside the lines that changed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from kb.text import japanese

Mark = Literal["same", "del", "ins"]
Kind = Literal["same", "del", "ins", "change", "skip"]

_LINES = 2_000  # a side; longer changed stretches are shown as taken out and put in whole
_WORD_LINE = 2_000  # characters of a line that is compared by words
_WORD_TOTAL = 40_000  # characters of all lines that are compared by words
_PAIRS = 2_500  # pairs of lines whose likeness is tried in one stretch
_ALIKE = 0.4  # from this likeness on (0 to 1) a line has been changed, and not replaced


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line, and whether it was there before and after."""

    text: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Row:
    """One line of both texts side by side, or `count` unchanged lines that are not shown (kind `skip`)."""

    kind: Kind
    left: tuple[Span, ...] = ()
    right: tuple[Span, ...] = ()
    count: int = 1


def compare(old: str, new: str, context: int = 2) -> list[Row]:
    """Show the way from one text to the other as rows, with `context` unchanged lines around each change.

    Equal texts give no rows. Time is bounded: long changed stretches are told by lines only.
    """
    if old == new:
        return []
    left, right = _lines(old), _lines(new)
    return list(_fold(_rows(left, right), context))


def changed_lines(rows: Iterable[Row]) -> tuple[int, int]:
    """Count the lines put in and the lines taken out; a changed line is one of each."""
    kinds = Counter(row.kind for row in rows)
    return kinds["ins"] + kinds["change"], kinds["del"] + kinds["change"]


def matching(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, int]]:
    """Give the stretches that two lists of lines share: (start in old, start in new, how many), in order.

    What they begin and end with alike is always found; between that, more than 2,000 lines are not compared.
    """
    most = min(len(old), len(new))
    head = next((at for at in range(most) if old[at] != new[at]), most)
    tail = next((at for at in range(most - head) if old[-1 - at] != new[-1 - at]), most - head)
    inner_old, inner_new = old[head : len(old) - tail], new[head : len(new) - tail]
    found = [(0, 0, head)]
    if max(len(inner_old), len(inner_new)) <= _LINES:
        # With autojunk, lines that come again and again (as empty ones do) can't make it quadratic.
        blocks = SequenceMatcher(None, inner_old, inner_new, autojunk=True).get_matching_blocks()
        found += [(block.a + head, block.b + head, block.size) for block in blocks]
    found.append((len(old) - tail, len(new) - tail, tail))
    return [block for block in found if block[2]]


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def _rows(left: list[str], right: list[str]) -> Iterator[Row]:
    at_left = at_right = 0
    budget = _Budget(_WORD_TOTAL)
    for start_left, start_right, size in [*matching(left, right), (len(left), len(right), 0)]:
        yield from _changed(left[at_left:start_left], right[at_right:start_right], budget)
        for line in left[start_left : start_left + size]:
            yield Row("same", (Span(line, "same"),), (Span(line, "same"),))
        at_left, at_right = start_left + size, start_right + size


@dataclass
class _Budget:
    left: int

    def take(self, old: str, new: str) -> bool:
        size = len(old) + len(new)
        if max(len(old), len(new)) > _WORD_LINE or size > self.left:
            return False
        self.left -= size
        return True


def _changed(old: list[str], new: list[str], budget: _Budget) -> Iterator[Row]:
    at_old = at_new = 0
    for pair_old, pair_new in [*_pairs(old, new), (len(old), len(new))]:
        yield from (Row("del", left=(Span(line, "del"),)) for line in old[at_old:pair_old])
        yield from (Row("ins", right=(Span(line, "ins"),)) for line in new[at_new:pair_new])
        if pair_old < len(old):
            yield _change(old[pair_old], new[pair_new], budget)
        at_old, at_new = pair_old + 1, pair_new + 1


def _pairs(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Choose which old line became which new one, in order, so that likeness is greatest over all."""
    if not old or not new or len(old) * len(new) > _PAIRS:
        return []
    old_grams, new_grams = [_grams(line) for line in old], [_grams(line) for line in new]
    alike = [[_likeness(a, b) for b in new_grams] for a in old_grams]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], alike[i][j] + best[i + 1][j + 1] if alike[i][j] else 0.0)
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if alike[i][j] and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _grams(line: str) -> Counter[str]:
    line = line.strip()[:_WORD_LINE]
    return Counter(line[at : at + 2] for at in range(max(1, len(line) - 1))) if line else Counter()


def _likeness(old: Counter[str], new: Counter[str]) -> float:
    """Compare two lines by the pairs of characters they share (Dice), 0 when they are too unlike to be one line."""
    both, total = sum((old & new).values()), old.total() + new.total()
    likeness = 2 * both / total if total else 0.0
    return likeness if likeness >= _ALIKE else 0.0


def _change(old: str, new: str, budget: _Budget) -> Row:
    if not budget.take(old, new):
        return Row("change", (Span(old, "del"),), (Span(new, "ins"),))
    before, after = japanese.words(old), japanese.words(new)
    left: list[tuple[str, Mark]] = []
    right: list[tuple[str, Mark]] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        left.append(("".join(before[a:b]), "same" if tag == "equal" else "del"))
        right.append(("".join(after[c:d]), "same" if tag == "equal" else "ins"))
    return Row("change", _spans(left), _spans(right))


def _spans(pieces: Iterable[tuple[str, Mark]]) -> tuple[Span, ...]:
    return tuple(Span(text, mark) for text, mark in pieces if text)


def _fold(rows: Iterable[Row], context: int) -> Iterator[Row]:
    """Put one skip row in place of unchanged lines that are far from every change; never for a single line."""
    kept = list(rows)
    changes = [at for at, row in enumerate(kept) if row.kind != "same"]
    near = {at + step for at in changes for step in range(-context, context + 1)}
    run: list[Row] = []
    for at, row in enumerate(kept):
        if at not in near:
            run.append(row)
            continue
        yield from _folded(run)
        run = []
        yield row
    yield from _folded(run)


def _folded(run: list[Row]) -> Iterable[Row]:
    return run if len(run) < 2 else [Row("skip", count=len(run))]
