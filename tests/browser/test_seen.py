"""What a browser reports of a visitor's way through the FAQ: each page and settled search once, in order."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect


@pytest.fixture
def reports(page: Page) -> list[dict[str, str]]:
    """Everything that the page reports, as the server is told it."""
    told: list[dict[str, str]] = []

    def keep(request: Request) -> None:
        if request.url.endswith("/seen"):
            assert request.method == "POST"
            told.append(dict(parse_qsl(request.post_data or "")))

    page.context.on("request", keep)
    return told


def _number(page: Page) -> str:
    return str(page.locator("[data-read]").get_attribute("data-read"))


def _wait(page: Page, reports: list[Any], count: int) -> None:
    for _ in range(100):
        if len(reports) >= count:
            return
        page.wait_for_timeout(50)
    raise AssertionError(reports)


def test_a_way_from_a_search_through_two_pages_is_reported_once_and_in_order(
    page: Page, reports: list[dict[str, str]]
) -> None:
    page.goto("/ja/search?q=返品")
    page.locator("#found .results a").first.click()
    first = _number(page)
    page.locator("#near ~ ul a").first.click()
    page.wait_for_function(f"document.querySelector('[data-read]')?.dataset.read !== '{first}'")
    second = _number(page)
    _wait(page, reports, 3)
    total = reports[0].pop("total")
    assert int(total) > 0
    assert reports == [{"words": "返品"}, {"page": first, "words": "返品"}, {"page": second, "before": first}]
    page.reload()
    expect(page.locator("[data-read]")).to_be_visible()
    # A third page is reported after all that the reload could have: had it been counted, it would stand before this.
    page.goto("/ja/search?q=ないないないことば")
    _wait(page, reports, 4)
    assert reports[3:] == [{"words": "ないないないことば", "total": "0"}]


def test_a_page_chosen_among_the_suggestions_was_found_by_what_was_typed(
    page: Page, reports: list[dict[str, str]]
) -> None:
    page.goto("/ja/")
    box = page.get_by_role("combobox")
    box.press_sequentially("領収書")
    page.get_by_role("option").filter(has_text="領収書").last.click()
    number = _number(page)
    _wait(page, reports, 1)
    assert reports == [{"page": number, "words": "領収書"}]


def test_words_half_typed_are_not_reported(page: Page, reports: list[dict[str, str]]) -> None:
    page.goto("/ja/search")
    box = page.get_by_role("combobox")
    for words in ("返", "返品", "返品 送", "返品 送料"):
        with page.expect_response(lambda answer: "part=list" in answer.url):
            box.fill(words)
    _wait(page, reports, 1)
    assert [one["words"] for one in reports] == ["返品 送料"]


def test_staff_rooms_report_nothing(as_person: Callable[..., Page]) -> None:
    desk = as_person("operator")
    told: list[str] = []
    desk.context.on("request", lambda request: told.append(request.url))
    desk.goto("/ja/console?q=返品")
    desk.wait_for_timeout(2000)
    assert not [url for url in told if url.endswith("/seen")]


def test_a_browser_that_keeps_nothing_shows_the_same_page(new_context: Callable[..., BrowserContext]) -> None:
    context = new_context()
    context.add_init_script("Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('no') } })")
    page = context.new_page()
    with page.expect_request("**/seen") as told:
        page.goto("/ja/search?q=返品")
        page.locator("#found .results a").first.click()
    assert json.dumps(dict(parse_qsl(told.value.post_data or "")))
    expect(page.locator("[data-read]")).to_be_visible()
