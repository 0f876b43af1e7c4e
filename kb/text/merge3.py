"""Two edits of one text put together, line by line; where they meet, both are kept between markers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from kb.text.diff import matching

MINE = "<<<<<<< あなたの文"
BETWEEN = "======="
THEIRS = ">>>>>>> 公開中の文"

Kind = Literal["same", "mine", "theirs", "both", "conflict"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines of the three texts: untouched, changed by one, by both alike, or by both in different ways."""

    kind: Kind
    base: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged text, with markers where `conflicts` pieces wait for a person."""

    text: str
    conflicts: int
    pieces: tuple[Piece, ...]


def merge(base: str, mine: str, theirs: str) -> Merged:
    """Put two edits of `base` together (diff3: Khanna, Kunal and Pierce, 2007). No new line of either is lost."""
    a, b, c = base.split("\n"), mine.split("\n"), theirs.split("\n")
    pieces: list[Piece] = []
    lines: list[str] = []
    at = (0, 0, 0)
    for start, size in [*_shared(a, b, c), ((len(a), len(b), len(c)), 0)]:
        changed = a[at[0] : start[0]], b[at[1] : start[1]], c[at[2] : start[2]]
        if any(changed):
            pieces.append(_piece(*changed))
            lines += _merged(pieces[-1].kind, changed[1], changed[2])
        same = a[start[0] : start[0] + size]
        if same:
            text = "\n".join(same)
            pieces.append(Piece("same", text, text, text))
            lines += same
        at = start[0] + size, start[1] + size, start[2] + size
    return Merged("\n".join(lines), sum(piece.kind == "conflict" for piece in pieces), tuple(pieces))


def unresolved(text: str) -> bool:
    """Whether a marker of a conflict still stands in the text."""
    return any(line.strip() in (MINE, THEIRS) for line in text.split("\n"))


def _shared(base: list[str], mine: list[str], theirs: list[str]) -> Iterator[tuple[tuple[int, int, int], int]]:
    """Give the stretches that all three share: where each begins in base, mine and theirs, and how many lines."""
    left, right = matching(base, mine), matching(base, theirs)
    i = j = 0
    while i < len(left) and j < len(right):
        start = max(left[i][0], right[j][0])
        end = min(left[i][0] + left[i][2], right[j][0] + right[j][2])
        if start < end:
            places = start, left[i][1] + start - left[i][0], right[j][1] + start - right[j][0]
            yield places, end - start
        if left[i][0] + left[i][2] < right[j][0] + right[j][2]:
            i += 1
        else:
            j += 1


def _piece(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> Piece:
    kind: Kind = "conflict"
    if mine == theirs:
        kind = "both"
    elif mine == base:
        kind = "theirs"
    elif theirs == base:
        kind = "mine"
    return Piece(kind, "\n".join(base), "\n".join(mine), "\n".join(theirs))


def _merged(kind: Kind, mine: Sequence[str], theirs: Sequence[str]) -> Sequence[str]:
    if kind == "conflict":
        return [MINE, *mine, BETWEEN, *theirs, THEIRS]
    return theirs if kind == "theirs" else mine
