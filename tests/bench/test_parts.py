"""Every part of the bench runs, on a handful of pages; how long anything takes is nobody's business here."""

from pathlib import Path

import pytest

from bench import analysed, corpora, editing, home, ours, pages, rebuilding, restarting, speed, suggesting
from bench.analysed import Analysed
from bench.pages import Mixture
from kb.rules.pages import Audience
from kb.rules.roles import SYSTEM
from kb.search.port import Query
from kb.search.whoosh_index import WhooshIndex
from kb.services import indexing
from kb.store.base import open_store
from kb.store.pages import get as one_page


@pytest.fixture
def mixture(planted: Analysed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mixture:
    monkeypatch.setattr(analysed, "load", lambda name: planted)
    monkeypatch.setattr(corpora, "CACHE", tmp_path / "cache")
    return pages.mixture(30)


def test_an_index_is_kept_until_what_writes_it_changes(mixture: Mixture, monkeypatch: pytest.MonkeyPatch) -> None:
    speed.our_index(mixture).close()
    monkeypatch.setattr(ours, "build", lambda *given: pytest.fail("built again"))
    speed.our_index(mixture).close()
    monkeypatch.setattr(ours, "key", lambda: "another")
    with pytest.raises(pytest.fail.Exception, match="built again"):
        speed.our_index(mixture)


def test_an_edited_page_is_found_by_another_index(mixture: Mixture, tmp_path: Path) -> None:
    speed.our_index(mixture).close()
    steps = editing.edits(ours.folder("pages-30"), mixture, 3)
    assert [len(steps[name]) for name in ("until found", "replace", "first search after", "search")] == [3, 3, 3, 3]


def test_an_edit_travels_through_the_indexer(mixture: Mixture, tmp_path: Path) -> None:
    assert list(map(len, editing.saves(tmp_path / "home", mixture, 2).values())) == [2]


def test_a_house_has_its_index_in_step_with_its_database(mixture: Mixture, tmp_path: Path) -> None:
    home.fill(tmp_path / "home", mixture)
    store = open_store(f"sqlite:///{tmp_path / 'home' / 'var' / home.DATABASE}")
    index = WhooshIndex(tmp_path / "home" / "search_index")
    assert indexing.compare(store, index).pages == ()
    hit = index.search(Query("パスワード", Audience.PUBLIC)).hits[0]
    with store.reading() as db:
        page = one_page(db, hit.page_id, viewer=SYSTEM)
        assert page is not None and page.shown is not None and page.shown.title == "パスワードを忘れた"
    # The comparison would notice: a page more in the index is one that is left over.
    index.replace([ours.document(99, "余分", "余分")])
    assert indexing.compare(store, index).left_over == (100,)
    index.close()
    store.close()


def test_a_new_process_tells_its_times_and_its_size(mixture: Mixture) -> None:
    speed.our_index(mixture).close()
    told = restarting.ask(ours.folder("pages-30"), ["返品の送料", "営業時間"])
    assert 0 < told["answer"] < told["dictionary"] < told["start"]
    assert 0 < told["MB empty"] <= told["MB after all"] <= told["MB at most"]


def test_half_typed_words_begin_real_ones(mixture: Mixture) -> None:
    found = suggesting.typed(mixture, 5)
    assert {len(texts) for texts in found.values()} == {5}
    assert all(letters.isascii() for letters in found["romaji"])
    assert all(any(letters in title for title in mixture.real.titles) for letters in found["half a title"])


def test_every_way_of_building_takes_the_documents_in(tmp_path: Path) -> None:
    documents = [ours.document(number, "返品の送料", "送料は当店が負担します。") for number in range(3)]
    for number, way in enumerate(rebuilding.WAYS.values()):
        way(tmp_path / str(number), documents)
    index = WhooshIndex(tmp_path / "0")
    assert index.search(Query("返品", Audience.PUBLIC)).total == 3
    index.close()
