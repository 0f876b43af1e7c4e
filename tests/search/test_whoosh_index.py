"""The Whoosh index keeps every promise and agrees with the reference."""

import multiprocessing
import random
import stat
from collections.abc import Iterator
from dataclasses import replace as changed
from pathlib import Path
from threading import Event, Thread

import pytest
from whoosh import index as whoosh_index
from whoosh.query import Phrase, Term

from kb.rules.pages import Audience
from kb.search import writing
from kb.search.memory_index import MemoryIndex
from kb.search.port import Document, IndexBusy, Query, SearchIndex
from kb.search.segments import OpenSegment
from kb.search.whoosh_index import WhooshIndex
from tests.search.promises import IndexPromises
from tests.search.shop import PUBLIC, SHOP, STAFF, SV, ids, page


class TestWhooshIndex(IndexPromises):
    @pytest.fixture
    def index(self, tmp_path: Path) -> Iterator[SearchIndex]:
        index = WhooshIndex(tmp_path / "search_index")
        yield index
        index.close()


def _random_pages(seed: int, count: int) -> list[Document]:
    chance = random.Random(seed)
    vocabulary = [
        "返品",
        "送料",
        "交換",
        "不良",
        "電源",
        "入る",
        "入らない",
        "配送",
        "遅れる",
        "振り込む",
        "領収",
        "ポイント",
        "保証",
        "修理",
        "部品",
        "AB-1200",
    ]

    def text(most: int) -> str:
        return "、".join(chance.choice(vocabulary) for _ in range(chance.randrange(most)))

    return [
        page(
            number,
            title=text(4),
            body=text(40),
            staff=text(15),
            sv=text(8),
            phrases=tuple(text(4) for _ in range(chance.randrange(3))),
            tags=tuple(text(2) for _ in range(chance.randrange(3))),
            audience=chance.choice(list(Audience)),
            kind=chance.choice(["faq", "case"]),
            confidence=chance.choice(["validated", "unvalidated"]),
        )
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_finds_and_scores_what_the_reference_does(tmp_path: Path, seed: int) -> None:
    pages = _random_pages(seed, 60)
    reference, index = MemoryIndex(), WhooshIndex(tmp_path / "search_index")
    # Several commits, so that there are several segments, and overwritten pages in them.
    for at in range(0, 60, 20):
        for one in (reference, index):
            one.replace(pages[at : at + 20])
    for one in (reference, index):
        one.replace(_random_pages(seed + 100, 10), removed=[11, 33, 60])
    assert index.contents() == reference.contents()
    for step in range(3):
        for words in ("電源が入らない -修理", '"返品 送料" 交換', "AB1200 補償 ポイソト"):
            for audience in Audience:
                query = Query(words, audience, kinds=("faq",) if seed == 2 else (), facets=True, limit=100)
                assert index.search(query) == reference.search(query)
                assert index.explain(query, 1 + step) == reference.explain(query, 1 + step)
                half = changed(query, half_typed=True)
                assert index.search(half) == reference.search(half)
                assert index.complete(words[:2], audience) == reference.complete(words[:2], audience)
        # The same again with the segments put together, and with one segment alone.
        if step == 0:
            while index.tidy():
                pass
        else:
            index.rebuild([entry.document for entry in reference._entries.values()])
    index.close()


def test_it_is_an_ordinary_whoosh_index(shop: WhooshIndex, live: Path) -> None:
    opened = whoosh_index.open_dir(str(live))
    with opened.searcher() as searcher:
        assert [hit["page_id"] for hit in searcher.search(Term("title", "返品"))] == [2]
        assert [hit["page_id"] for hit in searcher.search(Phrase("body", ["返品", "送料"]))] == [2]
        assert [hit["page_id"] for hit in searcher.search(Term("audience", "staff"))] == [4]
    assert {"page_id", "audience", "tag", "title", "phrases", "tags", "body", "staff", "sv"} <= set(
        opened.schema.names()
    )


def test_only_the_owner_may_open_the_folder(shop: WhooshIndex, live: Path) -> None:
    for folder in (live.parent, live):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_it_survives_closing_and_opening_elsewhere(shop: WhooshIndex, live: Path) -> None:
    other = WhooshIndex(live.parent)
    assert ids(other.search(Query("返品", PUBLIC))) == [2]
    other.close()


def test_a_reader_sees_what_another_one_has_written(shop: WhooshIndex, live: Path) -> None:
    reader = WhooshIndex(live.parent)
    assert ids(reader.search(Query("返品", PUBLIC))) == [2]
    shop.replace([page(20, title="返品")])
    assert set(ids(reader.search(Query("返品", PUBLIC)))) == {2, 20}
    # After a rebuild Whoosh counts its commits from the start again.
    shop.rebuild([page(30, title="返品")])
    assert ids(reader.search(Query("返品", PUBLIC))) == [30]
    shop.rebuild([page(31, title="返品")])
    assert ids(reader.search(Query("返品", PUBLIC))) == [31]
    reader.close()


def test_nothing_is_left_beside_the_index_after_a_rebuild(shop: WhooshIndex, live: Path) -> None:
    shop.rebuild(SHOP)
    assert sorted(path.name for path in live.parent.iterdir()) == ["live", "write.lock"]


def test_what_an_interrupted_rebuild_left_is_cleared_away(shop: WhooshIndex, live: Path) -> None:
    for name in ("building", "old-1"):
        (live.parent / name).mkdir()
        (live.parent / name / "left").write_text("x")
    assert ids(shop.search(Query("返品", PUBLIC))) == [2]
    shop.rebuild(SHOP)
    assert sorted(path.name for path in live.parent.iterdir()) == ["live", "write.lock"]


def test_a_folder_that_was_deleted_begins_empty_for_the_next_process(shop: WhooshIndex, live: Path) -> None:
    shop.close()
    live.parent.rename(live.parent.with_name("gone"))
    index = WhooshIndex(live.parent)
    assert index.contents() == {}
    index.close()


def test_a_first_change_may_come_before_any_search(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path / "search_index", patience=0.1)
    index.replace([page(1, title="返品")])
    assert index.contents() == {1: (10, "public")}
    index.close()


def _hold(
    folder: Path, holding: "multiprocessing.synchronize.Event", done: "multiprocessing.synchronize.Event"
) -> None:
    def documents() -> Iterator[Document]:
        holding.set()
        done.wait(30)
        yield page(77, title="返品")

    WhooshIndex(folder).rebuild(documents())


def test_a_writer_in_another_process_makes_this_one_busy_and_readers_go_on(shop: WhooshIndex, live: Path) -> None:
    context = multiprocessing.get_context("spawn")
    holding, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(live.parent, holding, done))
    other.start()
    try:
        assert holding.wait(60)
        with pytest.raises(IndexBusy):
            shop.replace([page(1, title="返品")])
        with pytest.raises(IndexBusy):
            shop.rebuild([])
        assert ids(shop.search(Query("返品", PUBLIC))) == [2]
    finally:
        done.set()
        other.join(60)
    assert other.exitcode == 0
    assert ids(shop.search(Query("返品", PUBLIC))) == [77]


def test_a_writer_in_another_thread_makes_this_one_busy(shop: WhooshIndex, live: Path) -> None:
    holding, done = Event(), Event()

    def documents() -> Iterator[Document]:
        holding.set()
        assert done.wait(30)
        yield page(77, title="返品")

    thread = Thread(target=WhooshIndex(live.parent).rebuild, args=(documents(),))
    thread.start()
    assert holding.wait(30)
    with pytest.raises(IndexBusy):
        shop.replace([page(1, title="返品")])
    done.set()
    thread.join()
    shop.replace([page(1, title="返品")])
    assert set(shop.contents()) == {1, 77}


def test_somebody_elses_plain_whoosh_writer_makes_this_one_busy(shop: WhooshIndex, live: Path) -> None:
    writer = whoosh_index.open_dir(str(live)).writer()
    with pytest.raises(IndexBusy):
        shop.replace([page(1, title="返品")])
    writer.cancel()
    shop.replace([page(1, title="返品")])
    assert shop.contents()[1] == (10, "public")


def test_the_staff_field_is_not_opened_for_a_customer(shop: WhooshIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: set[str] = set()

    def watched(name: str) -> None:
        honest = getattr(OpenSegment, name)

        def read(segment: OpenSegment, field: str, *rest: str) -> object:
            opened.add(field)
            return honest(segment, field, *rest)

        monkeypatch.setattr(OpenSegment, name, read)

    for name in ("postings", "places", "lengths"):
        watched(name)
    for audience, closed in ((PUBLIC, {"staff", "sv"}), (STAFF, {"sv"}), (SV, set())):
        opened.clear()
        shop.search(Query('返品 "送料" -機密', audience))
        shop.explain(Query("電源", audience), 6)
        shop.complete("へん", audience)
        assert opened.isdisjoint(closed)
        assert {"title", "body"} <= opened
    assert {"staff", "sv"} <= opened


def test_a_commit_reads_nothing_of_what_was_open(
    shop: WhooshIndex, live: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.search(Query("返品", PUBLIC))
    loaded: list[str] = []
    honest = writing.load_lexicon
    monkeypatch.setattr(writing, "load_lexicon", lambda live, name: loaded.append(name) or honest(live, name))
    for at in (30, 31):
        shop.replace([page(at, title="返品")])
        shop.search(Query("返品", PUBLIC))
    assert len(loaded) == len(set(loaded)) == 2


def test_warming_reads_what_a_search_needs_and_stops_where_the_cache_is_half_full(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path / "search_index", cache_mb=1)
    index.rebuild([page(at, title=f"返品{at}", body="送料") for at in range(1, 200)])
    index.warm()
    warm = index._cache.nbytes
    assert 0 < warm < 600_000
    index.search(Query("送料", PUBLIC))
    read = index._cache.nbytes
    cold = WhooshIndex(tmp_path / "search_index", cache_mb=1)
    cold.search(Query("送料", PUBLIC))
    assert read - warm < cold._cache.nbytes
    index.close()
    cold.close()
