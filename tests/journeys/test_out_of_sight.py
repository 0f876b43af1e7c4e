"""A page that is taken from its readers is gone at once, also while the index has not heard of it."""

from collections.abc import Callable
from typing import Any

import pytest

from kb.rules.pages import Audience
from kb.rules.roles import SYSTEM
from kb.services import editing
from kb.store.base import Session, Store
from kb.store.pages import Page
from tests.conftest import Browser
from tests.make import edit_page, make_page, make_proposal

WORD = "限定の色"


def seen(browser: Browser, page: int) -> set[str]:
    """The places where a reader meets the word."""
    places = {
        "page": browser.get(f"/ja/faq/{page}", follow_redirects=True),
        "search": browser.get(f"/ja/search?q={WORD}"),
        "suggest": browser.get("/ja/suggest?q=色"),
        "api": browser.get(f"/api/v1/search?q={WORD}"),
        "api suggest": browser.get("/api/v1/suggest?q=色"),
        "api page": browser.get(f"/api/v1/pages/{page}"),
        "api pages": browser.get("/api/v1/pages"),
        "feed": browser.get("/ja/feed.atom"),
        "home": browser.get("/ja/"),
    }
    return {name for name, answer in places.items() if "白い本体" in plain(answer)}


def plain(answer: Any) -> str:
    text: str = str(answer.get_json()) if answer.is_json else answer.text
    return text.replace("<wbr>", "").replace("<mark>", "").replace("</mark>", "")


WAYS: dict[str, Callable[[Session, Page], Any]] = {
    "archived": lambda db, page: editing.archive(db, page.id, by=SYSTEM),
    "for staff": lambda db, page: edit_page(db, page, "白い本体", audience=Audience.STAFF),
    "said otherwise": lambda db, page: edit_page(db, page, f":::staff\n{WORD}は白い本体\n:::\n\n文", title="別の題"),
}


@pytest.mark.parametrize("way", WAYS)
def test_it_is_gone_at_once_and_stays_gone(client: Browser, store: Store, settle: Callable[[], int], way: str) -> None:
    with store.writing() as db:
        page = make_page(db, "白い本体の色", f"{WORD}は白い本体だけです。").id
    settle()
    assert seen(client, page) == {
        "page", "search", "suggest", "api", "api suggest", "api page", "api pages", "feed", "home",
    }  # fmt: skip
    with store.writing() as db:
        WAYS[way](db, db.get_one(Page, page))
    assert seen(client, page) == set()
    if way != "said otherwise":
        assert client.get(f"/api/v1/search?q={WORD}").get_json()["total"] == 0
    settle()
    assert seen(client, page) == set()
    assert client.get(f"/api/v1/search?q={WORD}").get_json()["total"] == 0


def test_it_comes_back_when_it_is_brought_back(client: Browser, store: Store, settle: Callable[[], int]) -> None:
    with store.writing() as db:
        page = make_page(db, "白い本体の色", f"{WORD}は白い本体だけです。", archived=True).id
    settle()
    assert seen(client, page) == set()
    with store.writing() as db:
        editing.bring_back(db, page, by=SYSTEM)
    settle()
    assert {"page", "search", "api", "feed"} <= seen(client, page)


def test_an_edit_that_waits_changes_nothing_for_readers(
    client: Browser, store: Store, settle: Callable[[], int]
) -> None:
    with store.writing() as db:
        page = make_page(db, "本体の色", f"{WORD}は黒です。")
        make_proposal(db, page, f"{WORD}は白い本体です。")
    settle()
    assert seen(client, page.id) == set()
    assert client.get(f"/api/v1/search?q={WORD}").get_json()["total"] == 1
