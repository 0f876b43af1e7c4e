"""How soon an edited page is found in a large index, through another index object on the same folder."""

import shutil
import tempfile
import time
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from statistics import median

from bench import home, ours, pages, speed, table
from bench.metrics import percentile
from kb.rules.pages import Audience
from kb.rules.roles import SYSTEM
from kb.search.port import Query
from kb.search.whoosh_index import WhooshIndex
from kb.services import editing
from kb.services.checking import text_of
from kb.services.indexer import Indexer
from kb.store.base import open_store
from kb.store.pages import get as one_page

_POLL = 0.005  # seconds between two looks
_TIDY = 10  # edits between two quiet moments


def word(number: int) -> str:
    """A word that no page holds yet."""
    return "qxz" + str(number).translate(str.maketrans("0123456789", "bcdfghjklm")) + "vw"


def finds(index: WhooshIndex, number: int, revision: int) -> bool:
    """Whether a search for the new word shows the new revision."""
    found = index.search(Query(word(number), Audience.PUBLIC))
    return any(hit.revision_id == revision for hit in found.hits)


def edits(folder: Path, mixture: pages.Mixture, count: int) -> dict[str, list[float]]:
    """Seconds by step: edit pages one after the other, each until a search elsewhere finds it."""
    writer, reader = WhooshIndex(folder), WhooshIndex(folder)
    reader.search(Query("返品", Audience.PUBLIC))
    found: dict[str, list[float]] = {
        "until found": [],
        "replace": [],
        "first search after": [],
        "search": [],
        "tidy": [],
    }
    for number in range(count):
        page = (number * 997) % len(mixture)
        body = f"{mixture.body(page)}\n{word(number)}"
        revision = 10_000_000 + number
        document = replace(ours.document(page, mixture.title(page), body), revision_id=revision)
        began = time.perf_counter()
        writer.replace([document])
        found["replace"].append(time.perf_counter() - began)
        asked = time.perf_counter()
        while not finds(reader, number, revision):
            if time.perf_counter() - began > 30:
                raise RuntimeError("an edited page was not found within 30 seconds")
            time.sleep(_POLL)
        ended = time.perf_counter()
        found["first search after"].append(ended - asked)
        found["until found"].append(ended - began)
        assert finds(reader, number, revision)
        found["search"].append(time.perf_counter() - ended)
        if number % _TIDY == _TIDY - 1:
            began = time.perf_counter()
            if writer.tidy():
                found["tidy"].append(time.perf_counter() - began)
        table.progress("edits", number + 1, count)
    writer.close()
    reader.close()
    return found


def saves(folder: Path, mixture: pages.Mixture, count: int) -> dict[str, list[float]]:
    """Seconds from the commit of an edit, through the application's own indexer thread, until a search elsewhere."""
    home.fill(folder, mixture)
    store = open_store(f"sqlite:///{folder / 'var' / home.DATABASE}")
    reader = WhooshIndex(folder / "search_index")
    found: dict[str, list[float]] = {"through the indexer, until found": []}
    with Indexer(store, WhooshIndex(folder / "search_index"), folder / "var" / "indexer.lock"):
        for number in range(count):
            page = (number * 997) % len(mixture)
            with store.writing() as db:
                old = one_page(db, page + 1, viewer=SYSTEM)
                assert old is not None and old.current is not None
                text = replace(text_of(old.current), body=f"{old.current.body}\n\n{word(number)}")
                revision = editing.save(db, page + 1, text, base_id=old.current.id, by=SYSTEM).revision.id
            began = time.perf_counter()
            while not finds(reader, number, revision):
                if time.perf_counter() - began > 60:
                    raise RuntimeError("an edited page was not found within a minute")
                time.sleep(_POLL)
            found["through the indexer, until found"].append(time.perf_counter() - began)
            table.progress("saves", number + 1, count)
    reader.close()
    store.close()
    return found


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--pages", default="100000", help="sizes, with commas between them")
    parser.add_argument("--edits", type=int, default=60)


def run(options: Namespace) -> list[tuple[str, list[dict[str, object]]]]:
    """Edit a copy of each index."""
    rows: list[dict[str, object]] = []
    for count in map(int, options.pages.split(",")):
        mixture = pages.mixture(count)
        speed.our_index(mixture).close()
        with tempfile.TemporaryDirectory(prefix="bench-") as place:
            copy = Path(place) / "index"
            shutil.copytree(ours.folder(f"pages-{count}"), copy)
            steps = edits(copy, mixture, options.edits) | saves(Path(place) / "home", mixture, options.edits)
            for step, times in steps.items():
                values = [1000 * one for one in times] or [0.0]
                row: dict[str, object] = {"pages": count, "step": step, "times": len(times)}
                rows.append(
                    row | {"median ms": median(values), "p95 ms": percentile(values, 0.95), "at most": max(values)}
                )
    return [("One edited page", rows)]
