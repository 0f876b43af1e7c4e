"""The search inside another site: at an origin of its own, under a strict policy, and only where that is allowed."""

import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.browser.serving import Served


class Host(BaseHTTPRequestHandler):
    """Somebody else's site: it forbids inline scripts and styles, and everything but the FAQ's server."""

    server_version, faq = "shop", ""

    def do_GET(self) -> None:
        lang = "en" if self.path == "/en" else "ja"
        script = f'<script src="{self.faq}/embed.js" data-lang="{lang}" async></script>'
        page = f"<!doctype html><title>店</title><main>{script}</main>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        policy = f"default-src 'none'; script-src {self.faq}; connect-src {self.faq}; img-src {self.faq}"
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, *_facts: object) -> None:
        pass


@pytest.fixture(scope="module")
def shop(served: Served) -> Iterator[str]:
    """The address of the other site."""
    handler = type("Shop", (Host,), {"faq": served.address})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def allow(as_person: Callable[..., Page], origins: str) -> None:
    page = as_person("admin", "/ja/admin/settings")
    page.locator("[name=embed_origins]").fill(origins)
    page.get_by_role("button", name="保存する").click()
    expect(page.locator("[data-toast]").first).to_be_visible()


def test_a_named_site_finds_reads_and_goes_back_by_keys_alone(as_person: Callable[..., Page], shop: str) -> None:
    allow(as_person, shop)
    # Whoever looks at the other site is signed in here, and still gets what customers get.
    page = as_person("sv")
    told: list[ConsoleMessage] = []
    page.on("console", lambda message: told.append(message))
    asked = []
    page.on("request", lambda request: asked.append(request))
    page.goto(shop)
    field = page.get_by_role("searchbox")
    field.fill("返品したい")
    results = page.get_by_role("list", name="見つかった質問").get_by_role("link")
    expect(results.first).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("件見つかりました")
    title = results.nth(1).locator("b").inner_text()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    heading = page.get_by_role("heading", name=title)
    expect(heading).to_be_focused()
    expect(page.get_by_role("link", name="このページを開く")).to_have_attribute("href", re.compile("/ja/faq/"))
    assert page.locator(".body").inner_text().strip()
    page.keyboard.press("Escape")
    expect(results.nth(1)).to_be_focused()
    asked = [request for request in asked if "/api/" in request.url]
    assert asked and not any("cookie" in request.all_headers() for request in asked)
    assert page.evaluate("document.cookie") == ""
    assert page.evaluate("Object.keys(window).filter((name) => /kb/i.test(name))") == []
    assert [message.text for message in told if message.type == "error"] == []


def test_staffs_words_never_come_out(as_person: Callable[..., Page], shop: str, served: Served) -> None:
    allow(as_person, shop)
    page = as_person("sv", "")
    page.goto(f"{served.address}/ja/console?q=返品")
    inside = page.evaluate(
        "fetch('/api/v1/search?q=返品&language=ja').then((told) => told.json()).then((told) => told.total)"
    )
    page.goto(shop)
    page.get_by_role("searchbox").fill("返品")
    expect(page.get_by_role("status")).to_contain_text("件見つかりました")
    outside = int(page.get_by_role("status").inner_text().split("件")[0])
    assert 0 < outside < inside


def test_an_unnamed_site_is_told_what_to_do(as_person: Callable[..., Page], page: Page, shop: str) -> None:
    allow(as_person, "https://shop.example.com")
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.goto(f"{shop}/en")
    page.get_by_role("searchbox").fill("return")
    page.get_by_role("button").click()
    expect(page.get_by_role("status")).to_contain_text("can")
    expect(page.locator("kb-search li")).to_have_count(0)
    page.wait_for_function("true")
    assert any("<kb-search>" in sentence and shop in sentence for sentence in told), told
    expect(page.locator("kb-search a").last).to_have_attribute("href", re.compile("/en/search"))
