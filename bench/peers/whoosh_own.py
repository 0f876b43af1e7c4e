"""Whoosh as it comes: its own codec, its own searcher, BM25F."""

from pathlib import Path
from typing import Any

from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.fields import NUMERIC, TEXT, Schema
from whoosh.index import create_in, open_dir
from whoosh.query import Or, Term
from whoosh.scoring import BM25F

from bench.peers import TITLE, TOP, Ask, Tokens, rows

NAME = "Whoosh's own searcher"


def schema() -> Any:
    """Title and body with positions, and the number of the page."""
    texts = {name: TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=True) for name in ("title", "body")}
    return Schema(page=NUMERIC(stored=True, sortable=True), **texts)


def build(folder: Path, pages: Tokens) -> None:
    writer = create_in(str(folder), schema()).writer(limitmb=256)
    for page, title, body in rows(pages):
        writer.add_document(page=page, title=title, body=body)
    writer.commit()


def opened(folder: Path) -> Ask:
    searcher = open_dir(str(folder)).searcher(weighting=BM25F(K1=1.2, B=0.75, title_B=0.5))

    def ask(terms: list[str]) -> list[int]:
        words = [Term(field, term, boost) for term in terms for field, boost in (("title", TITLE), ("body", 1.0))]
        return [hit["page"] for hit in searcher.search(Or(words), limit=TOP)]

    return ask
