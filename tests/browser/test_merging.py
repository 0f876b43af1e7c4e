"""Merging by keyboard alone: a sentence of a story goes into what is said first, and the page is published with it."""

import re
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.browser.filling import Hand
from tests.browser.serving import Served
from tests.browser.test_keyboard_journeys import leave, look, tab_to

PASSAGE = "いつまでにご入用か、お聞かせください。"
WORDING = "まだ着かないんだけど"


def test_a_passage_is_put_into_what_is_said_first_and_published_by_keyboard_alone(
    as_person: Callable[..., Page], chromium: Browser, served: Served
) -> None:
    operator = Hand(chromium, served, "operator")
    told = {"title": "入学式の前の日の電話", "words": f"{WORDING}。", "done": "在庫を調べた。", "proposal": PASSAGE}
    answer = operator.send("/ja/stories/new", audience="staff", action="submit", **told)
    operator.leave()
    story = re.search(r"/stories/(\d+)", answer.url)
    assert story is not None
    page = as_person("sv", f"/ja/review/{story[1]}/merge?into=26")
    body, picks = page.get_by_label("本文"), page.locator('input[name="pick"]')
    page.locator("#main").focus()
    tab_to(page, picks.first)
    page.keyboard.press("Enter")
    expect(page.locator(".pick.is-taken")).to_have_count(1)
    expect(page.locator('textarea[name="phrases"]')).to_have_value(re.compile(WORDING))
    expect(picks.first).to_be_focused()
    while not page.evaluate(f"document.activeElement.closest('.pick').textContent.includes('{PASSAGE}')"):
        page.keyboard.press("ArrowDown")
        look(page)
    page.keyboard.press("1")
    expect(body).to_have_value(re.compile(rf":::say\n[^:]*\n{PASSAGE}\n:::"))
    expect(page.locator("[data-merge-diff] ins").filter(has_text=PASSAGE)).to_be_visible()
    look(page)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("2")
    expect(page.locator(".pick.is-taken")).to_have_count(3)
    tab_to(page, page.get_by_role("button", name=re.compile("統合して版")))
    leave(page)
    expect(page.locator("[data-toast]").first).to_contain_text("統合して公開しました")
    expect(page.locator(".blk--say")).to_contain_text(PASSAGE)
    found = page.locator(".lineage [data-find]").filter(has_text=PASSAGE)
    tab_to(page, found, most=120)
    page.keyboard.press("Enter")
    expect(found).to_have_attribute("aria-pressed", "true")
