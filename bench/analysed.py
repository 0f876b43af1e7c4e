"""The terms of real pages, analysed once in worker processes and kept on disk until the analysis changes."""

import hashlib
import os
import pickle
import sys
from array import array
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from bench import corpora, table
from kb.text import audience, japanese

_BATCH = 64  # pages a worker takes at a time


@dataclass(frozen=True)
class Ragged:
    """Rows of numbers of any length, one after the other: row i is values[starts[i]:starts[i + 1]]."""

    values: NDArray[np.int32]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> NDArray[np.int32]:
        return self.values[self.starts[row] : self.starts[row + 1]]


def ragged(rows: Sequence[Sequence[int] | NDArray[np.int32]]) -> Ragged:
    """Lay rows end to end."""
    starts = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(row) for row in rows], out=starts[1:])
    values = np.concatenate([np.asarray(row, dtype=np.int32) for row in rows]) if rows else np.zeros(0, np.int32)
    return Ragged(values.astype(np.int32), starts)


@dataclass(frozen=True)
class Analysed:
    """Pages as text and as terms; a term is a number in `vocabulary`, `places` says where in the body it begins."""

    vocabulary: list[str]
    titles: list[str]
    bodies: list[str]
    title_terms: Ragged
    body_terms: Ragged
    places: Ragged


@cache
def key() -> str:
    """Change whenever the same text may give other terms, also while the rules are being written."""
    sources = [file.read_bytes() for file in sorted(_files(japanese) | _files(audience))]
    return hashlib.sha256(b"\0".join([japanese.fingerprint().encode(), *sources])).hexdigest()[:16]


def _files(module: ModuleType, seen: frozenset[str] = frozenset()) -> set[Path]:
    """The source of a module of kb.text, and of all that it uses there."""
    names = {getattr(value, "__module__", None) or getattr(value, "__name__", "") for value in vars(module).values()}
    used = {name for name in map(str, names) if name.startswith("kb.text.")} - seen
    found = {Path(str(module.__file__))}
    return found.union(*(_files(sys.modules[name], seen | used) for name in used))


def load(name: str, *, workers: int = 2) -> Analysed:
    """The pages of a collection with their terms, in the order of its file. Raises corpora.Missing."""
    stamp = hashlib.sha256(
        repr([(file.name, file.stat().st_size) for file in corpora.page_files(corpora.place(name))]).encode()
    )
    file = corpora.CACHE / "terms" / f"{name}-{key()}-{stamp.hexdigest()[:8]}.pickle"
    if file.exists():
        with file.open("rb") as kept:
            found: Analysed = pickle.load(kept)
            return found
    found = analyse(corpora.load(name).pages, name, workers=workers)
    file.parent.mkdir(parents=True, exist_ok=True)
    for old in file.parent.glob(f"{name}-*.pickle"):
        old.unlink(missing_ok=True)
    part = file.with_suffix(f".{os.getpid()}")
    with part.open("wb") as kept:
        pickle.dump(found, kept, protocol=5)
    part.replace(file)
    return found


def analyse(pages: Sequence[corpora.Page], name: str = "", *, workers: int = 2) -> Analysed:
    """Read pages as the import would: Markdown made plain, then terms."""
    numbers: dict[str, int] = {}
    titles: list[str] = []
    bodies: list[str] = []
    rows: tuple[list[array[int]], list[array[int]], list[array[int]]] = ([], [], [])
    with ProcessPoolExecutor(max_workers=workers) as pool:
        done = 0
        for batch in pool.map(_read, _batches(pages)):
            for title, body, title_terms, body_terms, places in batch:
                titles.append(title)
                bodies.append(body)
                for row, terms in zip(rows, (title_terms, body_terms), strict=False):
                    row.append(array("i", [numbers.setdefault(term, len(numbers)) for term in terms]))
                rows[2].append(array("i", places))
            done += len(batch)
            table.progress(f"terms of {name}", done, len(pages))
    return Analysed(list(numbers), titles, bodies, *(ragged(row) for row in rows))


def _batches(pages: Sequence[corpora.Page]) -> Iterator[list[tuple[str, str]]]:
    rest = iter([(page.title, page.body) for page in pages])
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _read(batch: list[tuple[str, str]]) -> list[tuple[str, str, list[str], list[str], list[int]]]:
    read = []
    for title, source in batch:
        body = audience.fields(source).public
        tokens = japanese.tokens(body)
        terms = [token.term for token in tokens]
        read.append((title, body, japanese.terms(title), terms, [token.start for token in tokens]))
    return read
