"""How long suggestions for a half-typed word take: completions, and pages by title, phrase and tag."""

import random
import time
from argparse import ArgumentParser, Namespace
from statistics import median

import jaconv

from bench import pages, speed
from bench.metrics import percentile
from bench.pages import Mixture
from kb.rules.pages import Audience
from kb.search.port import Query
from kb.text import japanese

_SEED = 20251122
SHOWN = 8


def typed(mixture: Mixture, count: int) -> dict[str, list[str]]:
    """What somebody has typed so far of a word of a real title, `count` times a kind."""
    seeded = random.Random(_SEED)
    found: dict[str, list[str]] = {"kanji": [], "kana": [], "romaji": [], "kana, one letter": [], "half a title": []}
    while any(len(texts) < count for texts in found.values()):
        title = mixture.title(seeded.randrange(len(mixture)))
        tokens = [token for token in japanese.tokens(title) if token.end - token.start > 1]
        if not tokens:
            continue
        token = seeded.choice(tokens)
        word = title[token.start : token.end]
        spelt = japanese.reading(word)
        if all("一" <= letter <= "龯" for letter in word):
            found["kanji"].append(word[: max(1, len(word) // 2)])
            found["half a title"].append(title[: token.start + 1])
        if len(spelt) > 2 and all("ぁ" <= letter <= "ー" for letter in spelt):
            found["kana"].append(spelt[: len(spelt) // 2 + 1])
            found["kana, one letter"].append(spelt[0])
            romaji = jaconv.kana2alphabet(spelt)
            found["romaji"].append(romaji[: len(romaji) // 2 + 1])
    return {kind: texts[:count] for kind, texts in found.items()}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--pages", default="100000", help="sizes, with commas between them")
    parser.add_argument("--asked", type=int, default=100, help="words of a kind")
    parser.add_argument("--repeats", type=int, default=3)


def run(options: Namespace) -> list[tuple[str, list[dict[str, object]]]]:
    """Measure every size: the first time, and the median of all."""
    rows: list[dict[str, object]] = []
    for count in map(int, options.pages.split(",")):
        mixture = pages.mixture(count)
        index = speed.our_index(mixture)
        for kind, texts in typed(mixture, options.asked).items():
            times: list[list[tuple[float, float]]] = [[] for _ in texts]
            told = 0
            for _ in range(options.repeats):
                for row, text in zip(times, texts, strict=True):
                    began = time.perf_counter()
                    told += len(index.complete(text, Audience.PUBLIC, limit=SHOWN))
                    between = time.perf_counter()
                    index.search(Query(text, Audience.PUBLIC, half_typed=True, limit=SHOWN))
                    row.append((between - began, time.perf_counter() - between))
            both = [median(sum(pair) for pair in row) for row in times]
            rows.append(
                {
                    "pages": count,
                    "typed": kind,
                    "asked": len(texts),
                    "completions each": told / len(texts) / options.repeats,
                    "completions, median ms": 1000 * median(median(one for one, _ in row) for row in times),
                    "both, median ms": 1000 * median(both),
                    "both, p95 ms": 1000 * percentile(both, 0.95),
                    "both, p95 ms, first time": 1000 * percentile([sum(row[0]) for row in times], 0.95),
                }
            )
        index.close()
    return [("Suggestions", rows)]
