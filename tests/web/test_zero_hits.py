"""Where nothing is found there is a next step that leads somewhere; and shelves of every size and script are drawn."""

import re
from typing import Any

import pytest

from kb.rules.pages import Audience, Language
from kb.services import indexing
from kb.store.base import Store
from kb.store.categories import Category
from tests.conftest import Browser
from tests.make import make_category, make_page


@pytest.fixture
def shop(store: Store, house: Any) -> None:
    with store.writing() as db:
        returns, delivery = make_category(db, "returns"), make_category(db, "delivery")
        make_page(db, "返品の手順", "八日以内です。", category=returns, phrases=("送り返したい",))
        make_page(db, "配送の日数", "三日です。", category=delivery)
        make_page(db, "Battery safety", "Keep it dry.", language=Language.EN)
        make_page(db, "返送の内規", audience=Audience.STAFF)
    indexing.drain_all(store, house.index)


def plain(answer: Any) -> str:
    return str(answer.text).replace("<wbr>", "")


def section(text: str, name: str) -> str:
    found = re.search(rf'<h2[^>]* id="{name}">.*?</section>', text, re.DOTALL)
    return found[0] if found else ""


@pytest.mark.usefixtures("shop")
def test_words_that_were_nearly_typed_are_offered_and_found(client: Browser) -> None:
    told = plain(client.get("/ja/search?q=へんぴqq"))
    offered = re.search(r'もしかして.*?href="([^"]*)">返品</a>', told, re.DOTALL)
    assert offered is not None and "<mark>返品</mark>の手順" in client.get(offered[1]).text
    assert "返品の手順" in section(told, "near") and "近いかもしれない質問" in section(told, "near")


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("asked", "label"),
    [
        ('"返品 配送"', "「返品 配送」で探す"),
        ("返品&category=delivery", "すべての分類から探す"),
        ("battery", "英語のご案内から探す"),
    ],
)
def test_each_wider_search_finds_as_many_as_it_says(client: Browser, asked: str, label: str) -> None:
    told = plain(client.get(f"/ja/search?q={asked}"))
    offered = re.search(rf'href="([^"]*)">{label} <span class="num">(\d+)件', section(told, "wider"))
    assert offered is not None
    found = client.get(offered[1].replace("&amp;", "&")).text
    assert found.count("<li><a href=") - found.count("<li><a class=") >= int(offered[2]) > 0


@pytest.mark.usefixtures("shop")
def test_where_nothing_is_near_what_many_ask_is_not_called_near(client: Browser) -> None:
    told = plain(client.get("/ja/search?q=🦉"))
    assert "近いかもしれない質問" not in told and "もしかして" not in told and "広げて探す" not in told
    assert "内容から探す" in told and "/ja/category/returns" in told
    assert "/ja/inquiry?q=" in told


def test_signs_in_the_words_are_shown_as_they_were_typed(client: Browser) -> None:
    told = plain(client.get('/ja/search?q="<b>%26"'))
    assert "<h1 data-told>「&#34;&lt;b&gt;&amp;&#34;」に合う質問は見つかりませんでした</h1>" in told


@pytest.mark.usefixtures("shop")
def test_a_hidden_page_is_neither_near_nor_meant(client: Browser) -> None:
    for words in ("返送", "返送の内", '"返送の内規"'):
        told = plain(client.get(f"/ja/search?q={words}"))
        assert "内規" not in told.replace(words, "").replace(words.strip('"'), "")


@pytest.mark.usefixtures("shop")
def test_a_question_found_by_a_phrase_shows_the_phrase_in_brackets_with_its_letters_marked(client: Browser) -> None:
    told = client.get("/ja/search?q=送り返す").text
    assert re.search(r"「<mark>送り返し</mark>たい」", told)
    # Where the title says it already, the phrase would only repeat it.
    assert "results__said" not in client.get("/ja/search?q=返品").text


@pytest.mark.usefixtures("shop")
def test_letters_that_match_by_their_reading_are_marked_in_lists_and_suggestions(client: Browser) -> None:
    assert "<mark>返品</mark>の手順" in client.get("/ja/search?q=へんぴん").text
    for typed in ("へんぴ", "henpi"):
        [one] = client.get(f"/ja/suggest?q={typed}").get_json()["suggestions"]
        assert one["pieces"] == [["返品", True], ["の手順", False]]
    [one] = client.get("/ja/suggest?q=送り返").get_json()["suggestions"]
    assert one["phrase"] == "送り返したい" and [text for text, is_hit in one["pieces"] if is_hit]


def test_an_empty_shelf_says_so_and_leads_on(client: Browser, store: Store) -> None:
    with store.writing() as db:
        make_category(db, "empty")
        make_page(db, category=make_category(db, "full"))
    told = plain(client.get("/ja/category/empty"))
    assert "ご案内を準備しています" in told and "/ja/category/full" in told
    assert 'class="pages"' not in told


def test_a_long_shelf_is_paged_and_an_old_address_leads_to_its_last_screen(client: Browser, store: Store) -> None:
    with store.writing() as db:
        shelf = make_category(db)
        for number in range(45):
            make_page(db, f"質問 {number}", category=shelf)
    first = client.get("/ja/category/delivery").text
    assert first.count('<li><a href="/ja/faq/') == 20 and "1/3ページ" in first and "45件" in first
    for asked in (3, 4, 99_999):
        last = client.get(f"/ja/category/delivery?page={asked}").text
        assert last.count('<li><a href="/ja/faq/') == 5 and "3/3ページ" in last
    assert client.get("/ja/category/delivery?page=x").status_code == 422


def test_names_that_are_written_from_the_right_are_kept_apart(client: Browser, store: Store) -> None:
    with store.writing() as db:
        shelf = Category(key="rtl", name_ja="إرجاع (2)", name_en="إرجاع", description_ja="מידע 1", description_en="")
        db.add(shelf)
        db.flush()
        make_page(db, "كيف أعيد المنتج؟", category=shelf)
    for path in ("/ja/", "/ja/category/rtl"):
        told = plain(client.get(path))
        assert "<bdi>إرجاع (2)</bdi>" in told and "<bdi>كيف أعيد المنتج؟</bdi>" in told, path
    assert "<bdi>מידע 1</bdi>" in plain(client.get("/ja/category/rtl"))
