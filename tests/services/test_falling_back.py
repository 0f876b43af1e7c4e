"""Without an index the database is searched: it finds less, and never by a word that the reader may not read."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from kb.rules.pages import Audience, Kind, Language
from kb.rules.roles import SYSTEM, VISITOR, Actor, Role
from kb.search.port import IndexBroken, IndexBusy, Query
from kb.services import falling_back, indexing, searching
from kb.services.house import House
from kb.services.searching import Results, Wanted
from kb.store import outbox
from kb.store.base import Store
from kb.store.pages import Page
from tests.make import make_page, make_story, make_user


class NoIndex:
    """An index that can't be used just now."""

    def __init__(self, why: type[Exception]) -> None:
        self._why = why

    def search(self, query: Query) -> None:
        raise self._why


@pytest.fixture(params=[IndexBroken, IndexBusy])
def broken(house: House, request: pytest.FixtureRequest) -> Iterator[House]:
    yield replace(house, index=NoIndex(request.param))


@pytest.fixture
def people(store: Store) -> dict[Role, Actor]:
    with store.writing() as db:
        return {role: make_user(db, role).actor for role in (Role.OPERATOR, Role.SV)} | {Role.CUSTOMER: VISITOR}


def found(house: House, words: str, viewer: Actor = VISITOR, **wanted: Any) -> Results:
    with house.store.reading() as db:
        return searching.search(db, house, Wanted(words, **wanted), viewer=viewer)


def titles(results: Results) -> list[str]:
    return [one.revision.title for one in results.results]


def test_pages_are_found_ranked_and_marked_and_the_reader_is_told(store: Store, broken: House) -> None:
    with store.writing() as db:
        make_page(db, "修理を頼む", "返品ではなく修理になります。")
        make_page(db, "返品する", "返品の送料について。")
        make_page(db, "支払いの方法", phrases=("返品したら返金は",))
        make_page(db, "関係のない話")
    results = found(broken, "返品の送料")
    assert results.fallback
    assert titles(results)[0] == "返品する"
    assert set(titles(results)) == {"修理を頼む", "返品する", "支払いの方法"}
    assert results.total == 3
    assert any(piece.hit for piece in results.results[0].snippet)


def test_with_an_index_nothing_falls_back(store: Store, house: House) -> None:
    with store.writing() as db:
        make_page(db, "返品する")
    indexing.drain_all(store, house.index)
    assert not found(house, "返品").fallback


def test_an_index_that_begins_anew_is_not_believed_when_it_finds_nothing(
    store: Store, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(falling_back, "BEHIND", 2)
    with store.writing() as db:
        made = [make_page(db, f"返品の話 {number}").id for number in range(3)]
    assert (found(house, "返品").total, found(house, "返品").fallback) == (3, True)
    assert found(house, "宇宙").fallback
    indexing.drain_all(store, house.index)
    with store.writing() as db:
        outbox.add_many(db, made[:2])
    assert (found(house, "返品").total, found(house, "返品").fallback) == (3, False)
    assert not found(house, "宇宙").fallback


@pytest.mark.parametrize(
    ("typed", "written"),
    [("ﾊﾟｽﾜｰﾄﾞ", "パスワードの変え方"), ("WIFI", "wifiのこと"), ("引越し", "引っ越しのこと"), ("100%", "100%還元")],
)
def test_a_page_is_found_by_other_spellings_of_its_words(store: Store, broken: House, typed: str, written: str) -> None:
    with store.writing() as db:
        make_page(db, written)
        make_page(db, "関係のない話")
    assert titles(found(broken, typed)) == [written]


def test_a_hidden_word_finds_no_page_for_whom_it_is_hidden_from(
    store: Store, broken: House, people: dict[Role, Actor]
) -> None:
    blocks = "公開の文、カナリア。\n\n:::staff\nフクロウの決まり\n:::\n\n:::sv\nペンギンの決まり\n:::"
    with store.writing() as db:
        make_page(db, "開いた記事", blocks)
        make_page(db, "社内の記事", "ラッコ", audience=Audience.STAFF)
        make_page(db, "SVの記事", "オットセイ", audience=Audience.SV)
        make_page(db, "前の記事", "コンドル", archived=True)
        make_story(db, title="体験の記事", done="アザラシ")
    counts = {
        word: [found(broken, word, people[role]).total for role in (Role.CUSTOMER, Role.OPERATOR, Role.SV)]
        for word in ("カナリア", "フクロウ", "ペンギン", "ラッコ", "オットセイ", "アザラシ", "コンドル")
    }
    assert counts == {
        "カナリア": [1, 1, 1],
        "フクロウ": [0, 1, 1],
        "ペンギン": [0, 0, 1],
        "ラッコ": [0, 1, 1],
        "オットセイ": [0, 0, 1],
        "アザラシ": [0, 1, 1],
        "コンドル": [0, 0, 0],
    }
    both = found(broken, "カナリア フクロウ ペンギン", VISITOR).results[0]
    told = "".join(piece.text for field in (both.title, both.phrase, both.snippet) for piece in field)
    assert "フクロウ" not in told and "ペンギン" not in told
    assert both.score == found(broken, "カナリア", VISITOR).results[0].score
    exact, without = found(broken, '"フクロウの決まり"', VISITOR), found(broken, "カナリア -フクロウ", VISITOR)
    assert (exact.total, without.total) == (0, 1)


def test_a_search_of_the_database_is_narrowed_all_the_same(
    store: Store, broken: House, people: dict[Role, Actor]
) -> None:
    with store.writing() as db:
        make_page(db, "返品 一", tags=("札",))
        make_page(db, "返品 二", kind=Kind.CASE)
        make_page(db, "返品 三", language=Language.EN)
    assert titles(found(broken, "返品", tag="札")) == ["返品 一"]
    assert titles(found(broken, "返品", kind="case")) == ["返品 二"]
    assert titles(found(broken, "返品", language="en")) == ["返品 三"]
    facets = found(broken, "返品", facets=True, kind="faq").facets
    assert {one.value: one.count for one in facets["tag"]} == {"札": 1}


@pytest.mark.parametrize(
    "words", ["", "の", "%", "_", "\x00", "あ" * 100_000, "返品 " * 10_000, "'; DROP TABLE pages; --"]
)
def test_no_words_are_a_fault_for_the_database(store: Store, broken: House, words: str) -> None:
    with store.writing() as db:
        make_page(db, "返品する")
    assert found(broken, words).total == ("返品" in words)


def test_a_page_is_shown_without_related_ones_rather_than_late(store: Store, broken: House) -> None:
    with store.writing() as db:
        page = make_page(db, "返品する")
        make_page(db, "返品の送料")
        page_id = page.id
    with store.reading() as db:
        assert searching.related(db, broken, db.get_one(Page, page_id), viewer=VISITOR) == []
        assert searching.look_alikes(db, broken, "返品の送料", viewer=SYSTEM)


def test_only_the_most_promising_pages_are_read_word_by_word(
    store: Store, broken: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.writing() as db:
        for number in range(6):
            make_page(db, f"話 {number}", "返品" + "。ほかの話が続きます" * 20)
        make_page(db, "返品の送料", "返品の送料は無料です。")
        make_page(db, "新しい話", "返品" + "。ほかの話が続きます" * 20)
    monkeypatch.setattr(falling_back, "READ", 400)
    results = found(broken, "返品の送料")
    assert titles(results)[0] == "返品の送料"
    assert results.total < 4
