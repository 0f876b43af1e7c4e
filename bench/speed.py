"""How long an answer takes, engine beside engine, on the same terms and the same questions."""

import hashlib
import os
import shutil
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from statistics import median
from types import ModuleType
from unittest.mock import patch

from bench import analysed, corpora, ours, pages, questions, table
from bench.metrics import percentile
from bench.pages import Mixture
from bench.peers import TOP, fts5, tantivy_own, whoosh_own
from bench.questions import Asked
from kb.rules.pages import Audience
from kb.search.port import Query
from kb.search.whoosh_index import WhooshIndex
from kb.search.words import parse
from kb.text import japanese

PEERS: tuple[ModuleType, ...] = (tantivy_own, fts5, whoosh_own)
OURS = "ours"
SCORING = "ours, reading apart"
SYNONYMS = "ours, with synonyms"
ANALYSIS = "reading the words alone"
UNCOUNTED = f"{tantivy_own.NAME}, top {TOP} without a count"


_HEAVY = 3  # of the heaviest questions, those that a slow engine is asked: each may take it minutes


@dataclass(frozen=True)
class Engine:
    """`most` questions of a kind are asked, the first ones: some engines are slow."""

    name: str
    answer: Callable[[Asked], object]
    most: int = 1_000_000


# Seconds by engine, question and repeat.
Times = dict[str, list[list[float]]]


def interleaved(engines: Sequence[Engine], asked: Sequence[Asked], repeats: int) -> Times:
    """Ask every engine each question in turn, so that whatever else the machine does meets all alike."""
    times: Times = {engine.name: [[] for _ in asked[: engine.most]] for engine in engines}
    for repeat in range(repeats):
        for number, question in enumerate(asked):
            first = (number + repeat) % len(engines)
            for engine in (*engines[first:], *engines[:first]):
                if number < engine.most:
                    began = time.perf_counter()
                    engine.answer(question)
                    times[engine.name][number].append(time.perf_counter() - began)
        table.progress("repeats", repeat + 1, repeats)
    return times


def rows(kind: str, count: int, times: Times) -> list[dict[str, object]]:
    """Median and p95 over questions of each question's median; ratios over the questions that both were asked."""
    middles = {name: [median(repeats) for repeats in questions_] for name, questions_ in times.items()}
    found: list[dict[str, object]] = []
    for name, values in middles.items():
        row: dict[str, object] = {"pages": count, "questions": kind, "engine": name, "asked": len(values)}
        row["median ms"] = 1000 * median(values)
        row["p95 ms"] = 1000 * percentile(values, 0.95)
        row["p95 ms, first time"] = 1000 * percentile([repeats[0] for repeats in times[name]], 0.95)
        for other in (tantivy_own.NAME, whoosh_own.NAME):
            same = min(len(values), len(middles.get(other, ())))
            against = middles.get(other, [])[:same]
            row[f"median × {other}"] = median(values[:same]) / median(against) if against else ""
            row[f"p95 × {other}"] = percentile(values[:same], 0.95) / percentile(against, 0.95) if against else ""
        found.append(row)
    return found


def our_engines(index: WhooshIndex) -> list[Engine]:
    """Ours twice, from the words to the hits: as it is, and with the words read before, as the others get them."""
    tokens = cache(japanese.tokens)

    def answer(asked: Asked) -> object:
        return index.search(Query(asked.text, Audience.PUBLIC, limit=TOP))

    def scored(asked: Asked) -> object:
        with patch.object(japanese, "tokens", tokens):
            return index.search(Query(asked.text, Audience.PUBLIC, limit=TOP))

    def analysis(asked: Asked) -> object:
        return parse(asked.text)

    return [Engine(OURS, answer), Engine(SCORING, scored), Engine(ANALYSIS, analysis)]


def with_synonyms(index: WhooshIndex) -> Engine:
    """Ours with the first list of synonyms. What was made of one list is kept: a pass must not mix it with none."""

    def answer(asked: Asked) -> object:
        return index.search(Query(asked.text, Audience.PUBLIC, synonyms=ours.synonyms(), limit=TOP))

    return Engine(SYNONYMS, answer)


def peer_folder(peer: ModuleType, mixture: Mixture, *, fresh: bool = False) -> tuple[Path, float]:
    """Where a peer's index of these pages lies, built now unless it is there; and how many seconds that took, or 0."""
    source = Path(str(peer.__file__))
    seed = f"{analysed.key()} {hashlib.sha256(source.read_bytes()).hexdigest()}"
    folder = corpora.CACHE / source.stem / f"{len(mixture)}-{hashlib.sha256(seed.encode()).hexdigest()[:16]}"
    if folder.exists() and not fresh:
        return folder, 0.0
    for old in folder.parent.glob(f"{len(mixture)}-*"):
        shutil.rmtree(old)
    part = folder.with_name(f"{folder.name}.{os.getpid()}")
    part.mkdir(parents=True)
    began = time.perf_counter()
    peer.build(part, mixture)
    took = time.perf_counter() - began
    part.rename(folder)
    return folder, took


def our_index(mixture: Mixture, *, fresh: bool = False) -> WhooshIndex:
    """Our index of these pages, built now unless it is there."""
    name = f"pages-{len(mixture)}"
    return ours.opened(name, mixture.vocabulary, mixture.title_terms, mixture.body_terms, fresh=fresh)


def size(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--pages", default="20000,100000", help="sizes, with commas between them")
    parser.add_argument("--asked", type=int, default=200, help="questions of a kind")
    parser.add_argument("--slow", type=int, default=20, help="questions of a kind for Whoosh's own searcher, 0: none")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--fresh", action="store_true", help="build the indexes anew")


def run(options: Namespace) -> list[tuple[str, list[dict[str, object]]]]:
    """Measure every size."""
    found: list[dict[str, object]] = []
    sizes: list[dict[str, object]] = []
    hostile: list[dict[str, object]] = []
    for count in map(int, options.pages.split(",")):
        mixture = pages.mixture(count)
        index = our_index(mixture, fresh=options.fresh)
        engines = our_engines(index)
        sizes.append({"pages": count, "engine": "ours", "MB on disk": size(ours.folder(f"pages-{count}")) / 1e6})
        for peer in PEERS if options.slow else PEERS[:2]:
            folder, _ = peer_folder(peer, mixture, fresh=options.fresh)
            ask = peer.opened(folder)
            most = options.slow if peer is whoosh_own else options.asked
            engines.append(Engine(peer.NAME, lambda asked, ask=ask: ask(asked.terms), most))  # type: ignore[misc]
            sizes.append({"pages": count, "engine": peer.NAME, "MB on disk": size(folder) / 1e6})
            if peer is tantivy_own:
                quick = tantivy_own.opened(folder, count=False)
                engines.append(Engine(UNCOUNTED, lambda asked, ask=quick: ask(asked.terms)))  # type: ignore[misc]
        kinds = {
            "natural": questions.natural(options.asked),
            "two words": questions.short(mixture, options.asked),
            "sentences": questions.sentences(mixture, options.asked),
            "heaviest": questions.heavy(mixture),
        }
        for kind, asked in kinds.items():
            few = [replace(one, most=min(one.most, _HEAVY)) if one.most < options.asked else one for one in engines]
            chosen = few if kind == "heaviest" else engines
            found += rows(kind, count, interleaved(chosen, asked, options.repeats))
            # Tantivy again, so that the ratio is one of the same minutes.
            pair = [with_synonyms(index), next(engine for engine in engines if engine.name == tantivy_own.NAME)]
            found += rows(kind, count, interleaved(pair, asked, options.repeats))[:1]
        for name, text in questions.HOSTILE.items():
            times = interleaved(engines[:1], [Asked(text, [])], options.repeats)[OURS][0]
            hostile.append({"pages": count, "hostile": name, "ms, the slowest": 1000 * max(times)})
        index.close()
    return [("Speed", found), ("Size", sizes), ("Hostile questions, ours", hostile)]
