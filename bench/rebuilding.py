"""How many documents a second a rebuild takes in, analysis included, beside Whoosh's plain writer in one process."""

import shutil
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

from whoosh.index import create_in

from bench import corpora, ours
from bench.peers import whoosh_own
from kb.search.port import Document
from kb.search.whoosh_index import WhooshIndex
from kb.text import audience, japanese


def documents(count: int) -> list[Document]:
    """The first articles of scale-ja, as the import would hand them over. Raises corpora.Missing."""
    found = islice(corpora.load("scale-ja").pages, count)
    return [ours.document(number, page.title, audience.fields(page.body).public) for number, page in enumerate(found)]


def by_us(folder: Path, pages: Sequence[Document]) -> None:
    """A rebuild as the application does it."""
    index = WhooshIndex(folder)
    index.rebuild(pages)
    index.close()


def by_whoosh(folder: Path, pages: Sequence[Document]) -> None:
    """Whoosh's own writer and codec, with the same analysis."""
    folder.mkdir()
    writer = create_in(str(folder), whoosh_own.schema()).writer(limitmb=256)
    for page in pages:
        writer.add_document(page=page.page_id, title=japanese.terms(page.title), body=japanese.terms(page.body))
    writer.commit()


def analysis(folder: Path, pages: Sequence[Document]) -> None:
    """Nothing but the analysis, in one process."""
    for page in pages:
        japanese.terms(page.title), japanese.terms(page.body)


WAYS: dict[str, Callable[[Path, Sequence[Document]], None]] = {
    "ours, rebuild": by_us,
    "Whoosh's plain writer": by_whoosh,
    "analysis alone, one process": analysis,
}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--documents", type=int, default=3000)
    parser.add_argument("--repeats", type=int, default=2, help="the best of so many counts")


def run(options: Namespace) -> list[tuple[str, list[dict[str, object]]]]:
    """Measure each way in turn."""
    pages = documents(options.documents)
    japanese.terms("辞書")
    best = dict.fromkeys(WAYS, float("inf"))
    with tempfile.TemporaryDirectory(prefix="bench-") as home:
        for _ in range(options.repeats):
            for name, way in WAYS.items():
                began = time.perf_counter()
                way(Path(home) / "index", pages)
                best[name] = min(best[name], time.perf_counter() - began)
                shutil.rmtree(Path(home) / "index", ignore_errors=True)
    plain = len(pages) / best["Whoosh's plain writer"]
    rows: list[dict[str, object]] = []
    for name, took in best.items():
        pace = len(pages) / took
        rows.append(
            {"way": name, "documents": len(pages), "documents a second": pace, "× Whoosh's plain writer": pace / plain}
        )
    return [("Rebuild", rows)]
