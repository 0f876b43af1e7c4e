"""Suggestions: pages that are called so, words that the last one may become, and never a word of a hidden page."""

from dataclasses import replace

import pytest

from kb.rules import limits
from kb.rules.pages import Audience, Language
from kb.rules.roles import SYSTEM, VISITOR, Actor, Role
from kb.search.port import IndexBroken, IndexBusy, Query
from kb.services import editing, indexing, suggesting
from kb.services.house import House
from kb.services.suggesting import Suggestions
from kb.store.base import Store
from tests.make import make_page, make_user


@pytest.fixture
def people(store: Store) -> dict[Role, Actor]:
    with store.writing() as db:
        return {role: make_user(db, role).actor for role in (Role.OPERATOR, Role.SV)} | {Role.CUSTOMER: VISITOR}


def told(house: House, typed: str, viewer: Actor = VISITOR, language: str | None = None) -> Suggestions:
    with house.store.reading() as db:
        return suggesting.suggest(db, house, typed, language=language, viewer=viewer)


def titles(found: Suggestions) -> list[str]:
    return [one.revision.title for one in found.pages]


@pytest.mark.parametrize("typed", ["返品", "へんぴん", "へんぴ", "henpin", "henp"])
def test_a_page_is_suggested_by_the_letters_and_the_reading_of_its_title(
    store: Store, house: House, typed: str
) -> None:
    with store.writing() as db:
        make_page(db, "返品の手順")
        make_page(db, "修理の手順", "返品のことも少し。")
    indexing.drain_all(store, house.index)
    found = told(house, typed)
    assert titles(found) == ["返品の手順"]
    assert [piece.text for piece in found.pages[0].title if piece.hit] == ["返品"]


def test_an_english_page_is_suggested_by_half_a_word_of_its_title(store: Store, house: House) -> None:
    with store.writing() as db:
        make_page(db, "Delivery dates", language=Language.EN)
        make_page(db, "Delivery lists", language=Language.EN, audience=Audience.STAFF)
    indexing.drain_all(store, house.index)
    assert titles(told(house, "deliv")) == ["Delivery dates"]
    assert titles(told(house, "delivx")) == []


def test_a_page_is_suggested_by_a_phrase_and_shows_it(store: Store, house: House) -> None:
    with store.writing() as db:
        make_page(db, "お支払いの方法", phrases=("コンビニで払いたい", "振込の期限"))
    indexing.drain_all(store, house.index)
    [page] = told(house, "コンビニ").pages
    assert "".join(piece.text for piece in page.phrase) == "コンビニで払いたい"
    assert page.snippet == ()


def test_a_word_is_completed_in_its_place(store: Store, house: House) -> None:
    with store.writing() as db:
        make_page(db, "パスワードを変える")
    indexing.drain_all(store, house.index)
    completions = told(house, "会員のパスワ").completions
    assert [(one.word, one.fills) for one in completions] == [("パスワード", "会員のパスワード")]
    assert [one.fills for one in told(house, "pasuwa").completions] == ["パスワード"]


def test_pages_and_words_together_are_no_more_than_the_limit(store: Store, house: House) -> None:
    with store.writing() as db:
        for number, word in enumerate(("配送", "配達", "配線", "配管", "配布", "配当")):
            make_page(db, f"{word}の話 {number}")
            make_page(db, f"{word}のほかの話 {number}")
    indexing.drain_all(store, house.index)
    found = told(house, "はい")
    assert found.completions and found.pages
    assert len(found.completions) <= suggesting.COMPLETIONS
    assert len(found.completions) + len(found.pages) == limits.SUGGESTIONS


def test_suggestions_keep_to_the_language_of_the_screen(store: Store, house: House) -> None:
    with store.writing() as db:
        make_page(db, "返品の手順")
        make_page(db, "返品 How to return", language=Language.EN)
    indexing.drain_all(store, house.index)
    assert titles(told(house, "返品", language="ja")) == ["返品の手順"]
    assert len(titles(told(house, "返品"))) == 2


def test_nothing_typed_is_nothing_suggested(store: Store, house: House) -> None:
    with store.writing() as db:
        make_page(db, "返品の手順")
    indexing.drain_all(store, house.index)
    for typed in ("", " ", "　", "\x00"):
        assert told(house, typed) == Suggestions("", (), ())


def test_no_word_of_a_hidden_page_is_completed(store: Store, house: House, people: dict[Role, Actor]) -> None:
    with store.writing() as db:
        make_page(db, "フクロウの内規", audience=Audience.SV)
        make_page(db, "フクロソウの話", ":::staff\nフクロダタキ\n:::\n\n文")
    indexing.drain_all(store, house.index)
    words = {role: {one.word for one in told(house, "フクロ", viewer).completions} for role, viewer in people.items()}
    assert not words[Role.CUSTOMER] & {"フクロウ", "梟", "ふくろう"}
    assert not words[Role.OPERATOR] & {"フクロウ", "梟", "ふくろう"}
    assert titles(told(house, "フクロウ", people[Role.OPERATOR])) == []
    assert titles(told(house, "フクロウ", people[Role.SV])) == ["フクロウの内規"]


def test_a_word_of_a_page_hidden_since_is_not_completed_while_the_index_is_behind(store: Store, house: House) -> None:
    with store.writing() as db:
        page = make_page(db, "スピーカーの話").id
        make_page(db, "スピード配送の話")
    indexing.drain_all(store, house.index)
    assert "スピーカー" in {one.word for one in told(house, "スピ").completions}
    with store.writing() as db:
        editing.archive(db, page, by=SYSTEM)
    late = told(house, "スピ")
    assert {one.word for one in late.completions} == {"スピード"}
    assert titles(late) == ["スピード配送の話"]


class NoIndex:
    """An index that can't be used just now."""

    def __init__(self, why: type[Exception]) -> None:
        self._why = why

    def search(self, query: Query) -> None:
        raise self._why


@pytest.mark.parametrize("why", [IndexBroken, IndexBusy])
def test_without_an_index_titles_are_suggested_by_their_letters(
    store: Store, house: House, people: dict[Role, Actor], why: type[Exception]
) -> None:
    with store.writing() as db:
        make_page(db, "返品の手順", phrases=("戻したい",))
        make_page(db, "返品の内規", audience=Audience.STAFF)
        make_page(db, "100%還元")
    broken = replace(house, index=NoIndex(why))  # type: ignore[arg-type]
    assert titles(told(broken, "返品")) == ["返品の手順"]
    assert set(titles(told(broken, "返品", people[Role.OPERATOR]))) == {"返品の手順", "返品の内規"}
    assert titles(told(broken, "%")) == ["100%還元"]
    assert titles(told(broken, "戻したい")) == []
