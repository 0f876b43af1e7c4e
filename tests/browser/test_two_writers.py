"""Two browsers edit one page: neither text is lost, and nobody overwrites the other."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.serving import send

OPENING = "二人で直す記事の、はじめの文です。"


def _new_page(sv: Page, title: str) -> str:
    body = f"{OPENING}\n\n中ほどの文です。\n\n終わりの文です。"
    return send(sv, "/ja/pages/new", title=title, body=body, kind="faq", audience="public", action="save").url


def _edit(page: Page, address: str, old: str, new: str) -> None:
    page.goto(f"{address}/edit")
    body = page.get_by_label("本文")
    body.fill(body.input_value().replace(old, new))


def test_two_edits_of_different_lines_are_merged_and_both_kept(as_person: Callable[..., Page]) -> None:
    first, second = as_person("sv", ""), as_person("admin", "")
    address = _new_page(first, "二人が別の行を直す記事")
    _edit(first, address, "はじめの文", "一人めが直した文")
    _edit(second, address, "終わりの文", "二人めが直した文")
    first.get_by_role("button", name=re.compile("として公開")).click()
    first.wait_for_url(address)
    expect(first.get_by_text("一人めが直した文")).to_be_visible()

    second.get_by_role("button", name=re.compile("として公開")).click()
    expect(second.get_by_role("heading", name="二つの文を一つにする")).to_be_visible()
    merged = second.get_by_label("本文").input_value()
    assert "一人めが直した文" in merged and "二人めが直した文" in merged
    second.get_by_role("button", name=re.compile("として公開")).click()
    second.wait_for_url(address)
    expect(second.get_by_text("一人めが直した文")).to_be_visible()
    expect(second.get_by_text("二人めが直した文")).to_be_visible()


def test_two_edits_of_one_line_are_both_shown_and_must_be_decided(as_person: Callable[..., Page]) -> None:
    first, second = as_person("sv", ""), as_person("admin", "")
    address = _new_page(first, "二人が同じ行を直す記事")
    _edit(first, address, "中ほどの文", "一人めの中ほど")
    _edit(second, address, "中ほどの文", "二人めの中ほど")
    first.get_by_role("button", name=re.compile("として公開")).click()
    first.wait_for_url(address)
    second.get_by_role("button", name=re.compile("として公開")).click()
    expect(second.get_by_role("heading", name="二つの文を一つにする")).to_be_visible()
    body = second.get_by_label("本文")
    assert "一人めの中ほど" in body.input_value() and "二人めの中ほど" in body.input_value()
    second.get_by_role("button", name=re.compile("として公開")).click()
    expect(second.get_by_text("まだ一つになっていません").first).to_be_visible()
    assert "二人めの中ほど" in second.get_by_label("本文").input_value()
    second.get_by_label("本文").fill(f"{OPENING}\n\n一人めの中ほどと、二人めの中ほど。\n\n終わりの文です。")
    second.get_by_role("button", name=re.compile("として公開")).click()
    second.wait_for_url(address)
    expect(second.get_by_text("一人めの中ほどと、二人めの中ほど。")).to_be_visible()
