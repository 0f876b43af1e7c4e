"""Whatever is typed into a search is answered: with results, or with nothing."""

import pytest

from kb.rules import limits
from kb.rules.roles import VISITOR
from kb.services import indexing, searching, suggesting
from kb.services.house import House
from kb.services.searching import Wanted
from kb.store.base import Store
from tests.make import make_page

ODD = [
    "あ" * 100_000,
    "返品 " * 10_000,
    "*",
    "?*?*",
    "((((",
    "[" * 5000,
    "\x00\x1b\x07",
    "\ud800返品\udfff",
    "\u202e返品\u202c",
]
ODD += [
    "\ufeff" * 500,
    "-" * 500,
    '"' * 501,
    "「" * 400,
    "#" * 400,
    "#99999999999999",
    "%",
    "\\",
    "'; DROP TABLE pages; --",
    "🙂" * 300,
]


@pytest.mark.parametrize("words", ODD, ids=range(len(ODD)))
def test_no_words_are_a_fault(store: Store, house: House, words: str) -> None:
    with store.writing() as db:
        make_page(db, "返品する")
    indexing.drain_all(store, house.index)
    with store.reading() as db:
        results = searching.search(db, house, Wanted(words, facets=True), viewer=VISITOR)
    results.words.encode()
    assert results.total == ("返品" in words)
    with store.reading() as db:
        told = suggesting.suggest(db, house, words, viewer=VISITOR)
    told.words.encode()
    assert len(told.words) <= limits.QUERY
