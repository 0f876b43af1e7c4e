"""An index written by the codec is an ordinary Whoosh index, and the same one as by Whoosh's own codec."""

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.fields import ID, NUMERIC, TEXT, Schema
from whoosh.index import create_in
from whoosh.query import And, Every, Not, Or, Phrase, Prefix, Term

from kb.search import codec
from kb.search.batches import ArrayWriter, invert
from kb.search.codec import ArrayCodec
from kb.search.schema import schema

Row = dict[str, Any]
QUERIES = [
    Term("body", "a"),
    Or([Term("body", "a"), Term("title", "b"), Term("body", "rare")]),
    And([Term("body", "a"), Not(Term("body", "b"))]),
    Phrase("body", ["a", "b"]),
    Phrase("title", ["c", "a", "b"]),
    Phrase("body", ["a", "b"], slop=3),
    Prefix("body", "r"),
    Term("audience", "staff"),
    Every("page_id"),
]


def rows(seed: int, first: int, count: int) -> list[Row]:
    """Pages of at most ten words a text: so far, Whoosh's own codec knows how long they are."""
    chance = random.Random(seed)

    def text(most: int) -> list[str]:
        return chance.choices("abcde", k=chance.randrange(most)) + ["rare"] * (chance.random() < 0.1)

    return [
        {"page_id": at, "title": text(6), "body": text(10), "audience": chance.choice(["public", "staff"])}
        for at in range(first, first + count)
    ]


def ordinary() -> Any:
    text = {name: TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=True) for name in ("title", "body")}
    page_id = NUMERIC(bits=64, signed=False, shift_step=0, unique=True, sortable=True)
    return Schema(page_id=page_id, audience=ID(), **text)


Writer = Callable[[list[Row], list[int], bool], None]


def _writer(index: Any, make: Callable[[Any], Any]) -> Writer:
    def write(added: list[Row], removed: list[int], merged: bool) -> None:
        writer = make(index)
        for page in removed:
            writer.delete_by_term("page_id", page)
        for row in added:
            writer.add_document(**row)
        writer.commit(optimize=merged, merge=merged)

    return write


@pytest.fixture
def ours(tmp_path: Path) -> Any:
    (tmp_path / "ours").mkdir()
    return create_in(str(tmp_path / "ours"), schema())


@pytest.fixture
def whooshs(tmp_path: Path) -> Any:
    (tmp_path / "whooshs").mkdir()
    return create_in(str(tmp_path / "whooshs"), ordinary())


def _hits(index: Any, query: Any, limit: int | None) -> list[tuple[int, float]]:
    with index.searcher() as searcher:
        results = searcher.search(query, limit=limit)
        return [(hit["page_id"], round(hit.score, 6)) for hit in results]


def _postings(index: Any, field: str, term: str) -> list[tuple[int, float, list[int]]]:
    with index.reader() as reader:
        if (field, term) not in reader:
            return []
        matcher = reader.postings(field, term)
        page = reader.column_reader("page_id")
        found = []
        while matcher.is_active():
            found.append((page[matcher.id()], matcher.weight(), matcher.value_as("positions")))
            matcher.next()
        return sorted(found)


@pytest.mark.parametrize(
    "make",
    [lambda index: index.writer(codec=ArrayCodec()), ArrayWriter],
    ids=["Whoosh's writer", "our writer"],
)
def test_whooshs_searcher_finds_the_same_as_in_an_index_by_whooshs_codec(
    ours: Any, whooshs: Any, make: Callable[[Any], Any]
) -> None:
    writers = _writer(ours, make), _writer(whooshs, lambda index: index.writer())
    commits: list[tuple[list[Row], list[int], bool]] = [
        (rows(1, 0, 60), [], False),
        (rows(2, 60, 40), [], False),
        (rows(3, 20, 10), [*range(20, 30), 70], False),
        (rows(4, 100, 5), [1], True),
        ([], [2, 3], False),
    ]
    for commit in commits:
        for write in writers:
            write(*commit)
        for query in QUERIES:
            right = _hits(whooshs, query, None)
            assert sorted(_hits(ours, query, None)) == sorted(right)
            assert [score for _, score in _hits(ours, query, 5)] == [score for _, score in right[:5]]
        for field in ("title", "body"):
            for term in ("a", "e", "rare", "nowhere"):
                assert _postings(ours, field, term) == _postings(whooshs, field, term)
    assert _hits(ours, QUERIES[0], None)


def test_whoosh_highlights_what_it_found(ours: Any) -> None:
    _writer(ours, ArrayWriter)([{"page_id": 1, "body": ["x", "a", "y"]}], [], False)
    with ours.searcher() as searcher:
        (hit,) = searcher.search(Term("body", "a"), terms=True)
        assert hit.matched_terms() == [("body", b"a")]
        assert hit.highlights("body", text="x a y") == 'x <b class="match term0">a</b> y'


def test_whoosh_is_not_told_that_the_shortest_page_is_longer_than_it_is(ours: Any) -> None:
    # Its record of a term knows lengths of 10 and 12, but none of 11; by this one its searcher skips pages.
    _writer(ours, ArrayWriter)([{"page_id": 1, "body": ["a"] + ["b"] * 10}], [], False)
    (leaf,) = _leaves(ours)
    assert leaf.term_info("body", "a").min_length() == 10
    assert leaf.term_info("body", "a").max_length() == 12


def test_batches_and_merges_hold_what_documents_one_by_one_do(ours: Any, tmp_path: Path) -> None:
    together = rows(5, 0, 50)
    _writer(ours, ArrayWriter)(together, [], False)
    right = _contents(ours)
    (tmp_path / "batches").mkdir()
    index = create_in(str(tmp_path / "batches"), schema())
    writer = ArrayWriter(index)
    for some in (together[:17], [], together[17:49]):
        writer.add_batch(invert(some))
    writer.add_document(**together[49])
    writer.commit()
    assert _contents(index) == right
    (tmp_path / "merged").mkdir()
    merged = create_in(str(tmp_path / "merged"), schema())
    write = _writer(merged, ArrayWriter)
    write([*together[:20], {"page_id": 999, "title": ["gone"], "body": ["a", "gone"]}], [], False)
    write(together[20:], [999], True)
    found = _contents(merged)
    # A merge puts the new documents first.
    assert sorted(found.pop("page_id")) == sorted(right.pop("page_id"))
    assert {term: sum(counts) for term, (_, counts, _) in found.items()} == {
        term: sum(counts) for term, (_, counts, _) in right.items()
    }
    assert "title gone" not in found


def _contents(index: Any) -> dict[str, Any]:
    (leaf,) = _leaves(index)
    found: dict[str, Any] = {"page_id": codec.read_numbers(leaf, "page_id").tolist()}
    for field in ("title", "body", "audience"):
        for term, *arrays in codec.read_lists(leaf, field):
            found[f"{field} {term.decode()}"] = tuple(array.tolist() for array in arrays)
    return found


def _leaves(index: Any) -> list[Any]:
    return [leaf for leaf, _ in index.reader().leaf_readers()]


@pytest.fixture
def wide(ours: Any) -> Iterator[Any]:
    """A segment with every width of number in it."""
    texts = [["often"] * 70_000 + ["late"] if at == 7 else ["often", "twice", "twice"] for at in range(3_000)]
    texts[9] += ["many"] * 300
    _writer(ours, ArrayWriter)([{"page_id": at, "body": text} for at, text in enumerate(texts)], [], False)
    (leaf,) = _leaves(ours)
    yield leaf
    leaf.close()


def test_numbers_of_every_width_come_back(wide: Any) -> None:
    ids, counts = codec.read_postings(wide, "body", "often")
    assert ids.tolist() == list(range(3_000))
    assert counts.tolist() == [70_000 if at == 7 else 1 for at in ids]
    ids, counts, places = codec.read_places(wide, "body", "late")
    assert (ids.tolist(), counts.tolist(), places.tolist()) == ([7], [1], [70_000])
    _, counts, places = codec.read_places(wide, "body", "twice")
    assert set(counts.tolist()) == {2}
    assert places.tolist() == [1, 2] * 2_999
    assert codec.read_postings(wide, "body", "many")[1].tolist() == [300]


def test_lengths_are_exact_where_whoosh_rounds(wide: Any) -> None:
    lengths = codec.read_lengths(wide, "body")
    assert (lengths[7], lengths[9], lengths[0]) == (70_001, 303, 3)
    assert codec.read_lengths(wide, "title").tolist() == [0] * 3_000
    assert (wide.doc_field_length(7, "body"), wide.max_field_length("body"), wide.min_field_length("body")) == (
        70_001,
        70_001,
        3,
    )


def test_terms_are_told_in_order_with_the_number_of_their_documents(wide: Any) -> None:
    assert codec.read_terms(wide, "body") == (["late", "many", "often", "twice"], [1, 1, 3_000, 2_999])
    assert codec.read_terms(wide, "title") == ([], [])


def test_a_term_that_nobody_wrote_has_no_postings(wide: Any) -> None:
    for field in ("body", "title", "staff"):
        for term in ("nowhere", "\udcff", "a" * 5_000):
            assert [len(array) for array in codec.read_places(wide, field, term)] == [0, 0, 0]


def test_many_threads_read_one_segment(wide: Any) -> None:
    terms = ["often", "twice", "late", "many", "nowhere"]
    right = {term: [array.tolist() for array in codec.read_places(wide, "body", term)] for term in terms}
    wrong: list[str] = []

    def read(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(60):
            term = chance.choice(terms)
            if [array.tolist() for array in codec.read_places(wide, "body", term)] != right[term]:
                wrong.append(term)

    threads = [Thread(target=read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("harm", ["cut", "other"])
def test_a_damaged_list_raises_and_is_not_read_as_something_else(ours: Any, tmp_path: Path, harm: str) -> None:
    _writer(ours, ArrayWriter)([{"page_id": at, "body": ["a"]} for at in range(3_000)], [], False)
    (leaf,) = _leaves(ours)
    assert len(codec.read_postings(leaf, "body", "a")[0]) == 3_000
    (path,) = (tmp_path / "ours").glob("*.pst")
    whole = path.read_bytes()
    path.write_bytes(b"\0" * len(whole) if harm == "other" else whole[:2_000])
    with pytest.raises(ValueError, match=r"no posting list|buffer"):
        codec.read_postings(leaf, "body", "a")


def test_files_close_with_their_last_reader(ours: Any) -> None:
    _writer(ours, ArrayWriter)([{"page_id": 1, "body": ["a"]}], [], False)
    (leaf,) = _leaves(ours)
    handle = leaf._terms._postfile._handle
    os.fstat(handle)
    ids, _ = codec.read_postings(leaf, "body", "a")
    del leaf
    with pytest.raises(OSError, match="."):
        os.fstat(handle)
    assert ids.tolist() == np.array([0]).tolist()
