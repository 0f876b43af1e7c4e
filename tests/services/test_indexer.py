"""The one indexer of a machine: its lock, its thread, and the faults that it outlives."""

import shutil
import time
from pathlib import Path

import pytest

from kb.rules.pages import Audience
from kb.rules.roles import SYSTEM, Role
from kb.search.memory_index import MemoryIndex
from kb.search.port import Found, IndexBroken, Query
from kb.search.whoosh_index import WhooshIndex
from kb.services import editing, indexing, reviewing, synonyms, wordings
from kb.services.indexer import Indexer, Lock
from kb.store import outbox
from kb.store.base import Store
from kb.store.pages import Page
from tests.make import edit_page, make_actor, make_category, make_page, make_story
from tests.services.watching import CrashingIndex, in_step, wait_until, waiting


def test_the_lock_has_one_holder_until_it_is_freed(tmp_path: Path) -> None:
    first, second = Lock(tmp_path / "var" / "lock"), Lock(tmp_path / "var" / "lock")
    assert first.take() and first.take()
    assert not second.take()
    first.free()
    assert second.take()
    second.free()
    second.free()


def test_the_indexer_brings_changes_in_while_it_runs_and_frees_its_lock(
    store: Store, index: MemoryIndex, tmp_path: Path
) -> None:
    place = tmp_path / "indexer.lock"
    with store.writing() as db:
        page_id = make_page(db).id
        outbox.remove_up_to(db, outbox.last_id(db))
    with Indexer(store, index, place):
        # The first look compares both sides, so that even a lost row is made good.
        wait_until(lambda: page_id in index.contents())
        assert not Lock(place).take()
        with store.writing() as db:
            editing.archive(db, page_id, by=SYSTEM)
        wait_until(lambda: page_id not in index.contents() and waiting(store) == 0)
    free = Lock(place)
    assert free.take()
    free.free()


def test_a_second_indexer_does_nothing_until_the_first_has_ended(
    store: Store, index: MemoryIndex, tmp_path: Path
) -> None:
    place = tmp_path / "indexer.lock"
    held, idle = Lock(place), MemoryIndex()
    assert held.take()
    with Indexer(store, idle, place):
        with store.writing() as db:
            make_page(db)
        indexing.drain_all(store, index)
        assert idle.contents() == {}
        held.free()
        wait_until(lambda: idle.contents() == index.contents() != {})


def test_the_indexer_outlives_a_fault_and_tries_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.services.indexer.PAUSE", 0.01)
    index = CrashingIndex(after_commit=False)
    with store.writing() as db:
        make_page(db)
    with Indexer(store, index, tmp_path / "lock") as indexer:
        time.sleep(0.2)
        assert indexer.is_alive() and waiting(store) == 1
        index.alive = True
        wait_until(lambda: in_step(store, index))


def test_the_indexer_outlives_a_folder_that_it_can_not_write(
    store: Store, index: MemoryIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.services.indexer.PAUSE", 0.01)
    (tmp_path / "var").write_text("a file where a folder should be")
    with store.writing() as db:
        make_page(db)
    with Indexer(store, index, tmp_path / "var" / "lock") as indexer:
        time.sleep(0.2)
        assert indexer.is_alive()
        (tmp_path / "var").unlink()
        wait_until(lambda: in_step(store, index))


def test_a_broken_index_is_built_anew_by_the_indexer(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "search_index"
    index = WhooshIndex(folder)
    with store.writing() as db:
        page_id = make_page(db).id
    indexing.rebuild(store, index)
    index.close()
    for file in (folder / "live").rglob("*"):
        if file.is_file():
            file.write_bytes(b"damaged")
    index = WhooshIndex(folder)
    with pytest.raises(IndexBroken):
        index.contents()
    with Indexer(store, index, tmp_path / "lock"):
        wait_until(lambda: indexing.parts_ready(store, index)["index"] and page_id in index.contents())
    index.close()


def test_damage_met_by_another_process_is_mended_by_the_one_that_keeps_the_index(store: Store, tmp_path: Path) -> None:
    keeper, reader = WhooshIndex(tmp_path / "search_index"), WhooshIndex(tmp_path / "search_index")
    with store.writing() as db:
        page_id = make_page(db, "返品の送料").id
    with Indexer(store, keeper, tmp_path / "lock"):
        wait_until(lambda: in_step(store, keeper))
        assert reader.search(Query("送料", Audience.PUBLIC)).total == 1
        # No name and no size changes, so nobody hears of it before a search reads the list.
        (postings,) = (tmp_path / "search_index" / "live").glob("*.pst")
        with postings.open("r+b") as file:
            file.write(b"\xff" * postings.stat().st_size)
        with pytest.raises(IndexBroken):
            reader.search(Query("返品", Audience.PUBLIC))
        wait_until(lambda: not (tmp_path / "search_index" / "broken").exists())
        found = reader.search(Query("返品", Audience.PUBLIC))
        assert [hit.page_id for hit in found.hits] == [page_id]
    keeper.close()
    reader.close()


def _holds(index: WhooshIndex, page_id: int) -> bool:
    try:
        return page_id in index.contents()
    except IndexBroken:
        return False


@pytest.mark.parametrize("put", ["nothing", "a file"])
def test_a_folder_that_is_taken_away_while_it_runs_is_made_again(store: Store, tmp_path: Path, put: str) -> None:
    folder = tmp_path / "search_index"
    index = WhooshIndex(folder)
    with store.writing() as db:
        page_id = make_page(db).id
    with Indexer(store, index, tmp_path / "lock"):
        wait_until(lambda: in_step(store, index))
        shutil.rmtree(folder)
        if put == "a file":
            folder.write_text("not an index")
        # A search that met the damage may ask for one more rebuild right after the first.
        wait_until(lambda: _holds(index, page_id))
    index.close()


def test_a_fault_that_a_new_index_has_too_does_not_keep_the_machine_busy(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.services.indexer.PAUSE", 0.01)

    class Hopeless(MemoryIndex):
        rebuilt = looked = 0

        def tidy(self) -> bool:
            self.looked += 1
            raise IndexBroken

        def rebuild(self, *arguments: object, **options: object) -> None:
            self.rebuilt += 1

    index = Hopeless()
    with Indexer(store, index, tmp_path / "lock"):
        wait_until(lambda: index.looked > 10)
    assert index.rebuilt == 1


def test_small_parts_are_merged_in_a_quiet_moment(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "search_index"
    index = WhooshIndex(folder)
    with Indexer(store, index, tmp_path / "lock"):
        for at in range(12):
            with store.writing() as db:
                make_page(db, f"返品{at}")
            wait_until(lambda: in_step(store, index))
        wait_until(lambda: not index.tidy())
        assert len(list((folder / "live").glob("*.trm"))) < 12
        assert index.search(Query("返品", Audience.PUBLIC)).total == 12
    index.close()


def test_a_prepared_process_has_read_the_synonyms_that_hold(store: Store, tmp_path: Path) -> None:
    with store.writing() as db:
        synonyms.add(db, wordings.Draft(("ハンコ", "印鑑")), by=make_actor(db, Role.SV))
    asked: list[Query] = []

    class Watched(MemoryIndex):
        def search(self, query: Query) -> Found:
            asked.append(query)
            return super().search(query)

    Indexer(store, Watched(), tmp_path / "lock").prepare()
    with store.reading() as db:
        assert [query.synonyms is synonyms.current(db) for query in asked] == [True]


def test_every_process_keeps_its_index_warm_whoever_writes(store: Store, tmp_path: Path) -> None:
    class Watched(MemoryIndex):
        warmed = 0

        def warm(self) -> None:
            self.warmed += 1

    held, idle = Lock(tmp_path / "lock"), Watched()
    assert held.take()
    with Indexer(store, idle, tmp_path / "lock"):
        wait_until(lambda: idle.warmed > 1)
    held.free()


def test_every_verb_that_changes_what_readers_find_writes_to_the_outbox(store: Store, index: MemoryIndex) -> None:
    with store.writing() as db:
        sv = make_actor(db, Role.SV)
        page, target, category = make_page(db), make_page(db), make_category(db)
        story = make_story(db)
    verbs = {
        "edit": lambda db: edit_page(db, db.get_one(Page, page.id), "直した"),
        "place": lambda db: editing.place(db, page.id, category_id=category.id, by=SYSTEM),
        "validate": lambda db: editing.validate(db, page.id, by=SYSTEM),
        "archive": lambda db: editing.archive(db, page.id, moved_to=target.id, by=SYSTEM),
        "bring back": lambda db: editing.bring_back(db, page.id, by=SYSTEM),
        "approve": lambda db: reviewing.approve(db, story.id, seen_current=None, by=sv),
    }
    for name, verb in verbs.items():
        indexing.drain_all(store, index)
        with store.writing() as db:
            verb(db)
        assert waiting(store) == 1, name
