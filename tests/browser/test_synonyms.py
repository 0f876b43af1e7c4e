"""The synonyms' desk in a real browser: a line that is read while it is typed, deeds in place, keys, and a phone."""

import re
from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.barriers import by_axe

DESK = "/ja/synonyms"
_numbers = count(1)


@pytest.fixture
def desk(as_person: Callable[..., Page]) -> Page:
    page = as_person("sv", DESK)
    _wait_for_scripts(page)
    return page


def _line(page: Page) -> Locator:
    return page.get_by_role("region", name="組を加える").get_by_label("同じ意味の言葉")


def _row(page: Page, start: str) -> Locator:
    return page.locator("#list .entry").filter(has_text=re.compile(rf"^\s*{start}"))


def _add(page: Page) -> str:
    """Add an entry that nobody else has, with the keyboard alone; returns its first word."""
    word = f"試し言葉{next(_numbers)}"
    _line(page).fill(f"{word}＝別の{word}")
    _line(page).press("Enter")
    expect(page.locator("[data-toast]", has_text=f"「{word}＝別の{word}」を加えました")).to_be_visible()
    _wait_for_scripts(page)
    return word


def _wait_for_scripts(page: Page) -> None:
    """A key pressed before the scripts run goes the plain way, which has a test of its own."""
    expect(page.locator("html.js")).to_have_count(1)


def test_a_line_is_read_while_it_is_typed(desk: Page) -> None:
    told = desk.locator("[data-reading]").first
    _line(desk).press_sequentially("アルファ機→ベータ機、ガンマ機")
    expect(told.locator(".words").first).to_have_text(re.compile(r"アルファ機\s*→\s*ベータ機\s*＝\s*ガンマ機"))
    expect(told).to_contain_text("逆は見つけません")
    _line(desk).fill("アルファ機＝引っ越し＝引越し")
    expect(told.locator(".notice")).to_contain_text("もともと同じ言葉として探しています")
    expect(desk.locator("[data-announce]")).to_contain_text("もともと同じ言葉として探しています")
    _line(desk).fill("アルファ機")
    expect(told).to_contain_text("言葉を二つ以上")
    _line(desk).fill("")
    expect(told).to_have_text("")


def test_nothing_is_asked_in_the_middle_of_a_conversion(desk: Page) -> None:
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url) if "preview" in request.url else None)
    _line(desk).focus()
    desk.evaluate("""() => {
        const field = document.activeElement;
        field.value = "アルファ機＝ベータ";
        field.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: true }));
    }""")
    desk.wait_for_timeout(600)
    assert asked == []
    desk.evaluate(
        "() => document.activeElement.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }))"
    )
    expect(desk.locator("[data-reading]").first).to_contain_text("ベータ")


def test_one_entry_after_the_other_by_keys_alone(desk: Page) -> None:
    first = _add(desk)
    expect(_line(desk)).to_be_focused()
    second = _add(desk)
    expect(desk.locator("#list .entry").nth(0)).to_contain_text(second)
    expect(desk.locator("#list .entry").nth(1)).to_contain_text(first)


def test_a_doubt_that_was_read_needs_no_second_press(desk: Page) -> None:
    word = _add(desk)
    _line(desk).fill(f"{word}＝三つめの{word}")
    button = desk.locator("[data-reading] button", has_text="この組にまとめる")
    expect(button).to_be_visible()
    button.click()
    expect(desk.locator("[data-toast]", has_text="一つの組")).to_be_visible()
    expect(_row(desk, word)).to_have_count(1)
    expect(_row(desk, word)).to_contain_text(f"三つめの{word}")


def test_trying_shows_both_searches_and_keeps_step_with_the_line(desk: Page) -> None:
    _line(desk).fill("再配達＝もういちど配る")
    desk.get_by_role("button", name="試す", exact=True).first.click()
    trial = desk.get_by_role("region", name="試した結果")
    expect(trial.get_by_role("heading", name="この組がないとき")).to_be_visible()
    expect(trial.get_by_role("link").first).to_be_visible()
    field = trial.get_by_label("試す言葉")
    field.fill("領収書")
    field.press("Enter")
    expect(trial).to_contain_text("領収書")
    expect(field).to_be_focused()
    _line(desk).fill("領収書→控えの紙")
    expect(desk.locator("[data-reading] .words").first).to_contain_text("控えの紙")
    expect(trial).to_be_visible()
    expect(desk.locator("#list")).not_to_contain_text("控えの紙")


def test_the_filter_answers_while_it_is_typed_and_the_address_keeps_it(desk: Page) -> None:
    word = _add(desk)
    desk.locator("h1").click()
    desk.keyboard.press("/")
    expect(desk.get_by_label("言葉で絞り込む")).to_be_focused()
    desk.keyboard.type(word)
    expect(desk.locator("#list .entry")).to_have_count(1)
    expect(desk.locator("[data-count]")).to_have_text("1組")
    expect(desk.get_by_label("言葉で絞り込む")).to_be_focused()
    desk.reload()
    expect(desk.locator("#list .entry")).to_have_count(1)
    desk.get_by_label("言葉で絞り込む").fill("うなぎの蒲焼き")
    expect(desk.locator("#list")).to_contain_text("を含む組はありません")


def test_an_entry_is_changed_in_its_place_and_giving_up_changes_nothing(desk: Page) -> None:
    word = _add(desk)
    row = _row(desk, word)
    row.get_by_role("link", name=re.compile("直す")).press("Enter")
    field = desk.locator(".entry--open").get_by_label("同じ意味の言葉")
    expect(field).to_be_focused()
    expect(field).to_have_value(f"{word}＝別の{word}")
    desk.locator(".entry--open").get_by_role("link", name="やめる").click()
    expect(row.get_by_role("link", name=re.compile("直す"))).to_be_focused()
    row.get_by_role("link", name=re.compile("直す")).click()
    field.fill(f"{word}→べつの{word}")
    field.press("Enter")
    expect(_row(desk, word)).to_contain_text("→")
    expect(_row(desk, word).get_by_role("link", name=re.compile("直す"))).to_be_focused()


def test_a_removed_entry_goes_at_once_and_comes_back_by_the_toast(desk: Page) -> None:
    word = _add(desk)
    place = desk.evaluate("() => document.querySelector('[data-synonyms]').dataset.stays = 'yes'")
    _row(desk, word).get_by_role("button", name=re.compile("消す")).press("Enter")
    expect(_row(desk, word)).to_have_count(0)
    toast = desk.locator("[data-toast]", has_text=f"「{word}＝別の{word}」を消しました")
    expect(toast).to_be_visible()
    expect(desk.locator("#list .entry").first.get_by_role("link")).to_be_focused()
    toast.get_by_role("button", name="元に戻す").press("Enter")
    expect(_row(desk, word)).to_have_count(1)
    expect(toast).to_have_count(0)
    # All of it happened in place: the screen was never loaded anew.
    assert desk.evaluate("() => document.querySelector('[data-synonyms]').dataset.stays") == place


def test_what_somebody_else_changed_meanwhile_is_told(desk: Page, as_person: Callable[..., Page]) -> None:
    word = _add(desk)
    other = as_person("admin", DESK)
    _wait_for_scripts(other)
    row = _row(other, word)
    row.get_by_role("link", name=re.compile("直す")).click()
    field = other.locator(".entry--open").get_by_label("同じ意味の言葉")
    field.fill(f"{word}＝別の{word}＝管理者の{word}")
    field.press("Enter")
    expect(_row(other, word)).to_contain_text("管理者の")
    _row(desk, word).get_by_role("button", name=re.compile("消す")).click()
    expect(desk.locator("[data-toast]", has_text="ほかの人がこの組を変えました")).to_be_visible()
    expect(_row(desk, word)).to_have_count(1)


def test_without_scripts_everything_is_a_plain_form(as_person: Callable[..., Page]) -> None:
    page = as_person("sv", DESK, java_script_enabled=False)
    word = f"試し言葉{next(_numbers)}"
    _line(page).fill(f"{word}＝別の{word}")
    page.get_by_role("button", name="加える", exact=True).click()
    expect(_row(page, word)).to_be_visible()
    _row(page, word).get_by_role("link", name=re.compile("直す")).click()
    field = page.locator(".entry--open").get_by_label("同じ意味の言葉")
    field.fill(f"{word}→別の{word}")
    page.get_by_role("button", name="保存").click()
    expect(_row(page, word)).to_contain_text("→")
    page.get_by_label("言葉で絞り込む").fill(word)
    page.get_by_role("button", name="しぼり込む").click()
    expect(page.locator("#list .entry")).to_have_count(1)
    _row(page, word).get_by_role("button", name=re.compile("消す")).click()
    page.get_by_role("button", name="元に戻す").last.click()
    expect(_row(page, word)).to_be_visible()


@pytest.mark.long
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone_nothing_is_cut_off_and_nothing_bars_the_way(as_person: Callable[..., Page], theme: str) -> None:
    page = as_person("sv", DESK, viewport={"width": 390, "height": 844}, has_touch=True, color_scheme=theme)
    _wait_for_scripts(page)
    _line(page).fill("再配達＝もういちど配る＝引っ越し＝引越し")
    page.get_by_role("button", name="試す", exact=True).first.click()
    expect(page.get_by_role("region", name="試した結果")).to_be_visible()
    page.locator("#list .entry").first.get_by_role("link", name=re.compile("直す")).click()
    expect(page.locator(".entry--open")).to_be_visible()
    page.locator("#list .entry").last.get_by_role("button", name=re.compile("消す")).click()
    toast = page.locator("[data-toast]", has_text="を消しました")
    expect(toast).to_be_visible()
    toast.get_by_role("button", name="元に戻す").click()
    expect(toast).to_have_count(0)
    expect(page.locator("[data-toast]", has_text="を元に戻しました")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    assert by_axe(page) == []
    for address in (f"{DESK}?removed=1", f"{DESK}?q=zzzz", "/en/synonyms"):
        page.goto(address)
        assert page.evaluate("() => document.documentElement.scrollWidth") == 390, address
        assert by_axe(page) == [], address
