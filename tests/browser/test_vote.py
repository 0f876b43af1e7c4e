"""役に立ちましたか in a browser: the page stays, the focus stays, and what changed is said aloud."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect


@pytest.fixture
def answer(page: Page) -> Page:
    """A page that answers a question; `isSame` is lost when the document is another one."""
    page.goto("/ja/search?q=いつ届く")
    page.locator(".results a").first.click()
    page.evaluate("window.isSame = true")
    return page


def test_a_vote_leaves_the_page_and_the_focus_where_they_are(answer: Page) -> None:
    voice, no = answer.locator("[data-announce]"), answer.get_by_role("button", name="いいえ")
    no.focus()
    answer.keyboard.press("Enter")
    expect(no).to_have_attribute("aria-pressed", "true")
    expect(no).to_be_focused()
    expect(voice).to_contain_text("理由もお聞かせください")
    answer.get_by_role("button", name="送る").click()
    expect(answer.get_by_role("alert").filter(has_text="あてはまるものを選ぶか")).to_be_visible()
    answer.get_by_label("くわしくお聞かせください").fill("090-1234-5678 に")
    answer.get_by_role("button", name="送る").click()
    expect(answer.locator("[data-vote-done]")).to_be_focused()
    expect(voice).to_contain_text("（電話番号）は、伏せて保存しました")
    expect(answer.get_by_role("button", name="送る")).to_have_count(0)
    answer.get_by_role("button", name="はい").click()
    expect(voice).to_contain_text("お役に立ててよかったです")
    assert answer.evaluate("window.isSame")


def test_what_was_written_stays_when_the_server_cannot_be_reached(answer: Page) -> None:
    answer.get_by_role("button", name="いいえ").click()
    answer.get_by_label("くわしくお聞かせください").fill("図がほしい")
    answer.context.set_offline(True)
    answer.get_by_role("button", name="送る").click()
    expect(answer.locator("[data-vote-error]")).to_be_visible()
    expect(answer.get_by_label("くわしくお聞かせください")).to_have_value("図がほしい")
    answer.context.set_offline(False)
    answer.get_by_role("button", name="送る").click()
    expect(answer.locator("[data-vote-done]")).to_be_visible()


def test_without_scripts_the_whole_way_is_pages(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}).new_page()
    page.goto("/ja/search?q=いつ届く")
    page.locator(".results a").first.click()
    title = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name="いいえ").click()
    page.get_by_text("情報が古い").click()
    page.get_by_role("button", name="送る").click()
    expect(page.get_by_text("この答えを直すときに読みます")).to_be_visible()
    page.get_by_role("link", name="答えに戻る").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_the_contents_stand_before_the_answer_on_a_phone_and_beside_it_on_a_desk(page: Page) -> None:
    page.goto("/ja/search?q=不在票")
    page.locator(".results a").first.click()
    folded, beside = page.locator("details.toc"), page.get_by_role("navigation", name="このページの内容")
    expect(beside).to_be_visible()
    expect(folded).to_be_hidden()
    page.evaluate("window.scrollTo(0, 600)")
    expect(beside).to_be_in_viewport()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(beside).to_be_hidden()
    folded.locator("summary").click()
    folded.get_by_role("link").first.click()
    expect(page.locator(":target")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
