"""How good the first ten pages are, on collections with judged questions, beside plain BM25."""

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench import analysed, corpora, metrics, ours
from bench.corpora import Corpus
from bench.metrics import DEPTH, Quality
from bench.peers.bm25 import PlainBM25
from kb.rules.pages import Audience
from kb.search.port import Query, SearchIndex, Synonym
from kb.search.words import parse

# Takes the words of a question, gives the numbers of pages in their collection, best first.
Search = Callable[[str], Sequence[int]]
PLAIN, OURS, BARE = ENGINES = ("plain BM25", "ours", "ours without synonyms")


@dataclass(frozen=True)
class Figures:
    """Even and odd are places of questions in their file, counted from 0: tune on even ones, report odd ones."""

    all: Quality
    even: Quality
    odd: Quality


def evaluate(search: Search, corpus: Corpus) -> Figures:
    """Ask every question of a collection."""
    judged = [(search(question.text)[:DEPTH], question.grades) for question in corpus.questions]
    return Figures(metrics.mean(judged), metrics.mean(judged[::2]), metrics.mean(judged[1::2]))


def our_index(name: str, *, fresh: bool = False) -> SearchIndex:
    """Our index of a collection, kept on disk. Raises corpora.Missing."""
    pages = analysed.load(name)
    return ours.opened(name, pages.vocabulary, pages.title_terms, pages.body_terms, fresh=fresh)


def plain_bm25(name: str) -> PlainBM25:
    """Plain BM25 over a collection, title and body as one text. Raises corpora.Missing."""
    pages = analysed.load(name)
    both = [np.concatenate([pages.title_terms[page], pages.body_terms[page]]) for page in range(len(pages.titles))]
    return PlainBM25(pages.vocabulary, analysed.ragged(both))


def by_index(index: SearchIndex, synonyms: tuple[Synonym, ...] = ()) -> Search:
    """Search as a visitor does, through the port."""

    def search(words: str) -> list[int]:
        found = index.search(Query(words, Audience.PUBLIC, synonyms=synonyms, limit=DEPTH))
        return [hit.page_id - 1 for hit in found.hits]

    return search


def by_plain_bm25(plain: PlainBM25) -> Search:
    """Search one field by the same terms."""
    return lambda words: plain.search(list(parse(words).terms), DEPTH)


def rows(name: str, engine: str, figures: Figures, took: float) -> list[dict[str, object]]:
    """What the table shows: one row for each kind of question number."""
    kinds: Mapping[str, Quality] = {"all": figures.all, "even": figures.even, "odd": figures.odd}
    return [
        {
            "collection": name,
            "engine": engine,
            "questions": kind,
            "count": quality.questions,
            "nDCG@10": quality.ndcg,
            "Recall@10": quality.recall,
            "Hit@1": quality.hit,
            "ms a question": round(1000 * took / max(1, figures.all.questions), 2),
        }
        for kind, quality in kinds.items()
    ]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--sets", default=",".join(corpora.JUDGED), help="collections, with commas between them")
    known = ", ".join(ENGINES)
    parser.add_argument("--engines", default=f"{PLAIN},{OURS}", help=f"with commas between them: {known}")
    parser.add_argument("--fresh", action="store_true", help="build the indexes anew")


def run(options: Namespace) -> list[tuple[str, list[dict[str, object]]]]:
    """Measure what was asked for."""
    found: list[dict[str, object]] = []
    for name in options.sets.split(","):
        corpus = corpora.load(name)
        for engine in options.engines.split(","):
            if engine == PLAIN:
                search = by_plain_bm25(plain_bm25(name))
            else:
                synonyms = ours.synonyms() if engine == OURS else ()
                search = by_index(our_index(name, fresh=options.fresh), synonyms)
            began = time.perf_counter()
            figures = evaluate(search, corpus)
            found += rows(name, engine, figures, time.perf_counter() - began)
    return [("Quality", found)]
