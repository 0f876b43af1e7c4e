"""Every main screen, with axe: no violation of WCAG 2.2 AA, in light and dark, on a phone and on a desk."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
PUBLIC = (
    "/ja/",
    "/en/",
    "/ja/search?q=返品",
    "/ja/search?q=zzzz",
    "/ja/category/delivery",
    "/ja/nothing",
    "/ja/sign-in",
)
STAFF = (
    "/ja/console?q=返品",
    "/ja/console",
    "/ja/console/why?q=返品&page=返品したい",
    "/ja/console/why?q=宇宙&page=26&reader=customer",
    "/ja/pages",
    "/ja/pages/1",
    "/ja/pages/1/edit",
    "/ja/pages/1/history",
    "/ja/pages/1/links",
    "/ja/stories",
    "/ja/stories/new",
    "/ja/review",
    "/ja/admin/people",
    "/ja/admin/roles",
    "/ja/admin/events",
    "/ja/password",
)


def _violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_customers_meet_no_barrier(new_context: Callable[..., BrowserContext], theme: str) -> None:
    page = new_context(color_scheme=theme, viewport={"width": 390, "height": 844}).new_page()
    for path in PUBLIC:
        page.goto(path)
        assert _violations(page) == [], path


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_staff_meet_no_barrier(as_person: Callable[..., Page], theme: str) -> None:
    page = as_person("admin", color_scheme=theme)
    for path in STAFF:
        page.goto(path)
        assert _violations(page) == [], path


def test_an_sv_meets_no_barrier_on_the_way_to_a_decision(as_person: Callable[..., Page]) -> None:
    operator = as_person("operator", "/ja/stories/new")
    operator.get_by_label("ひとことで言うと").fill("読み上げでも決められるように")
    operator.get_by_label("お客様の言葉").fill("画面が見えないのだけれど、返品できますか。")
    operator.get_by_role("textbox", name=re.compile("^したこと")).fill("電話で最後までご案内した。")
    operator.get_by_role("button", name=re.compile("提出する")).click()
    operator.wait_for_url(re.compile(r"/stories/\d+$"))
    assert _violations(operator) == []
    sv = as_person("sv", "/ja/review")
    sv.get_by_role("link", name="読み上げでも決められるように").first.click()
    sv.get_by_role("button", name="引き受ける").click()
    expect(sv.get_by_role("button", name="検証済みにする")).to_be_visible()
    item = sv.url
    for path in ("", "/faq", "/merge", "/merge?into=1"):
        sv.goto(item + path)
        assert _violations(sv) == [], path


@pytest.mark.parametrize("width", [390, 1280])
def test_suggestions_and_what_narrows_a_search_are_no_barrier(as_person: Callable[..., Page], width: int) -> None:
    page = as_person("operator", viewport={"width": width, "height": 860})
    page.goto("/ja/console?q=返品&audience=staff")
    page.locator("#facets summary").click()
    assert _violations(page) == []
    box = page.get_by_role("combobox")
    box.fill("パスワ")
    box.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()
    box.press("ArrowDown")
    assert _violations(page) == []


def test_axe_finds_a_barrier_where_there_is_one(page: Page) -> None:
    page.goto("/ja/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<button></button>')")
    assert any(one.startswith("button-name") for one in _violations(page))
