"""The staff's search room: what narrows a search, what it says of itself, and the list alone for whoever is typing."""

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from kb.app import create_app
from kb.config import Settings
from kb.rules.pages import Audience, Kind, Language
from kb.rules.roles import Role
from kb.search.port import IndexBroken
from kb.services import accounts, indexing
from kb.services.house import House
from kb.store import users
from kb.store.base import Store
from tests.conftest import Browser
from tests.make import make_category, make_page, make_story

CHIP = re.compile(
    r'<a class="chip[^"]*" href="([^"]*)"( aria-current="true")?[^>]*>([^<]+?)(?: <span class="num">(\d+))?<'
)
FALLBACK = "検索の索引を作り直しています。"


@pytest.fixture
def pages(store: Store, house: House) -> dict[str, int]:
    with store.writing() as db:
        shelf = make_category(db, "returns")
        made = {
            "faq": make_page(db, "返品する", category=shelf, tags=("送料",)).id,
            "guide": make_page(db, "返品の手順", kind=Kind.PROCEDURE, audience=Audience.STAFF).id,
            "story": make_story(db, title="返品の話").page_id,
            "other": make_page(db, "パスワードを変える").id,
        }
    indexing.drain_all(house.store, house.index)
    return made


def chips(text: str) -> dict[str, tuple[str, bool, str]]:
    """Word → address, whether it is chosen, and the count on it; of twins the last one."""
    return {word: (address.replace("&amp;", "&"), bool(current), n) for address, current, word, n in CHIP.findall(text)}


def hits(text: str) -> list[int]:
    return [int(number) for number in re.findall(r'data-hit="(\d+)"', text)]


def test_a_search_is_narrowed_step_by_step_and_each_step_can_be_taken_back(
    as_operator: Browser, pages: dict[str, int]
) -> None:
    text = as_operator.get("/ja/console?q=返品").text
    found = chips(text)
    assert len(hits(text)) == 3
    assert {word: n for word, (_address, _current, n) in found.items() if n} == {
        "FAQ": "1", "体験": "1", "手順": "1", "returns": "1", "送料": "1",
        "検証済み": "2", "未検証": "1", "公開": "1", "社内のみ": "2",
    }  # fmt: skip
    assert found["すべて"][1]
    narrowed = as_operator.get(found["社内のみ"][0]).text
    assert set(hits(narrowed)) == {pages["guide"], pages["story"]}
    both = as_operator.get(chips(narrowed)["手順"][0]).text
    assert hits(both) == [pages["guide"]]
    assert chips(both)["手順"][1] and chips(both)["社内のみ"][1]
    assert 'name="audience" value="staff"' in both and 'name="kind" value="procedure"' in both
    back = as_operator.get(chips(both)["手順"][0]).text
    assert set(hits(back)) == {pages["guide"], pages["story"]}


def test_without_words_the_newest_pages_are_narrowed(as_operator: Browser, pages: dict[str, int]) -> None:
    assert len(hits(as_operator.get("/ja/console").text)) == 4
    for narrowed, names in (
        ("kind=procedure", {"guide"}),
        ("tag=送料", {"faq"}),
        ("category=returns", {"faq"}),
        ("category=nothing", set()),
        ("audience=staff&confidence=unvalidated", {"story"}),
    ):
        assert set(hits(as_operator.get(f"/ja/console?{narrowed}").text)) == {pages[name] for name in names}


def test_what_stands_under_the_box_is_answered_alone(as_operator: Browser, pages: dict[str, int]) -> None:
    part = as_operator.get("/ja/console?q=返品&kind=faq&part=list").text
    assert hits(part) == [pages["faq"]]
    assert "<html" not in part and 'role="search"' not in part and "part=list" not in part
    assert 'data-title="返品｜検索"' in part
    assert hits(as_operator.get("/ja/console?part=list").text) != []
    # A half-typed word finds titles while somebody types; nobody has to see the list come and go.
    assert set(hits(as_operator.get("/ja/console?q=へんp&part=list").text)) == {
        pages[n] for n in ("faq", "guide", "story")
    }


def test_the_number_of_a_page_opens_it_beside_the_list(
    as_operator: Browser, as_sv: Browser, store: Store, pages: dict[str, int]
) -> None:
    with store.writing() as db:
        hidden = make_page(db, "極秘の手順", audience=Audience.SV).id
    text = as_operator.get(f"/ja/console?q=%23{pages['guide']}").text
    assert hits(text)[0] == pages["guide"]
    assert f'<h2 class="h3"><a class="plain" href="/ja/pages/{pages["guide"]}"' in text
    assert "極秘の手順" in as_sv.get(f"/ja/console?q=%23{hidden}").text.replace("<wbr>", "")
    told, nothing = (as_operator.get(f"/ja/console?q=%23{number}").text for number in (hidden, 777))
    tokens = re.compile(r'nonce="[^"]*"|name="csrf_token" value="[^"]*"')
    told, nothing = tokens.sub("", told), tokens.sub("", nothing)
    assert told.replace(f"#{hidden}", "#777").replace(f"%23{hidden}", "%23777") == nothing


def test_a_mended_search_says_so(as_operator: Browser, pages: dict[str, int]) -> None:
    text = as_operator.get("/ja/console?q=パスワド").text
    assert hits(text) == [pages["other"]]
    assert "「パスワード」で検索しました。" in text and "「パスワド」のまま探す" in text
    assert hits(as_operator.get('/ja/console?q="パスワド"').text) == []


def test_nothing_found_leads_on(as_operator: Browser, pages: dict[str, int]) -> None:
    text = as_operator.get("/ja/console?q=宇宙&kind=faq").text
    assert "「宇宙」は" in text.replace("<wbr>", "") and "/ja/stories/new?words=" in text
    assert "しぼり込みをすべて外す" in text and "/ja/console/why?q=" in text
    assert "しぼり込みをすべて外す" not in as_operator.get("/ja/console?q=宇宙").text


def test_suggestions_are_words_and_pages_with_what_matched(as_operator: Browser, pages: dict[str, int]) -> None:
    found = as_operator.get("/ja/console/suggest?q=返品のぱす").get_json()
    assert found["completions"] == [{"word": "パスワード", "fills": "返品のパスワード"}]
    by_title = as_operator.get("/ja/console/suggest?q=パスワ").get_json()["suggestions"]
    assert by_title[0]["pieces"] == [["パスワード", True], ["を変える", False]]
    assert by_title[0]["url"] == f"/ja/pages/{pages['other']}"


class NoIndex:
    """An index that can't be used just now."""

    def search(self, query: Any) -> None:
        raise IndexBroken


@pytest.fixture
def broken(settings: Settings, house: House, pages: dict[str, int]) -> Flask:
    app = create_app(settings, replace(house, index=NoIndex()))  # type: ignore[arg-type]
    app.testing, app.test_client_class = True, Browser
    return app


def test_without_an_index_every_search_goes_on_and_says_so(broken: Flask, store: Store, as_operator: Browser) -> None:
    visitor: Any = broken.test_client()
    with store.writing() as db:
        user = users.by_name(db, Role.OPERATOR.value)
        assert user is not None
        identity = accounts.identity_of(user)
    operator: Any = broken.test_client()
    with operator.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = identity, True
    for browser, path in ((visitor, "/ja/search"), (operator, "/ja/console")):
        for part in ("", "&part=list"):
            answer = browser.get(f"{path}?q=返品{part}")
            assert answer.status_code == 200
            assert FALLBACK in answer.text and "返品する" in answer.text.replace("<mark>返品</mark>", "返品")
        assert FALLBACK in browser.get(f"{path}?q=宇宙").text
    told = visitor.get("/api/v1/search?q=返品").get_json()
    assert (told["fallback"], [hit["title"] for hit in told["hits"]]) == (True, ["返品する"])
    assert visitor.get("/api/v1/suggest?q=返品").get_json()["suggestions"][0]["title"] == "返品する"
    assert visitor.get("/health/ready").status_code == 503
    assert visitor.get("/health/ready").get_json()["index"] is False
    # The control: with its index nothing of this is said.
    assert FALLBACK not in as_operator.get("/ja/console?q=返品").text
    assert as_operator.get("/api/v1/search?q=返品").get_json()["fallback"] is False


def test_what_is_new_is_in_the_language_of_the_screen_if_there_is_any(
    as_operator: Browser, store: Store, pages: dict[str, int]
) -> None:
    assert pages["other"] in hits(as_operator.get("/en/console").text)
    with store.writing() as db:
        english = make_page(db, "How to return", language=Language.EN).id
    assert hits(as_operator.get("/en/console").text) == [english]
    assert english not in hits(as_operator.get("/ja/console").text)
