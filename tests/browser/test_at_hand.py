"""Favourites and 確認しました in the room of a call: without leaving the screen, with a way back, by keys alone."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.filling import Hand
from tests.browser.serving import Served

ROOM = "/ja/call?open=26"


@pytest.fixture
def notice(chromium: Browser, served: Served) -> str:
    """A notice that nobody has confirmed yet."""
    sv = Hand(chromium, served, "sv")
    text = f"まだ読まれていない速報 {datetime.now():%H%M%S%f}"
    facts = {"audience": "staff", "language": "ja", "starts_at": "", "action": "post"}
    sv.send("/ja/notices", text=text, ends_at=f"{datetime.now() + timedelta(days=1):%Y-%m-%dT%H:%M}", **facts)
    sv.leave()
    return text


def test_one_key_keeps_the_page_and_the_message_takes_it_back(as_person: Callable[..., Page]) -> None:
    page = as_person("sv", ROOM)
    star = page.locator("article form[data-kept] button")
    expect(star).to_have_attribute("aria-pressed", "false")
    page.evaluate("window.stays = true")
    page.locator("#view").focus()
    page.keyboard.press("b")
    expect(star).to_have_attribute("aria-pressed", "true")
    first = page.locator('[data-near] [data-hit="26"]')
    expect(first).to_have_count(1)
    page.locator("[data-toast]", has_text="お気に入りに入れました").get_by_role("button", name="元に戻す").click()
    expect(star).to_have_attribute("aria-pressed", "false")
    expect(first).to_have_count(0)
    assert page.evaluate("window.stays")
    # Whoever types a b writes a b.
    page.locator('input[name="q"]').press_sequentially("b")
    expect(star).to_have_attribute("aria-pressed", "false")


def test_a_notice_is_confirmed_by_keyboard_and_comes_back(as_person: Callable[..., Page], notice: str) -> None:
    page = as_person("operator", "/ja/call")
    count = page.locator("[data-unread-count]")
    before = int(count.inner_text().splitlines()[0].split("件")[0])
    page.evaluate("window.stays = true")
    button = page.get_by_role("button", name=f"「{notice}」を確認しました")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_count(0)
    # The focus stays in the pane, and does not fall back to the top of the page.
    assert page.evaluate("document.activeElement.closest('#view') !== null")
    if before > 1:
        expect(count).to_contain_text(str(before - 1))
    else:
        expect(count).to_be_hidden()
    page.locator("[data-toast]").get_by_role("button", name="元に戻す").click()
    expect(button).to_have_count(1)
    assert page.evaluate("window.stays")
