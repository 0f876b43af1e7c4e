"""Whole ways by keyboard alone: the focus is always to be seen, and never lost when a part of the screen changes."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.desk import page_on_to
from tests.browser.serving import Served

TITLE = "キーボードだけで書いた体験"

# The ring may be drawn round what holds the focused element: the search box, a chip, the whole row of a hit.
FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body || one === document.documentElement) return "the focus is lost";
  const isDrawn = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 &&
    !/rgba\\(.*, 0\\)|transparent/.test(style.outlineColor);
  const holders = [one, one.closest("label"), one.closest(".search__box"), one.closest(".input")].filter(Boolean);
  const styles = [...holders.map((each) => getComputedStyle(each)), getComputedStyle(one, "::after")];
  const box = one.getBoundingClientRect();
  const name = one.outerHTML.slice(0, 120);
  if (!styles.some(isDrawn)) return `no ring round ${name}`;
  const isSeen = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  return isSeen ? "" : `out of sight: ${name}`;
}"""


def look(page: Page) -> None:
    """Whoever uses the keyboard sees where they are."""
    assert page.evaluate(FOCUS) == ""


def tab_to(page: Page, place: Locator, key: str = "Tab", most: int = 80) -> None:
    """Go on with the tabulator until there, seeing every stop on the way."""
    for _ in range(most):
        page.keyboard.press(key)
        look(page)
        if place.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"{place} was not reached with {most} steps")


def leave(page: Page, key: str = "Enter") -> None:
    """Press what leads to another screen, and wait for it."""
    with page.expect_navigation():
        page.keyboard.press(key)


def sign_in(page: Page, served: Served, name: str, path: str) -> None:
    page.goto(f"/ja/sign-in?next={path}")
    tab_to(page, page.get_by_label("ID"))
    page.keyboard.type(name)
    tab_to(page, page.get_by_label("パスワード"))
    page.keyboard.type(served.passwords[name])
    leave(page)
    page.wait_for_url(re.compile(f"^[^?]*{path}"))


def test_a_customer_finds_reads_votes_and_asks(page: Page) -> None:
    page.goto("/ja/")
    page.keyboard.press("Tab")
    look(page)
    expect(page.get_by_role("link", name="本文へ移動")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("combobox"))
    page.keyboard.type("返品したい")
    leave(page)
    page.wait_for_url(re.compile("/ja/search"))
    tab_to(page, page.locator(".results a").first)
    leave(page)
    page.wait_for_url(re.compile(r"/ja/faq/\d+"))
    tab_to(page, page.get_by_role("button", name="いいえ"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio").first).to_be_visible()
    look(page)
    tab_to(page, page.get_by_role("radio").first)
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("main").get_by_role("button", name="送る"))
    page.keyboard.press("Enter")
    expect(page.locator("[data-vote-done]")).to_be_visible()
    look(page)
    tab_to(page, page.get_by_role("link", name=re.compile("お問い合わせへ")))
    leave(page)
    page.wait_for_url(re.compile("/ja/inquiry"))
    tab_to(page, page.get_by_role("main").get_by_role("textbox").first)


@pytest.mark.long
def test_an_operator_searches_looks_and_submits_and_an_sv_decides(
    new_context: Callable[..., object], served: Served
) -> None:
    operator: Page = new_context().new_page()  # type: ignore[attr-defined]
    sign_in(operator, served, "operator", "/ja/console")
    _searches(operator)
    _writes(operator)
    sv: Page = new_context().new_page()  # type: ignore[attr-defined]
    sign_in(sv, served, "sv", "/ja/review")
    tab_to(sv, page_on_to(sv, TITLE), most=160)
    leave(sv)
    take = sv.get_by_role("button", name="引き受ける")
    tab_to(sv, take)
    leave(sv)
    sv.keyboard.press("r")
    expect(sv.get_by_label("戻す理由")).to_be_focused()
    sv.keyboard.press("Escape")
    look(sv)
    expect(sv.get_by_label("戻す理由")).to_be_hidden()
    sv.keyboard.press("a")
    expect(sv.get_by_role("button", name="検証済みにする")).to_be_focused()
    sv.keyboard.press("Tab")
    tab_to(sv, sv.get_by_role("button", name="検証済みにする"), "Shift+Tab")
    leave(sv)
    expect(sv.locator("[data-toast]")).to_contain_text("公開しました")
    close = sv.locator("[data-dismiss]")
    tab_to(sv, close, most=120)
    sv.keyboard.press("Enter")
    expect(close).to_have_count(0)
    look(sv)


def _searches(page: Page) -> None:
    box = page.get_by_label("お客様の言葉で検索")
    expect(box).to_be_focused()
    look(page)
    page.keyboard.type("返品")
    expect(page.locator("#found mark").first).to_be_visible()
    look(page)
    page.keyboard.press("Enter")
    expect(page.locator("[data-hit]").first).to_be_focused()
    look(page)
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-hit]").nth(1)).to_be_focused()
    look(page)
    expect(page.locator("[data-view]")).not_to_have_attribute("aria-busy", "true")
    tab_to(page, page.locator("[data-view]").get_by_role("link", name="記事を開く"))
    page.keyboard.press("Escape")
    expect(box).to_be_focused()


def _writes(page: Page) -> None:
    tab_to(page, page.locator("[data-view]").get_by_role("link", name="体験を書く"))
    leave(page)
    page.wait_for_url(re.compile("/stories/new"))
    for label, words in (
        (re.compile("^ひとことで言うと"), TITLE),
        (re.compile("^お客様の言葉"), "マウスが壊れたんだけど。"),
        (re.compile("^したこと"), "キーだけで使う方法をご案内した。"),
    ):
        field = page.get_by_role("textbox", name=label)
        if not field.evaluate("one => one === document.activeElement"):
            tab_to(page, field)
        page.keyboard.press("Control+A")
        page.keyboard.type(words)
        look(page)
    leave(page, "Control+Enter")
    page.wait_for_url(re.compile(r"/stories/\d+$"))


@pytest.mark.parametrize("path", ["/ja/pages", "/ja/admin/people", "/ja/synonyms", "/ja/shortcuts"])
def test_every_stop_of_a_staff_screen_shows_where_one_is(as_person: Callable[..., Page], path: str) -> None:
    page = as_person("admin", path)
    page.locator("#main").focus()
    for _ in range(8):
        page.keyboard.press("Tab")
        look(page)


def test_a_dialog_keeps_the_focus_inside_and_gives_it_back(as_person: Callable[..., Page]) -> None:
    page = as_person("admin", "/ja/admin/people")
    stop = page.get_by_role("button", name="止める").first
    stop.focus()
    page.keyboard.press("Enter")
    question = page.get_by_role("dialog")
    expect(question).to_be_visible()
    look(page)
    for _ in range(5):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement.closest('dialog') !== null || !document.hasFocus() || "
            "document.activeElement === document.body"
        )
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(stop).to_be_focused()
    look(page)


def test_a_lost_focus_and_a_missing_ring_are_noticed(page: Page) -> None:
    page.goto("/ja/")
    page.evaluate("document.activeElement.blur()")
    assert page.evaluate(FOCUS) == "the focus is lost"
    page.evaluate("""() => {
      const bare = Object.assign(document.createElement("button"), { textContent: "x" });
      document.body.prepend(bare);
      bare.style.outline = "none";
      bare.focus();
    }""")
    assert str(page.evaluate(FOCUS)).startswith("no ring round")
