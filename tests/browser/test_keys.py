"""The staff search without a mouse: what each key does, and that no key acts on somebody who types."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

SEARCH = "/ja/console?q=返品"


@pytest.fixture
def desk(as_person: Callable[..., Page]) -> Page:
    page = as_person("operator", "")
    page.goto(SEARCH)
    expect(_box(page)).to_have_attribute("role", "combobox")
    return page


def _box(page: Page) -> Locator:
    return page.get_by_label("お客様の言葉で検索")


def _hit(page: Page, place: int) -> Locator:
    return page.locator("[data-hit]").nth(place)


def _expect_open(page: Page, place: int) -> None:
    expect(_hit(page, place)).to_have_attribute("aria-current", "true")
    expect(page.locator("[data-hit][aria-current]")).to_have_count(1)
    expect(page.locator("[data-view] h2").first).to_have_text(_hit(page, place).inner_text())


def test_arrows_and_numbers_open_a_page_beside_the_list(desk: Page) -> None:
    _expect_open(desk, 0)
    desk.keyboard.press("ArrowDown")
    _expect_open(desk, 1)
    desk.keyboard.press("4")
    _expect_open(desk, 3)
    desk.keyboard.press("ArrowUp")
    _expect_open(desk, 2)


def test_the_way_back_leads_through_what_was_chosen(desk: Page) -> None:
    desk.keyboard.press("2")
    _expect_open(desk, 1)
    desk.keyboard.press("3")
    _expect_open(desk, 2)
    desk.go_back()
    _expect_open(desk, 1)
    desk.go_back()
    _expect_open(desk, 0)
    desk.go_forward()
    _expect_open(desk, 1)
    desk.reload()
    _expect_open(desk, 1)


def test_a_slash_leads_to_the_box_and_escape_leads_back_to_it(desk: Page) -> None:
    desk.keyboard.press("/")
    expect(_box(desk)).to_be_focused()
    expect(_box(desk)).to_have_value("返品")
    _hit(desk, 1).click()
    _expect_open(desk, 1)
    expect(_box(desk)).not_to_be_focused()
    desk.keyboard.press("Escape")
    expect(_box(desk)).to_be_focused()


def test_letters_and_numbers_are_text_while_somebody_types(desk: Page) -> None:
    desk.keyboard.press("/")
    desk.keyboard.type("c3/")
    expect(_box(desk)).to_have_value("c3/")
    _expect_open(desk, 0)
    assert desk.locator("[data-toast]").count() == 0


def test_a_key_of_a_conversion_does_nothing(desk: Page) -> None:
    press = """facts => document.body.dispatchEvent(
        new KeyboardEvent("keydown", { key: "3", bubbles: true, cancelable: true, ...facts }))"""
    desk.evaluate(press, {"isComposing": True})
    desk.evaluate(press, {"keyCode": 229})
    _expect_open(desk, 0)
    desk.evaluate(press, {})
    _expect_open(desk, 2)


def test_control_n_moves_even_from_the_box(desk: Page) -> None:
    desk.keyboard.press("/")
    desk.keyboard.press("Control+n")
    _expect_open(desk, 1)
    desk.keyboard.press("Control+p")
    _expect_open(desk, 0)
    expect(_box(desk)).to_be_focused()


def test_c_copies_what_to_say(desk: Page) -> None:
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    said = desk.locator("[data-view] #say").inner_text().strip()
    desk.keyboard.press("c")
    expect(desk.get_by_text("コピーしました")).to_be_visible()
    assert desk.evaluate("navigator.clipboard.readText()") == said


def test_a_suggestion_opens_beside_the_list(desk: Page) -> None:
    desk.keyboard.press("/")
    desk.keyboard.type("電源")
    expect(desk).to_have_title(re.compile("^電源｜"))
    desk.keyboard.press("ArrowDown")
    pages = desk.get_by_role("group", name="記事").get_by_role("option")
    expect(pages.first).to_be_visible()
    title = pages.first.locator("span").first.inner_text()
    while pages.first.get_attribute("aria-selected") == "false":
        desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-view] h2").first).to_have_text(title)
    assert "/console" in desk.url


def test_escape_closes_a_menu_before_anything_else(desk: Page) -> None:
    menu = desk.locator("details[data-menu]").first
    menu.locator("summary").click()
    expect(menu).to_have_attribute("open", "")
    desk.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(_box(desk)).not_to_be_focused()
    menu.locator("summary").click()
    expect(menu).to_have_attribute("open", "")
    desk.locator("[data-view]").click(position={"x": 20, "y": 200})
    expect(menu).not_to_have_attribute("open", "")


def test_a_deed_that_is_hard_to_take_back_asks_first(as_person: Callable[..., Page]) -> None:
    page = as_person("admin", "/ja/admin/people")
    stop = page.get_by_role("button", name="止める").first
    stop.click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("サインインを止めますか")
    expect(question.get_by_role("button", name="やめる")).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    page.reload()
    expect(page.get_by_text("停止中")).to_have_count(0)


@pytest.fixture
def keys_of(as_person: Callable[..., Page]) -> Iterator[Callable[..., Page]]:
    """Open the search of an SV who has chosen keys; afterwards they are the usual ones again."""
    page = as_person("sv")

    def send(**fields: str) -> None:
        token = page.request.get("/ja/sign-in/token").json()["csrf_token"]
        assert page.request.post("/ja/shortcuts", form={**fields, "csrf_token": token}).ok

    def choose(**fields: str) -> Page:
        send(**fields)
        page.goto(SEARCH)
        expect(_box(page)).to_have_attribute("role", "combobox")
        page.locator("[data-view]").focus()
        return page

    yield choose
    send(action="usual")


def test_chosen_keys_do_the_deeds_and_the_usual_ones_no_more(keys_of: Callable[..., Page]) -> None:
    page = keys_of(action="save", search="z", next="j", previous="l", copy="y", why="", help="i", open="1")
    page.keyboard.press("/")
    expect(_box(page)).not_to_be_focused()
    page.keyboard.press("j")
    _expect_open(page, 1)
    page.keyboard.press("l")
    _expect_open(page, 0)
    page.keyboard.press("c")
    assert page.locator("[data-toast]").count() == 0
    page.keyboard.press("y")
    expect(page.locator("[data-toast]")).to_be_visible()
    page.keyboard.press("i")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("z")
    expect(_box(page)).to_be_focused()
    expect(page.locator(".search__box kbd")).to_have_text("z")


def test_with_all_keys_off_only_keys_that_write_nothing_act(keys_of: Callable[..., Page]) -> None:
    page = keys_of(action="off")
    for key in ("c", "w", "3", "?", "/"):
        page.keyboard.press(key)
    _expect_open(page, 0)
    expect(_box(page)).not_to_be_focused()
    assert page.locator("[data-toast], dialog[open]").count() == 0
    _hit(page, 0).focus()
    page.keyboard.press("ArrowDown")
    _expect_open(page, 1)
    page.keyboard.press("Escape")
    expect(_box(page)).to_be_focused()


def test_a_key_with_another_one_held_is_another_key(desk: Page) -> None:
    desk.locator("[data-view]").focus()
    for key in ("Control+3", "Alt+3", "Meta+3", "Shift+C", "Control+/"):
        desk.keyboard.press(key)
    _expect_open(desk, 0)
    expect(_box(desk)).not_to_be_focused()
    assert desk.locator("[data-toast]").count() == 0


def test_the_list_of_keys_names_those_of_this_screen_and_gives_the_focus_back(desk: Page) -> None:
    _hit(desk, 2).focus()
    desk.keyboard.press("?")
    keys = desk.get_by_role("dialog", name="この画面で使えるキー")
    expect(keys.get_by_text("ひとことをコピーする")).to_be_visible()
    expect(keys.get_by_text("体験を提出する")).to_be_hidden()
    desk.keyboard.press("3")
    _expect_open(desk, 0)
    desk.keyboard.press("Escape")
    expect(_hit(desk, 2)).to_be_focused()
    desk.goto("/ja/stories/new")
    desk.get_by_role("heading", level=1).click()
    desk.keyboard.press("?")
    expect(keys.get_by_text("体験を提出する")).to_be_visible()
    expect(keys.get_by_text("ひとことをコピーする")).to_be_hidden()


def test_a_field_for_one_key_takes_the_last_one_and_the_form_works_without_scripts(
    as_person: Callable[..., Page], keys_of: Callable[..., Page]
) -> None:
    page = keys_of(action="usual")
    page.goto("/ja/shortcuts")
    field = page.get_by_label("ひとことをコピーする")
    field.press("End")
    page.keyboard.type("xz")
    expect(field).to_have_value("z")
    plain = as_person("sv", "/ja/shortcuts", java_script_enabled=False)
    plain.get_by_label("なぜ出たかを見る").fill("y")
    plain.get_by_role("button", name="保存する").click()
    expect(plain.get_by_label("なぜ出たかを見る")).to_have_value("y")
    plain.get_by_role("button", name="すべて切る").click()
    expect(plain.get_by_text("1文字のキーはすべて切ってあります")).to_be_visible()
