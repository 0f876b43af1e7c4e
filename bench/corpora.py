"""The collections of pages, questions and judgements that are measured with, as they lie on disk."""

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CACHE = ROOT / "var" / "bench"
OWN = "faq-own"
JUDGED = ("jsquad-valid", "jaquad-dev", "niilc-evidence", "help-anchor-ja", OWN)


class Missing(Exception):
    """A collection that is not on this machine; the message says what to do."""


@dataclass(frozen=True)
class Page:
    """One page as it was published: a title and a body in Markdown or plain text."""

    name: str
    title: str
    body: str


@dataclass(frozen=True)
class Question:
    """A question and the pages that answer it: number of the page in the collection → grade from 1."""

    text: str
    grades: dict[int, int]


@dataclass(frozen=True)
class Corpus:
    name: str
    pages: tuple[Page, ...]
    questions: tuple[Question, ...]


def folder() -> Path:
    """Where the shared collections lie: BENCH_DATA, or a folder beside the checkout. Raises Missing."""
    found = Path(os.environ.get("BENCH_DATA") or ROOT.parent / "shared" / "data")
    if not found.is_dir():
        raise Missing(
            f"no data in {found}: set BENCH_DATA to the folder that holds {', '.join(JUDGED[:4])} "
            f"(or measure with what is here: BENCH='quality --sets {OWN}')"
        )
    return found


def place(name: str) -> Path:
    """The folder of one collection. Raises Missing."""
    found = HERE / "faq" if name == OWN else folder() / name
    if not found.is_dir():
        raise Missing(f"no collection called {name} in {found.parent}")
    return found


def load(name: str) -> Corpus:
    """Read a collection with its questions, in the order of its files. Raises Missing."""
    where = place(name)
    pages = tuple(Page(row["id"], row["title"], row["body"]) for file in page_files(where) for row in _rows(file))
    numbers = {page.name: number for number, page in enumerate(pages)}
    assert len(numbers) == len(pages), f"{name}: a page comes twice"
    asked = [row for file in sorted(where.glob("queries*.jsonl")) for row in _rows(file)]
    grades: dict[str, dict[int, int]] = {row["id"]: {} for row in asked}
    for question, page, grade in _judgements(where, asked):
        grades[question][numbers[page]] = grade
    return Corpus(name, pages, tuple(Question(row["text"], grades[row["id"]]) for row in asked))


def page_files(where: Path) -> list[Path]:
    """The files that hold a collection's pages."""
    return sorted(where.glob("corpus*.jsonl.gz")) + sorted(where.glob("pages*.jsonl"))


def _judgements(where: Path, asked: list[dict[str, Any]]) -> Iterator[tuple[str, str, int]]:
    """Grades stand beside the question, or in a table of their own."""
    for row in asked:
        for page, grade in row.get("grades", {}).items():
            yield row["id"], page, int(grade)
    table = where / "qrels.tsv"
    for line in table.read_text("utf-8").splitlines() if table.exists() else ():
        question, page, grade = line.split("\t")
        yield question, page, int(grade)


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)
