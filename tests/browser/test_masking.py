"""Personal data is asked about by keyboard alone: on a screen of its own, and in a dialog over what a script sends."""

import sqlite3
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.serving import Served


def stored(served: Served, question: str) -> list[Any]:
    connection = sqlite3.connect(f"file:{served.home / 'var' / 'kb.db'}?mode=ro", uri=True)
    found = connection.execute(question).fetchall()
    connection.close()
    return found


def test_a_story_is_masked_by_the_keyboard_alone(as_person: Callable[..., Page], served: Served) -> None:
    page = as_person("operator", "/ja/stories/new")
    page.get_by_label("ひとことで言うと").fill("キーだけで伏せる話")
    page.get_by_label("お客様の言葉").fill("まだですか")
    page.locator("[name=done]").fill("宇佐美様に 090-0000-2468 へ折り返した")
    page.keyboard.press("Control+Enter")
    save = page.get_by_role("button", name="伏せて保存")
    expect(save).to_be_focused()
    expect(page.get_by_role("group", name="したこと", exact=True)).to_be_visible()
    # Backwards from the button come the choices, the last one first: the name stays, the number goes.
    page.keyboard.press("Shift+Tab")
    expect(page.locator("[name=personal_mask]").last).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    expect(page.locator("[name=personal_mask]").first).not_to_be_checked()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/stories/*")
    expect(page.get_by_role("main")).to_contain_text("宇佐美様に ［電話番号］ へ折り返した")
    assert stored(served, "SELECT count(*) FROM revisions WHERE body LIKE '%090-0000-2468%'") == [(0,)]


def test_what_a_script_sends_is_asked_about_in_a_dialog(as_person: Callable[..., Page], served: Served) -> None:
    page = as_person("operator", "/ja/call")
    page.get_by_role("link", name="見つからない").or_(page.get_by_role("button", name="見つからない")).first.click()
    question = page.get_by_label("SVに聞きたいこと")
    page.get_by_role("dialog").locator("[name=words]").fill("動かない")
    question.fill("宇佐美様には何と言えば。090-0000-1357 は奥様")
    page.get_by_role("dialog").locator("button[value=ask]").click()
    dialog = page.get_by_role("dialog", name="保存する前に、確かめてください")
    expect(dialog.get_by_role("button", name="伏せて保存")).to_be_focused()
    expect(dialog.get_by_role("checkbox")).to_have_count(2)
    # Going back leaves everything where it was; nothing is stored.
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(question).to_be_focused()
    expect(question).to_have_value("宇佐美様には何と言えば。090-0000-1357 は奥様")
    asked = "SELECT card FROM help_requests ORDER BY id DESC LIMIT 1"
    before = stored(served, asked)
    page.get_by_role("dialog").locator("button[value=ask]").click()
    dialog.get_by_role("checkbox").first.uncheck()
    dialog.get_by_role("button", name="伏せて保存").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    after = stored(served, asked)
    assert after != before
    assert "090-0000-1357" not in str(after)
