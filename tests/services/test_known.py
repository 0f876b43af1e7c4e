"""What is remembered of pages is what the store would say: no change, reader or unfinished write gets between."""

import pytest

from kb.rules.pages import Audience
from kb.rules.roles import SYSTEM, Actor, Role
from kb.services import editing, synonyms, wordings
from kb.services.known import Known
from kb.store import categories, listing, pages
from kb.store.base import Session, Store
from kb.store.pages import Page
from tests.make import edit_page, make_category, make_page

OPERATOR = Actor(None, "", "", Role.OPERATOR)
SV = Actor(None, "", "", Role.SV)


@pytest.fixture
def page_id(store: Store) -> int:
    with store.writing() as db:
        return make_page(db, tags=("配送",), category=make_category(db)).id


def told(known: Known, store: Store, page_id: int, viewer: Actor = OPERATOR) -> Audience | None:
    """What a new session is told of a page: its audience, or that it is not there."""
    with store.reading() as db:
        fact = known.facts(db, [page_id], viewer=viewer).get(page_id)
        page = known.pages(db, [page_id], viewer=viewer).get(page_id)
    assert (page.audience if page else None) == (fact.audience if fact else None)
    return fact.audience if fact else None


def change(db: Session, page_id: int, audience: Audience) -> None:
    page = db.get(Page, page_id)
    assert page is not None
    edit_page(db, page, "新しい文です。", audience=audience)
    db.flush()


def test_what_is_remembered_is_what_the_store_says(store: Store, page_id: int) -> None:
    known = Known()
    for _ in range(2):
        with store.reading() as db:
            ids = [page_id, page_id + 1]
            assert known.facts(db, ids, viewer=OPERATOR) == listing.facts(db, ids, viewer=OPERATOR) != {}
            assert known.tags(db, ids, viewer=OPERATOR) == {"配送"}
            page = pages.by_ids(db, ids, viewer=OPERATOR)[page_id]
            kept = known.pages(db, ids, viewer=OPERATOR)
            assert kept.keys() == {page_id} and kept[page_id].shown is not None and page.shown is not None
            assert kept[page_id].shown.body == page.shown.body
            shelves = [one.key for one in known.shelves(db, viewer=OPERATOR)]
            assert shelves == [one.key for one in categories.visible_to(db, OPERATOR)] == ["delivery"]


def test_the_synonyms_are_those_that_hold_now(store: Store) -> None:
    known = Known()

    def told() -> list[tuple[str, ...]]:
        with store.reading() as db:
            return [one.wordings for one in known.synonyms(db, viewer=OPERATOR)]

    before = told()
    # Another process writes: nobody tells this one.
    with store.writing() as db:
        entry = synonyms.add(db, wordings.read("クマール＝冷蔵庫"), by=SYSTEM)
        seen, number = entry.mark, entry.id
    assert sorted(told()) == sorted([*before, ("クマール", "冷蔵庫")])
    with store.writing() as db:
        assert ("クマール", "冷蔵庫") in [one.wordings for one in known.synonyms(db, viewer=OPERATOR)]
        synonyms.remove(db, number, seen=seen, by=SYSTEM)
        assert [one.wordings for one in known.synonyms(db, viewer=OPERATOR)] == before
    assert told() == before


def test_the_second_session_asks_the_store_for_nothing_but_the_stamp(store: Store, page_id: int) -> None:
    known = Known()
    assert told(known, store, page_id) is Audience.PUBLIC
    with store.reading() as db:
        db.connection().exec_driver_sql("PRAGMA temp_store")
        asked: list[str] = []
        db.connection().connection.driver_connection.set_trace_callback(asked.append)
        known.facts(db, [page_id], viewer=OPERATOR)
        known.pages(db, [page_id], viewer=OPERATOR)
        db.connection().connection.driver_connection.set_trace_callback(None)
    assert len(asked) == 1 and "content_stamp" in asked[0]


def test_a_page_that_is_kept_belongs_to_no_session_and_is_there_whole(store: Store, page_id: int) -> None:
    known = Known()
    for _ in range(2):
        with store.reading() as db:
            page = known.pages(db, [page_id], viewer=OPERATOR)[page_id]
            assert page not in db
        assert page.shown is not None and page.shown.body and page.category is not None and page.category.key


def test_a_change_is_told_from_the_next_session_on(store: Store, page_id: int) -> None:
    known = Known()
    assert told(known, store, page_id) is Audience.PUBLIC
    with store.writing() as db:
        change(db, page_id, Audience.SV)
    assert told(known, store, page_id) is None
    assert told(known, store, page_id, SV) is Audience.SV
    with store.writing() as db:
        editing.archive(db, page_id, by=SYSTEM)
    assert told(known, store, page_id, SV) is None


def test_what_one_audience_may_know_is_not_told_to_another(store: Store) -> None:
    with store.writing() as db:
        hidden = make_page(db, audience=Audience.SV).id
    known = Known()
    assert told(known, store, hidden, SV) is Audience.SV
    assert told(known, store, hidden) is None


def test_a_write_that_is_taken_back_leaves_nothing_behind(store: Store, page_id: int) -> None:
    known = Known()
    with store.session(write=True) as db:
        change(db, page_id, Audience.SV)
        assert known.facts(db, [page_id], viewer=OPERATOR) == {}
        db.rollback()
    # Another change gets the very stamp that the one before would have had.
    with store.writing() as db:
        change(db, page_id, Audience.STAFF)
    assert told(known, store, page_id) is Audience.STAFF


def test_a_session_that_began_before_a_change_spoils_nothing_for_those_after(store: Store, page_id: int) -> None:
    known = Known()
    with store.reading() as early:
        assert known.facts(early, [], viewer=OPERATOR) == {}
        with store.writing() as db:
            change(db, page_id, Audience.SV)
        assert told(known, store, page_id) is None
        # It still sees the database as it was, and is told so.
        assert known.facts(early, [page_id], viewer=OPERATOR)[page_id].audience is Audience.PUBLIC
        assert told(known, store, page_id) is None
