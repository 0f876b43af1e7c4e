"""Other sites that an administrator has named may read what visitors read; no others may, and nobody more."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from kb.rules.pages import Audience
from kb.rules.roles import Role
from kb.services import settings
from kb.services.house import House
from kb.services.indexing import drain_all
from kb.store.base import Store
from kb.text import audience as audiences
from tests.conftest import Browser
from tests.make import make_page, make_user

SHOP = "https://shop.example.com"
READ = ["/api/v1/search?q=配送", "/api/v1/suggest?q=配送", "/api/v1/answers/1", "/api/v1/answers/999"]


@pytest.fixture(autouse=True)
def pages(store: Store, house: House) -> None:
    with store.writing() as db:
        make_page(db, "配送の日数", "三日です。[[配送の話]]\n\n:::staff\n配送の社内の文\n:::")
        make_page(db, "配送の社内の題", "配送の社内の文", audience=Audience.STAFF)
        settings.change(db, {"embed_origins": SHOP}, by=make_user(db, Role.ADMIN).actor)
    drain_all(store, house.index)


@pytest.mark.parametrize("path", READ)
def test_a_named_site_may_read_and_any_other_may_not(client: Browser, path: str) -> None:
    answer = client.get(path, headers={"Origin": SHOP})
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert "Origin" in answer.headers["Vary"]
    for other in ("https://evil.example", "http://shop.example.com", SHOP + ".evil.example", "null", SHOP + ":8443"):
        refused = client.get(path, headers={"Origin": other})
        assert "Access-Control-Allow-Origin" not in refused.headers, other
        assert "Origin" in refused.headers["Vary"]
    assert "Origin" in client.get(path).headers["Vary"]


@pytest.mark.parametrize("path", READ)
def test_a_browser_never_hands_over_cookies(client: Browser, path: str) -> None:
    for method in (client.get, client.options):
        answer = method(path, headers={"Origin": SHOP, "Access-Control-Request-Method": "GET"})
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert answer.headers["Access-Control-Allow-Origin"] == SHOP
        assert "Set-Cookie" not in answer.headers
    assert answer.headers["Access-Control-Allow-Methods"] == "GET"


@pytest.mark.parametrize(
    "path", ["/api/v1/pages", "/api/v1/pages/1", "/ja/", "/ja/search?q=x", "/ja/sign-in", "/ja/nothing"]
)
def test_nothing_else_is_open_to_other_sites(client: Browser, as_sv: Browser, path: str) -> None:
    for browser in (client, as_sv):
        assert "Access-Control-Allow-Origin" not in browser.get(path, headers={"Origin": SHOP}).headers


def test_an_answer_is_what_a_visitor_reads_whoever_asks(client: Browser, as_sv: Browser) -> None:
    told = client.get("/api/v1/answers/1")
    assert told.get_json() == as_sv.get("/api/v1/answers/1").get_json()
    assert told.get_json()["title"] == "配送の日数" and "三日です。" in told.get_json()["html"]
    assert told.get_json()["url"].startswith("http://localhost/ja/faq/1-")
    assert "社内" not in told.text
    for browser in (client, as_sv):
        hidden, missing = browser.get("/api/v1/answers/2"), browser.get("/api/v1/answers/999")
        assert hidden.status_code == missing.status_code == 404
        assert hidden.get_json() == missing.get_json()


def test_without_the_cut_an_answer_would_tell_what_staff_read(client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audiences, "cut", lambda body, audience: body)
    assert "社内" in client.get("/api/v1/answers/1").get_json()["html"]


def test_the_script_may_be_loaded_anywhere_and_carries_its_sentences(client: Browser) -> None:
    answer = client.get("/embed.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "public, max-age=600"
    assert "Set-Cookie" not in answer.headers and "Cookie" not in answer.headers.get("Vary", "")
    (told,) = re.findall(r"const WORDS = (\{.+\});\n", answer.text)
    words = json.loads(told)
    assert words["ja"].keys() == words["en"].keys()
    used = set(re.findall(r"this\.words\.(\w+)|\bwords\.(\w+)", answer.text))
    assert {one or other for one, other in used} - {"replace"} <= words["ja"].keys()
    assert client.get("/embed.js", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_the_script_is_a_script(client: Browser, tmp_path: Any) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node to read it with")
    (tmp_path / "embed.js").write_text(client.get("/embed.js").text, encoding="utf-8")
    subprocess.run([node, "--check", str(tmp_path / "embed.js")], check=True)


def test_administrators_see_what_to_copy_and_who_may_use_it(
    sign_in: Callable[[Role], Browser], client: Browser
) -> None:
    text = sign_in(Role.ADMIN).get("/ja/embed").text
    assert "&lt;script src=&#34;http://localhost/embed.js&#34; data-lang=&#34;ja&#34; async&gt;" in text
    assert SHOP in text
    assert sign_in(Role.SV).get("/ja/embed").status_code == 403
    assert client.get("/ja/embed").status_code == 302
