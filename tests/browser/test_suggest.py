"""Suggestions under the search box: keys, conversion, late answers, and no script at all."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Locator, Page, Route, expect

WORDS = "返品"


@pytest.fixture
def box(page: Page) -> Locator:
    page.goto("/ja/")
    found = page.get_by_role("combobox")
    expect(found).to_be_visible()
    return found


def _list(page: Page) -> Locator:
    return page.get_by_role("listbox").get_by_role("option")


def _typed(box: Locator, words: str = WORDS) -> None:
    box.press_sequentially(words)
    expect(_list(box.page).first).to_be_visible()


def test_arrows_choose_a_suggestion_and_enter_opens_it(box: Locator) -> None:
    _typed(box)
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    chosen = box.page.get_by_role("option", selected=True)
    expect(chosen).to_have_count(1)
    expect(box).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))
    expect(box).to_have_value(WORDS)
    title = chosen.inner_text()
    box.press("Enter")
    expect(box.page.get_by_role("heading", level=1)).to_have_text(title)


def test_enter_without_a_choice_searches_for_the_words(box: Locator) -> None:
    _typed(box)
    box.press("Enter")
    box.page.wait_for_url("**/ja/search?q=*")
    expect(box.page.get_by_role("combobox").first).to_have_value(WORDS)


def test_the_arrows_lead_through_the_words_themselves(box: Locator) -> None:
    _typed(box)
    count = _list(box.page).count()
    box.press("ArrowUp")
    expect(_list(box.page).nth(count - 1)).to_have_attribute("aria-selected", "true")
    box.press("ArrowDown")
    expect(box.page.get_by_role("option", selected=True)).to_have_count(0)


def test_escape_closes_the_list_and_keeps_the_words(box: Locator) -> None:
    _typed(box)
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value(WORDS)


def _enter_of_a_conversion(keyboard: CDPSession) -> None:
    key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229, "nativeVirtualKeyCode": 229}
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", **key})
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})


def test_the_enter_that_ends_a_conversion_neither_sends_nor_chooses(box: Locator) -> None:
    page = box.page
    box.focus()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": WORDS, "selectionStart": 2, "selectionEnd": 2})
    expect(_list(page).first).to_be_visible()
    page.evaluate("addEventListener('keydown', event => { window.lastKey = event.keyCode; }, true)")
    _enter_of_a_conversion(keyboard)
    page.wait_for_function("window.lastKey === 229")
    keyboard.send("Input.insertText", {"text": WORDS})
    expect(box).to_have_value(WORDS)
    assert page.url.endswith("/ja/")
    # The control: the same key outside a conversion does send.
    box.press("Enter")
    page.wait_for_url("**/ja/search?q=*")


def test_an_arrow_of_a_conversion_does_not_move_the_choice(box: Locator) -> None:
    _typed(box)
    page = box.page
    page.evaluate(
        """box => box.dispatchEvent(new KeyboardEvent("keydown",
        { key: "ArrowDown", isComposing: true, bubbles: true, cancelable: true }))""",
        box.element_handle(),
    )
    expect(page.get_by_role("option", selected=True)).to_have_count(0)
    box.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_have_count(1)


def test_a_late_answer_never_takes_the_place_of_a_newer_one(page: Page) -> None:
    held: list[Route] = []

    def answer(route: Route) -> None:
        if not held:
            held.append(route)
        else:
            body = json.dumps({"suggestions": [{"title": "あとの答え", "url": "/ja/"}]})
            route.fulfill(body=body, content_type="application/json")

    page.route("**/suggest?*", answer)
    page.goto("/ja/")
    box = page.get_by_role("combobox")
    with page.expect_request("**/suggest?*"):
        box.press_sequentially("電")
    box.press_sequentially("源")
    expect(_list(page)).to_have_text(["あとの答え"])
    late = json.dumps({"suggestions": [{"title": "まえの答え", "url": "/ja/"}]})
    held[0].fulfill(body=late, content_type="application/json")
    page.evaluate("new Promise(done => setTimeout(done))")
    expect(_list(page)).to_have_text(["あとの答え"])


def test_without_scripts_the_box_still_searches(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/ja/")
    page.get_by_label("質問や困りごと").fill(WORDS)
    page.get_by_role("button", name="探す").click()
    page.wait_for_url("**/ja/search?q=*")
    assert page.get_by_role("listbox").count() == 0
    expect(page.get_by_role("heading", level=1)).to_contain_text(WORDS)
