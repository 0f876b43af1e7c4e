"""A public page is light: little beside its own text, and hardly anything to fetch before it can be read."""

import re

import pytest

from kb.store.base import Store
from tests.conftest import Browser
from tests.make import make_category, make_page

HTML = 30_000  # bytes, before compression
REQUESTS = 3  # the page itself, and what a browser waits for
TEXT = "お届けまでの日数は、ご注文の画面で確かめられます。"


def waited_for(html: str) -> int:
    """Requests before the text can be read: the page, its stylesheets, and scripts that hold up the parser."""
    styles = re.findall(r'<link rel="stylesheet"', html)
    scripts = [
        one for one in re.findall(r"<script ([^>]*src=[^>]*)>", html) if not re.search("module|defer|async", one)
    ]
    return 1 + len(styles) + len(scripts)


@pytest.fixture(autouse=True)
def shelves(store: Store) -> None:
    """As many shelves and questions as a screen shows."""
    with store.writing() as db:
        for number in range(12):
            shelf = make_category(db, f"shelf-{number}")
            for _ in range(3):
                make_page(db, body=TEXT, category=shelf)
        make_page(db, "長い記事", TEXT * 400)


@pytest.mark.parametrize(
    "path", ["/ja/", "/en/", "/ja/search?q=お届け", "/ja/category/shelf-1", "/ja/faq/1", "/ja/faq/999"]
)
def test_a_screen_is_light_and_waits_for_little(client: Browser, path: str) -> None:
    answer = client.get(path, follow_redirects=True)
    assert len(answer.get_data()) < HTML
    assert waited_for(answer.text) <= REQUESTS


def test_the_weight_and_the_waiting_would_be_seen(client: Browser) -> None:
    long = client.get("/ja/faq/37", follow_redirects=True)
    assert "長い記事" in long.text and len(long.get_data()) > HTML
    assert waited_for('<link rel="stylesheet" href="a"><script src="b"></script><script src="c" defer></script>') == 3
