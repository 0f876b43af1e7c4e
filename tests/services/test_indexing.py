"""The index follows the store: nothing is forgotten, nothing is repeated wrongly, and a crash costs nothing."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from kb.rules.pages import Audience, Confidence
from kb.rules.review_states import State
from kb.rules.roles import SYSTEM
from kb.search.memory_index import MemoryIndex
from kb.search.port import Document, IndexBroken
from kb.search.whoosh_index import WhooshIndex
from kb.services import editing, indexing
from kb.store import outbox
from kb.store.base import Store, open_store
from kb.store.pages import Page
from tests.make import edit_page, make_category, make_page, make_story
from tests.services.watching import Crash, CrashingIndex, in_step, waiting


def test_what_changed_is_in_the_index_after_a_drain(store: Store, index: MemoryIndex) -> None:
    with store.writing() as db:
        page = make_page(db)
        state = {page.id: (page.current_revision_id, "public")}
    assert waiting(store) == 1 and index.contents() == {}
    assert indexing.drain(store, index) == 1
    assert index.contents() == state
    assert waiting(store) == 0
    assert indexing.drain(store, index) == 0


def test_a_change_that_was_rolled_back_leaves_nothing_to_index(store: Store) -> None:
    with pytest.raises(Crash), store.writing() as db:
        make_page(db)
        raise Crash
    assert waiting(store) == 0


def test_a_drain_takes_a_bounded_number_of_rows_and_the_oldest_first(store: Store, index: MemoryIndex) -> None:
    with store.writing() as db:
        ids = [make_page(db).id for _ in range(5)]
    assert indexing.drain(store, index, most=2) == 2
    assert set(index.contents()) == set(ids[:2])
    assert indexing.drain_all(store, index) == 3
    assert set(index.contents()) == set(ids)


def test_a_page_is_indexed_as_it_is_now_and_not_as_it_was_when_the_row_was_written(
    store: Store, index: MemoryIndex
) -> None:
    with store.writing() as db:
        page = make_page(db)
        last = edit_page(db, page, "二つめ")
        state = {page.id: (last.id, "public")}
    assert waiting(store) == 2
    indexing.drain(store, index, most=1)
    assert index.contents() == state


@pytest.mark.parametrize("after_commit", [False, True])
def test_a_crash_before_or_after_the_commit_only_repeats_work(store: Store, after_commit: bool) -> None:
    index = CrashingIndex(after_commit=after_commit)
    with store.writing() as db:
        make_page(db)
        gone = make_page(db)
        editing.archive(db, gone.id, by=SYSTEM)
    with pytest.raises(Crash):
        indexing.drain(store, index)
    assert waiting(store) == 3
    assert bool(index.contents()) is after_commit
    index.alive = True
    indexing.drain_all(store, index)
    assert in_step(store, index)
    assert gone.id not in index.contents()


def test_a_row_written_while_the_index_commits_is_not_forgotten(store: Store) -> None:
    class SlowIndex(MemoryIndex):
        def replace(self, documents: Iterable[Document], removed: Iterable[int] = ()) -> None:
            super().replace(documents, removed)
            if len(self.contents()) == 1:
                with store.writing() as db:
                    edit_page(db, db.get_one(Page, page_id), "その間に直した")

    index = SlowIndex()
    with store.writing() as db:
        page_id = make_page(db).id
    indexing.drain(store, index)
    assert waiting(store) == 1
    indexing.drain_all(store, index)
    assert in_step(store, index)


def test_draining_all_tidies_up_afterwards(store: Store, tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path / "search_index")
    for _ in range(6):
        with store.writing() as db:
            make_page(db)
        indexing.drain(store, index)
    assert len(list((tmp_path / "search_index" / "live").glob("*.trm"))) == 6
    assert indexing.drain_all(store, index) == 0
    assert len(list((tmp_path / "search_index" / "live").glob("*.trm"))) < 6
    assert in_step(store, index)
    index.close()


@pytest.mark.parametrize("state", State)
def test_a_story_is_in_the_index_exactly_while_somebody_may_find_it(
    store: Store, index: MemoryIndex, state: State
) -> None:
    with store.writing() as db:
        page_id = make_story(db, in_state=state).page_id
    indexing.drain_all(store, index)
    found = state in (State.SUBMITTED, State.IN_REVIEW, State.APPROVED)
    assert (page_id in index.contents()) is found
    rebuilt = MemoryIndex()
    indexing.rebuild(store, rebuilt)
    assert rebuilt.contents() == index.contents()


def test_a_document_keeps_each_audiences_text_in_a_field_of_its_own(store: Store) -> None:
    with store.writing() as db:
        body = "公開\n\n:::say\nひとこと\n:::\n\n:::staff\n社内\n:::\n\n:::sv\n秘密\n:::"
        category = make_category(db, "delivery")
        page = make_page(db, "題名", body, phrases=("言い換え",), tags=("札",), category=category)
        document = indexing.to_document(page)
    assert (document.body, document.sv) == ("公開", "秘密")
    assert set(document.staff.split("\n")) == {"ひとこと", "社内"}
    assert (document.title, document.phrases, document.tags) == ("題名", ("言い換え",), ("札",))
    assert (document.category, document.confidence) == ("delivery", "validated")


def test_a_waiting_story_is_unvalidated_in_the_index_whatever_its_column_says(store: Store) -> None:
    with store.writing() as db:
        page = make_story(db).page
        page.confidence = Confidence.VALIDATED
        assert indexing.to_document(page).confidence == "unvalidated"


def test_a_rebuild_holds_exactly_what_a_drain_would_and_empties_the_outbox(store: Store, index: MemoryIndex) -> None:
    with store.writing() as db:
        for audience in Audience:
            make_page(db, audience=audience)
        make_page(db, archived=True)
        make_story(db)
    seen: list[int] = []
    assert indexing.rebuild(store, index, seen.append) == 4
    assert seen == [1, 2, 3, 4]
    assert in_step(store, index)


def test_a_change_made_during_a_rebuild_waits_for_the_next_drain(store: Store, index: MemoryIndex) -> None:
    with store.writing() as db:
        page_id = make_page(db).id

    def meanwhile(done: int) -> None:
        with store.writing() as db:
            edit_page(db, db.get_one(Page, page_id), "その間に直した")

    indexing.rebuild(store, index, meanwhile)
    assert waiting(store) == 1
    indexing.drain_all(store, index)
    assert in_step(store, index)


def test_a_comparison_names_what_is_missing_old_and_left_over(store: Store, index: MemoryIndex) -> None:
    with store.writing() as db:
        missing, outdated, wider, left_over, right = (make_page(db) for _ in range(5))
        ids = missing.id, outdated.id, wider.id, left_over.id
        documents = [indexing.to_document(page) for page in (outdated, wider, left_over, right)]
        edit_page(db, outdated, "新しい本文")
        wider.audience = Audience.STAFF
        editing.archive(db, left_over.id, by=SYSTEM)
        outbox.remove_up_to(db, outbox.last_id(db))
    index.replace(documents)
    found = indexing.compare(store, index)
    assert (found.missing, found.outdated, found.left_over) == ((ids[0],), ids[1:3], (ids[3],))
    indexing.mend(store, index, found)
    indexing.drain_all(store, index)
    assert in_step(store, index)


def test_what_waits_in_the_outbox_is_no_difference(store: Store, index: MemoryIndex) -> None:
    with store.writing() as db:
        make_page(db)
    assert indexing.compare(store, index).pages == ()


def test_a_page_that_the_store_never_heard_of_is_taken_out_of_the_index(store: Store, index: MemoryIndex) -> None:
    with store.writing() as db:
        page = make_page(db)
        document = indexing.to_document(page)
        missing = make_page(db).id
        outbox.remove_up_to(db, outbox.last_id(db))
    foreign = Document(**{name: getattr(document, name) for name in document.__slots__} | {"page_id": 10**6})
    index.replace([document, foreign])
    found = indexing.compare(store, index)
    assert (found.missing, found.left_over) == ((missing,), (10**6,))
    indexing.mend(store, index, found)
    indexing.drain_all(store, index)
    assert in_step(store, index)


def test_the_parts_say_whether_they_are_ready(store: Store, index: MemoryIndex, tmp_path: Path) -> None:
    class Broken(MemoryIndex):
        def search(self, query: object) -> object:  # type: ignore[override]
            raise IndexBroken

    assert indexing.parts_ready(store, index) == {"database": True, "index": True}
    assert indexing.parts_ready(store, Broken()) == {"database": True, "index": False}
    empty = open_store(f"sqlite:///{tmp_path / 'empty.db'}")
    assert indexing.parts_ready(empty, index) == {"database": False, "index": True}
    empty.close()
