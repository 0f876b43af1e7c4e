"""What only a browser shows: components as they are drawn, the theme, lines of Japanese, paper, hostile texts."""

import json
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from kb.store.base import Session
from tests import make
from tests.browser import picturing
from tests.browser.barriers import sideways
from tests.browser.hostile import SENTENCES, Hostile, furnish, listening
from tests.browser.serving import Served

# Characters of each line that a paragraph fills; the last one, which it does not fill, is left out.
LINES = """(paragraph) => {
  const node = paragraph.firstChild, found = new Map();
  for (let at = 0; at < node.length; at++) {
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    const top = Math.round(range.getBoundingClientRect().top / 8);
    found.set(top, (found.get(top) ?? 0) + 1);
  }
  return [...found.values()].slice(0, -1);
}"""


def apart(page: Page, view: str) -> list[str]:
    """The sections that do not look as they did."""
    found = []
    for name, picture in picturing.pictures(page):
        with Image.open(picturing.FOLDER / f"{name}-{view}.webp") as before:
            if picturing.differs(before.convert("RGB"), picture) > picturing.ALLOWED:
                found.append(name)
    return found


@pytest.fixture
def same_machine(chromium: Browser) -> None:
    made, here = json.loads(picturing.MADE_WITH.read_text("utf-8")), picturing.machine(chromium)
    if made != here:
        pytest.skip(
            f"OTHER FONTS OR BROWSER: pictures were made with {made}, here are {here}; `make looks` renews them."
        )


@pytest.mark.parametrize("view", picturing.VIEWS)
@pytest.mark.usefixtures("same_machine")
def test_every_component_looks_as_it_did(chromium: Browser, served: Served, view: str) -> None:
    page = picturing.open_guide(chromium, served, view)
    kept = {path.stem for path in picturing.FOLDER.glob(f"*-{view}.webp")}
    assert kept == {f"{section.get_attribute('id')}-{view}" for section in page.locator(".guide").all()}
    assert apart(page, view) == []
    # Controls on the same page: another colour, and four pixels of padding.
    add = "rule => { const sheet = [...document.styleSheets].at(-1); sheet.insertRule(rule, sheet.cssRules.length); }"
    page.evaluate(add, ".badge--ok { background: var(--care-tint); }")
    assert apart(page, view) == ["chip", "list"]
    page.evaluate(add, ".btn { padding-inline: 1.25rem; }")
    assert "button" in apart(page, view)
    page.context.close()


def test_the_kept_pictures_stay_small() -> None:
    assert sum(path.stat().st_size for path in picturing.FOLDER.iterdir()) < 400_000


def test_a_reader_chooses_the_theme_by_keyboard_and_the_next_page_comes_in_it(page: Page) -> None:
    page.goto("/ja/")
    group = page.get_by_role("group", name="画面の明るさ")
    expect(group.get_by_role("button", name="端末に合わせる")).to_have_attribute("aria-pressed", "true")
    group.get_by_role("button", name="暗い").focus()
    page.keyboard.press("Enter")
    expect(group.get_by_role("button", name="暗い")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 23, 24)"
    (cookie,) = [one for one in page.context.cookies() if one["name"] == "kb_theme"]
    assert (cookie["value"], cookie["sameSite"], cookie["path"]) == ("dark", "Lax", "/")
    assert cookie["expires"] > 0
    # The answer itself is dark: no script has to come first.
    assert 'data-theme="dark"' in page.request.get("/en/").text()
    page.goto("/en/")
    chosen = page.get_by_role("group", name="Theme").get_by_role("button", name="Dark")
    expect(chosen).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="System").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")
    assert not [one for one in page.context.cookies() if one["name"] == "kb_theme"]


def test_staff_choose_the_theme_in_their_menu(as_person: Callable[..., Page]) -> None:
    page = as_person("operator")
    page.locator(".bar [data-menu] summary").click()
    page.get_by_role("group", name="画面の明るさ").get_by_role("button", name="暗い").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator(".bar [data-menu]")).to_have_attribute("open", "")


def test_without_scripts_there_is_no_choice_that_would_do_nothing(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/ja/")
    expect(page.get_by_role("group", name="画面の明るさ")).to_be_hidden()
    expect(page.locator("[data-theme-choice]").first).to_be_hidden()


@pytest.fixture
def hostile(app: Flask, db: Session, chromium: Browser) -> Iterator[Hostile]:
    make.make_user(db, name="reader")
    ids = furnish(db)
    with listening(app) as address:
        yield Hostile(address, **ids)


@pytest.fixture
def visitor(chromium: Browser, hostile: Hostile) -> Iterator[Page]:
    context = chromium.new_context(base_url=hostile.address, locale="ja-JP", viewport={"width": 1280, "height": 860})
    yield context.new_page()
    context.close()


def _enter(page: Page, name: str) -> None:
    page.goto("/ja/sign-in?next=/ja/pages")
    page.locator("main [name=name]").fill(name)
    page.locator("main [name=password]").fill(make.PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/ja/pages")


@pytest.mark.long
def test_no_text_however_hostile_makes_a_screen_scroll_sideways(visitor: Page, hostile: Hostile) -> None:
    page, faults = visitor, []
    public = ["/", "/search?q=予定日", "/category/full", "/category/full?page=250", "/category/empty", "/category/wide"]
    public += [f"/faq/{number}" for number in (hostile.page, hostile.endless, hostile.kanji)]
    staff = ["/console", "/pages", "/stories", "/review", f"/review/{hostile.story}", f"/review/{hostile.story}/faq"]
    staff += ["/console?q=予定日", f"/review/{hostile.story}/merge?into={hostile.page}"]
    for number in (hostile.page, hostile.endless):
        staff += [f"/console?open={number}", f"/pages/{number}", f"/pages/{number}/history", f"/pages/{number}/links"]
        staff += [f"/pages/{number}/edit", f"/console/why?q=予定日&page={number}"]
    for paths in (public, staff):
        if paths is staff:
            _enter(page, "endless")
        for path in paths:
            answer = page.goto(f"/ja{path}")
            assert answer is not None and answer.status == 200, path
            for width in (320, 390, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                faults += [f"{path} at {width}: {fault}" for fault in sideways(page)]
    assert faults == []
    # Control: something that is wider than the screen.
    page.locator("main > *").first.evaluate("one => { one.style.width = '1400px'; }")
    assert sideways(page)


def test_a_full_line_of_prose_has_38_to_42_characters(page: Page) -> None:
    page.goto("/ja/faq/26")
    prose, lines = page.locator(".prose").first, page.locator(".prose > p").nth(1)
    lines.evaluate("(one, text) => { one.textContent = text; }", SENTENCES)
    found = lines.evaluate(LINES)
    assert len(found) >= 4
    assert {38, 39, 40, 41, 42} >= set(found)
    sizes = "one => parseFloat(getComputedStyle(one).lineHeight) / parseFloat(getComputedStyle(one).fontSize)"
    assert lines.evaluate(sizes) == pytest.approx(1.8, abs=0.01)
    # Control: without the measure, lines run on.
    prose.evaluate("one => { one.style.maxWidth = 'none'; one.style.width = '60em'; }")
    assert max(lines.evaluate(LINES)) > 42


def test_paper_is_light_and_holds_the_text_alone(page: Page, served: Served) -> None:
    page.context.add_cookies([{"name": "kb_theme", "value": "dark", "url": served.address}])
    page.goto("/ja/faq/26")
    colours = "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('h1')).color]"
    assert page.evaluate(colours) == ["rgb(18, 23, 24)", "rgb(230, 235, 234)"]
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(colours) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
    seen = ".top nav, .search, .btn, .chip, .foot nav, .theme, .vote, .crumbs, .toc"
    assert [one.evaluate("one => one.outerHTML") for one in page.locator(seen).all() if one.is_visible()] == []
    expect(page.locator("h1")).to_be_visible()


def test_a_list_is_narrowed_in_place_and_the_way_back_is_kept(as_person: Callable[..., Page]) -> None:
    page = as_person("sv", "/ja/pages")
    page.wait_for_function("window.htmx")
    page.evaluate("window.isSame = true")
    every = page.locator("#list-count").inner_text()
    page.get_by_label("種類").select_option("script")
    expect(page.locator("#list-count")).not_to_have_text(every)
    assert set(page.locator("#list tbody tr td:nth-child(2)").all_inner_texts()) == {"トーク"}
    assert page.evaluate("window.isSame") and "kind=script" in page.url
    expect(page.locator("[data-announce]")).to_have_text(page.locator("#list-count").inner_text())
    # Nothing of a staff screen stays in the browser's store.
    assert "トーク" not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    page.get_by_label("題名").fill("zzzzqqq")
    page.keyboard.press("Enter")
    expect(page.locator("#list .empty")).to_be_visible()
    page.go_back()
    expect(page.locator("#list tbody tr").first).to_be_visible()
    # Signed out meanwhile: the whole page is the door, and not a list with nothing in it.
    page.wait_for_function("window.htmx")
    page.context.clear_cookies()
    page.get_by_label("確度").select_option("validated")
    page.wait_for_url("**/ja/sign-in?**")
    expect(page.get_by_role("main").get_by_label("パスワード")).to_be_visible()
