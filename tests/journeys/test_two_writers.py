"""Two people write in one page at the same time; neither text is lost."""

import re
from typing import Any

from flask import Flask

from kb.rules.roles import Role
from kb.services import accounts
from kb.store.base import Store
from kb.store.pages import Page
from tests.conftest import Browser
from tests.make import make_page, make_user

BODY = "お届けは三日です。\n\n送料は五百円です。\n\n夜間は配送しません。"


def another(app: Flask, store: Store) -> Browser:
    """The browser of another SV."""
    with store.writing() as db:
        identity = accounts.identity_of(make_user(db, Role.SV, name="second"))
    browser: Any = app.test_client()
    with browser.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = identity, True
    return browser  # type: ignore[no-any-return]


def opened(browser: Browser, page: int) -> dict[str, str]:
    """The editor's form as it opens."""
    shown = browser.get(f"/ja/pages/{page}/edit").text
    return fields(shown) | {"action": "save"}


def fields(shown: str) -> dict[str, str]:
    body = re.search(r'<textarea[^>]*name="body"[^>]*>\n(.*?)</textarea>', shown, re.S)
    title = re.search(r'name="title"[^>]*value="([^"]*)"', shown)
    base = re.search(r'name="base" value="(\d+)"', shown)
    assert body and title and base
    plain = body[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return {"title": title[1], "body": plain, "base": base[1], "audience": "public", "significance": "change"}


def text_now(store: Store, page: int) -> str:
    with store.reading() as db:
        current = db.get_one(Page, page).current
        assert current is not None
        return current.body


def test_edits_of_different_lines_are_put_together(app: Flask, as_sv: Browser, store: Store) -> None:
    with store.writing() as db:
        page = make_page(db, "配送", BODY).id
    second = another(app, store)
    mine, theirs = opened(as_sv, page), opened(second, page)
    assert second.submit(f"/ja/pages/{page}/edit", theirs | {"body": BODY.replace("五百", "六百")}).status_code == 302
    met = as_sv.submit(f"/ja/pages/{page}/edit", mine | {"body": BODY.replace("三日", "四日")})
    assert met.status_code == 409
    merged = fields(met.text) | {"action": "save"}
    assert as_sv.submit(f"/ja/pages/{page}/edit", merged).status_code == 302
    assert text_now(store, page) == BODY.replace("五百", "六百").replace("三日", "四日")


def test_edits_of_one_line_wait_for_a_person(app: Flask, as_sv: Browser, store: Store) -> None:
    with store.writing() as db:
        page = make_page(db, "配送", BODY).id
    second = another(app, store)
    mine, theirs = opened(as_sv, page), opened(second, page)
    second.submit(f"/ja/pages/{page}/edit", theirs | {"body": BODY.replace("三日", "五日")})
    met = as_sv.submit(f"/ja/pages/{page}/edit", mine | {"body": BODY.replace("三日", "四日")})
    merged = fields(met.text) | {"action": "save"}
    assert "お届けは四日です。" in merged["body"] and "お届けは五日です。" in merged["body"]
    refused = as_sv.submit(f"/ja/pages/{page}/edit", merged)
    assert refused.status_code == 422 and "お届けは四日です。" in refused.text
    assert text_now(store, page) == BODY.replace("三日", "五日")
    whole = BODY.replace("三日", "四日か五日")
    assert as_sv.submit(f"/ja/pages/{page}/edit", merged | {"body": whole}).status_code == 302
    assert text_now(store, page) == whole


def test_a_third_save_meanwhile_is_a_conflict_again(app: Flask, as_sv: Browser, store: Store) -> None:
    with store.writing() as db:
        page = make_page(db, "配送", BODY).id
    second = another(app, store)
    mine = opened(as_sv, page)
    second.submit(f"/ja/pages/{page}/edit", opened(second, page) | {"body": BODY.replace("五百", "六百")})
    merged = fields(as_sv.submit(f"/ja/pages/{page}/edit", mine | {"body": BODY.replace("三日", "四日")}).text)
    second.submit(f"/ja/pages/{page}/edit", opened(second, page) | {"body": BODY.replace("五百", "七百")})
    assert as_sv.submit(f"/ja/pages/{page}/edit", merged | {"action": "save"}).status_code == 409
    assert text_now(store, page) == BODY.replace("五百", "七百")
