"""The words that a part of an index holds, by letters, readings and senses: for completions and second chances."""

import io
import os
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from kb.search.lists import firsts
from kb.text import meanings

Numbers = npt.NDArray[Any]
# Words in which one wrong, missing or swapped letter is a typing error rather than another word.
_SPELT = re.compile("[ァ-ヶー]{3,}|[a-z]{4,}")
_MANY = 64  # candidates looked at closely
_AFTER = b"\xff"  # follows every byte of UTF-8


class Lexicon:
    """Every term of a part of an index, sorted by its UTF-8.

    `counts` tells how many documents hold a term, `heads` how many of them in title, phrases or tags; both may count
    deleted documents, so they serve to put candidates in order, never to tell anybody that a word exists.
    """

    def __init__(self, arrays: Mapping[str, Numbers]) -> None:
        self._terms = _Strings(arrays["terms"], arrays["term_ends"])
        self.counts: Numbers = arrays["counts"]
        self.heads: Numbers = arrays["heads"]
        self._senses, self._sense_terms = arrays["senses"], arrays["sense_terms"]
        self._readings = _Strings(arrays["readings"], arrays["reading_ends"])
        self._reading_terms = arrays["reading_terms"]
        self._read: dict[tuple[int, int], list[str]] = {}
        self._spelt = tuple(_Ends(arrays[f"{end}_keys"], arrays[f"{end}_terms"]) for end in ("first", "last"))

    def beginning(self, letters: str) -> list[tuple[str, int]]:
        """Give words of titles, phrases and tags that begin with these letters, each with its number in `heads`."""
        found = np.arange(*self._terms.range(letters.encode("utf-8", "ignore")))
        found = self._most(found[self.heads[found] > 0], self.heads)
        return [(self._terms[at], int(self.heads[at])) for at in found]

    def read_as(self, reading: str, *, whole: bool) -> list[tuple[str, str, int]]:
        """Give (word to show, term, count) of the words read like this, or that begin so if not `whole`.

        The count is that of `counts` for whole readings, else that of `heads`, more than 0.
        """
        start = reading.encode("utf-8", "ignore")
        found = np.arange(*self._readings.range(start + b"\t" if whole else start))
        weights = (self.counts if whole else self.heads)[self._reading_terms[found]]
        found = self._most(found[weights > 0], weights[weights > 0], by_place=True)
        told = ((self._readings[at].partition("\t")[2], int(self._reading_terms[at])) for at in found)
        counts = self.counts if whole else self.heads
        return [(shown, self._terms[term], int(counts[term])) for shown, term in told]

    def meaning(self, sense: int) -> list[str]:
        """Give the words that may have this sense."""
        start, end = np.searchsorted(self._senses, [sense, sense + 1])
        return [self._terms[at] for at in self._sense_terms[start:end]]

    def containing(self, part: str) -> list[tuple[str, int]]:
        """Give words with these letters somewhere inside, each with its number in `counts`."""
        found = self._most(self._terms.holding(part.encode("utf-8", "ignore")), self.counts)
        return [(self._terms[at], int(self.counts[at])) for at in found]

    def widest(self, most: int) -> list[tuple[str, int]]:
        """Give the words that most documents hold, each with its number in `counts`."""
        found = np.argsort(-self.counts.astype(np.int64), kind="stable")[:most]
        return [(self._terms[at], int(self.counts[at])) for at in found]

    def near(self, term: str) -> list[str]:
        """Give the katakana or Latin words that one letter more, less, other or swapped makes of this one."""
        if not _SPELT.fullmatch(term):
            return []
        mine = _spelling(term)
        alike: dict[str, dict[str, None]] = {}
        for size in (len(mine) - 1, len(mine), len(mine) + 1):
            # One letter amiss leaves the first or the last one as it is.
            for at, letter in enumerate((mine[0], mine[-1])):
                for word in self._ending(at, _end(size, letter)):
                    alike.setdefault(_spelling(word), {})[word] = None
        found = process.extract(mine, alike.keys(), scorer=OSA.distance, score_cutoff=1, limit=_MANY)
        return [word for spelling, _, _ in found for word in alike[spelling] if word != term]

    def _ending(self, at: int, key: int) -> list[str]:
        if (at, key) not in self._read:
            self._read[at, key] = [self._terms[word] for word in self._spelt[at].of(key)]
        return self._read[at, key]

    @staticmethod
    def _most(found: Numbers, weights: Numbers, *, by_place: bool = False) -> Numbers:
        if len(found) <= _MANY:
            return found
        of_found = weights if by_place else weights[found]
        return found[np.sort(np.argsort(-of_found.astype(np.int64), kind="stable")[:_MANY])]


@dataclass(frozen=True, slots=True)
class _Ends:
    """The words that are spelt out, sorted by length and one end of their spelling."""

    keys: Numbers
    terms: Numbers

    def of(self, key: int) -> Numbers:
        """Give the numbers of the words with this length and end."""
        start, end = np.searchsorted(self.keys, np.array([key, key + 1], self.keys.dtype))
        return self.terms[start:end]


class _Strings:
    """Sorted strings in one array of bytes; `ends` are where each ends."""

    def __init__(self, letters: Numbers, ends: Numbers) -> None:
        self._letters = letters.tobytes()
        self._ends = ends

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, at: Any) -> str:
        return self._bytes(int(at)).decode("utf-8", "replace")

    def range(self, start: bytes) -> tuple[int, int]:
        """Give where the strings that begin so begin and end."""
        return self._first(start), self._first(start + _AFTER)

    def holding(self, part: bytes) -> Numbers:
        """Give the places of the strings that hold these bytes."""
        hits: list[int] = []
        at = self._letters.find(part)
        while at >= 0:
            hits.append(at + len(part))
            at = self._letters.find(part, at + 1)
        found = np.searchsorted(self._ends, np.array(hits, self._ends.dtype))
        return found[firsts(found)]

    def _bytes(self, at: int) -> bytes:
        return self._letters[int(self._ends[at - 1]) if at else 0 : int(self._ends[at])]

    def _first(self, key: bytes) -> int:
        low, high = 0, len(self._ends)
        while low < high:
            middle = (low + high) // 2
            if self._bytes(middle) < key:
                low = middle + 1
            else:
                high = middle
        return low


def build(terms: Mapping[str, tuple[int, int]]) -> dict[str, Numbers]:
    """Make the arrays of a lexicon from every term with its numbers in `counts` and `heads`."""
    order = sorted((term for term in terms if term[0].isalnum()), key=str.encode)
    senses = sorted((sense, at) for at, term in enumerate(order) for sense in meanings.senses(term))
    readings = sorted(
        (f"{reading}\t{shown}".encode(), at)
        for at, term in enumerate(order)
        for reading, shown in meanings.readings(term)
    )
    spelt = [(at, _spelling(term)) for at, term in enumerate(order) if _SPELT.fullmatch(term)]
    return {
        **_ends("first", [(_end(len(spelling), spelling[0]), at) for at, spelling in spelt]),
        **_ends("last", [(_end(len(spelling), spelling[-1]), at) for at, spelling in spelt]),
        **_packed("terms", "term_ends", [term.encode() for term in order]),
        "counts": np.array([terms[term][0] for term in order], np.uint32),
        "heads": np.array([terms[term][1] for term in order], np.uint32),
        "senses": np.array([sense for sense, _ in senses], np.int32),
        "sense_terms": np.array([at for _, at in senses], np.uint32),
        **_packed("readings", "reading_ends", [line for line, _ in readings]),
        "reading_terms": np.array([at for _, at in readings], np.uint32),
    }


def save(arrays: Mapping[str, Numbers], path: Path) -> None:
    """Write the arrays into one file, whole or not at all."""
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    part.write_bytes(file.getvalue())
    os.replace(part, path)


def load(path: Path) -> Lexicon:
    """Read what `save` wrote. Raises FileNotFoundError, or ValueError for another kind of file."""
    with np.load(path, allow_pickle=False) as arrays:
        return Lexicon({name: arrays[name] for name in arrays.files})


def _ends(name: str, pairs: list[tuple[int, int]]) -> dict[str, Numbers]:
    pairs = sorted(pairs)
    return {
        f"{name}_keys": np.array([key for key, _ in pairs], np.uint32),
        f"{name}_terms": np.array([term for _, term in pairs], np.uint32),
    }


def _end(size: int, letter: str) -> int:
    return size << 16 | ord(letter)


def _spelling(word: str) -> str:
    """コンピュータ and コンピューター are one spelling, so that コンピュタ is one letter away from both."""
    return word.rstrip("ー") or word


def _packed(letters: str, ends: str, strings: Iterable[bytes]) -> dict[str, Numbers]:
    held = list(strings)
    return {
        letters: np.frombuffer(b"".join(held), np.uint8),
        ends: np.cumsum([len(one) for one in held], dtype=np.uint32) if held else np.zeros(0, np.uint32),
    }
