"""Addresses that are made for many lines at once are those that Flask would make for each."""

import pytest
from flask import Flask, url_for

from kb.web import addresses

ODD = ["返品 送料", "a&b=c#d", "100%", "open=%00", "\x00", "?open=3&", "/ja/", "😀", "+1 (2)!$'*,:;@", ""]


@pytest.mark.parametrize("words", ODD)
def test_a_query_is_written_as_flask_writes_it(app: Flask, words: str) -> None:
    with app.test_request_context("/ja/console"):
        path, values = url_for("console.search"), {"q": words, "kind": None, "tag": words}
        assert addresses.queried(path, values) == url_for("console.search", q=words, tag=words)
        made = addresses.numbered(path, "open", {"q": words, "page": None, "tag": words}, "view")
        for number in (0, 7, 12_345):
            assert made(number) == url_for("console.search", q=words, tag=words, open=number, _anchor="view")


def test_a_path_without_a_query_stays_alone() -> None:
    assert addresses.queried("/ja/console", {"q": None}) == "/ja/console"
