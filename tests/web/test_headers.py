"""Every answer carries the headers that keep scripts, frames, copies and search engines in their place."""

import re

import pytest

from kb.store.base import Store
from tests.conftest import Browser
from tests.make import make_page

PUBLIC = ["/ja/", "/en/", "/ja/search?q=x", "/ja/feed.atom", "/ja/faq/1", "/ja/nothing", "/health/live"]
STAFF = [
    "/ja/console",
    "/ja/pages",
    "/ja/stories",
    "/ja/stories/new",
    "/ja/pages/999",
    "/api/v1/search?q=x",
    "/ja/password",
]


@pytest.fixture(autouse=True)
def page(store: Store) -> None:
    with store.writing() as db:
        make_page(db)


def policy(header: str) -> dict[str, list[str]]:
    return {words[0]: words[1:] for part in header.split(";") if (words := part.split())}


@pytest.mark.parametrize("path", [*PUBLIC, *STAFF, "/static/app.css", "/ja/sign-in"])
def test_the_policy_allows_no_inline_script_no_eval_and_no_frame(as_operator: Browser, path: str) -> None:
    with as_operator.get(path) as answer:
        found = policy(answer.headers["Content-Security-Policy"])
        assert found["default-src"] == ["'none'"]
        assert found["base-uri"] == ["'none'"] and found["frame-ancestors"] == ["'none'"]
        assert found["form-action"] == ["'self'"] and found["style-src"] == ["'self'"]
        assert not re.search(r"unsafe|\*|data:|https?:", answer.headers["Content-Security-Policy"])
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_each_answer_has_a_nonce_of_its_own_and_its_scripts_carry_it(client: Browser) -> None:
    nonces = set()
    for _ in range(3):
        answer = client.get("/ja/")
        script = policy(answer.headers["Content-Security-Policy"])["script-src"]
        nonce = script[0].removeprefix("'nonce-").removesuffix("'")
        assert re.findall(r'<script[^>]*nonce="([^"]+)"', answer.text) == [nonce]
        nonces.add(nonce)
    assert len(nonces) == 3


@pytest.mark.parametrize("path", STAFF)
def test_nothing_of_staff_is_stored_or_found_by_search_engines(as_operator: Browser, path: str) -> None:
    answer = as_operator.get(path)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("path", ["/ja/", "/ja/search?q=x", "/ja/feed.atom"])
def test_customers_pages_may_be_found_and_are_asked_for_again(client: Browser, as_sv: Browser, path: str) -> None:
    answer = client.get(path)
    assert "X-Robots-Tag" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Cookie" in answer.headers["Vary"]
    # The same page drawn for somebody signed in names them, so it is nobody else's.
    assert as_sv.get(path).headers["Cache-Control"] == "private, no-store"


def test_the_sign_in_page_is_not_kept(client: Browser) -> None:
    assert client.get("/ja/sign-in").headers["Cache-Control"] == "private, no-store"


def test_static_files_are_kept_and_asked_for_by_their_mark(client: Browser) -> None:
    with client.get("/static/app.css") as answer:
        assert "no-store" not in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers
        mark = answer.headers["ETag"]
    with client.get("/static/app.css", headers={"If-None-Match": mark}) as answer:
        assert answer.status_code == 304


def test_health_sets_no_cookie_and_tells_nothing_of_the_house(client: Browser) -> None:
    answer = client.get("/health/live")
    assert answer.get_json() == {"status": "ok"}
    assert "Set-Cookie" not in answer.headers
    assert client.get("/health/ready").get_json() == {"status": "ok", "database": True, "index": True}


def test_nothing_names_the_machinery(client: Browser) -> None:
    answer = client.get("/ja/")
    assert not re.search(r"werkzeug|flask|python", str(answer.headers) + answer.text, re.I)
