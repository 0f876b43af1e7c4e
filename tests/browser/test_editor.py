"""Writing: nothing typed is lost, nothing is called saved that is not, and undo takes every tool back."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Locator, Page, Route, expect

from tests.browser.serving import Served, send

KEPT = re.compile(r"^保存済み \d{1,2}:\d{2}$")
NOT_KEPT = re.compile("まだ保存できていません")
PARAGRAPH = "この段落は、試しに書いたものです。"
DRAFTS = "**/drafts"


@pytest.fixture
def editor(as_person: Callable[..., Page], served: Served) -> Page:
    page = as_person("sv", "")
    body = "はじめの段落です。\n\n:::staff\n社内だけの段落です。\n:::"
    fields = {"kind": "faq", "audience": "public", "action": "save"}
    page.goto(f"{send(page, '/ja/pages/new', title='書く人のための記事', body=body, **fields).url}/edit")
    expect(page.locator("[data-preview] .body")).to_be_visible()
    return page


def _body(page: Page) -> Locator:
    return page.get_by_label("本文")


def _status(page: Page) -> Locator:
    return page.locator("[data-autosave-status]")


def _write(page: Page, words: str = PARAGRAPH) -> None:
    _body(page).press("Control+End")
    page.keyboard.type(f"\n\n{words}")


def _copies(page: Page) -> int:
    return int(page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('kb:draft:')).length"))


def test_a_text_is_called_saved_only_after_the_server_has_said_so(editor: Page) -> None:
    held: list[Route] = []
    editor.route(DRAFTS, lambda route: held.append(route))
    with editor.expect_request(DRAFTS) as asked:
        _write(editor)
    assert "csrf_token=" in str(asked.value.post_data) and "base=" in str(asked.value.post_data)
    expect(_status(editor)).to_have_text("保存しています…")
    assert _copies(editor) == 1
    held[0].continue_()
    expect(_status(editor)).to_have_text(KEPT)
    assert _copies(editor) == 0
    editor.unroute(DRAFTS)
    editor.reload()
    assert _body(editor).input_value().endswith(PARAGRAPH)


def test_what_the_server_does_not_have_is_offered_and_not_put_in_by_itself(editor: Page) -> None:
    editor.on("dialog", lambda dialog: dialog.accept())
    editor.route(DRAFTS, lambda route: route.abort())
    _write(editor)
    expect(_status(editor)).to_have_text(NOT_KEPT)
    editor.reload()
    expect(editor.get_by_text("この端末に残っていた文があります")).to_be_visible()
    assert PARAGRAPH not in _body(editor).input_value()
    # Typing on does not write over what is offered.
    _write(editor, "別の段落です。")
    editor.unroute(DRAFTS)
    editor.get_by_role("button", name="この文に戻す", exact=True).click()
    assert _body(editor).input_value().endswith(PARAGRAPH)
    expect(_status(editor)).to_have_text(KEPT)


def test_what_is_thrown_away_is_not_offered_again(editor: Page) -> None:
    editor.on("dialog", lambda dialog: dialog.accept())
    editor.route(DRAFTS, lambda route: route.abort())
    _write(editor)
    expect(_status(editor)).to_have_text(NOT_KEPT)
    editor.reload()
    editor.get_by_role("button", name="捨てる").click()
    editor.reload()
    expect(editor.locator("[data-preview] .body")).to_be_visible()
    expect(editor.get_by_text("この端末に残っていた文があります")).to_have_count(0)


def test_leaving_is_warned_about_only_while_something_is_unsaved(editor: Page) -> None:
    warned: list[str] = []

    def note(dialog: Dialog) -> None:
        warned.append(dialog.type)
        dialog.accept()

    editor.on("dialog", note)
    _write(editor)
    expect(_status(editor)).to_have_text(KEPT)
    editor.reload()
    assert warned == []
    editor.route(DRAFTS, lambda route: route.abort())
    _write(editor, "まだどこにもない段落です。")
    expect(_status(editor)).to_have_text(NOT_KEPT)
    editor.reload()
    assert warned == ["beforeunload"]


def test_a_form_is_not_sent_into_a_dead_line(editor: Page) -> None:
    editor.route(DRAFTS, lambda route: route.abort())
    _write(editor)
    editor.keyboard.press("Control+s")
    expect(editor.get_by_text("サーバーにつながりません")).to_be_visible()
    assert editor.url.endswith("/edit")
    editor.unroute(DRAFTS)
    editor.keyboard.press("Control+s")
    editor.wait_for_url(re.compile(r"/pages/\d+$"))
    expect(editor.get_by_text(PARAGRAPH)).to_be_visible()


def _sign_in(page: Page, served: Served) -> None:
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_label("ID")).to_have_value("sv")
    expect(dialog.get_by_label("パスワード")).to_be_focused()
    page.keyboard.type(served.passwords["sv"])
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()


def test_somebody_whose_session_has_ended_signs_in_here_and_goes_on_writing(editor: Page, served: Served) -> None:
    editor.context.clear_cookies()
    _write(editor)
    _sign_in(editor, served)
    expect(_status(editor)).to_have_text(KEPT)
    expect(_body(editor)).to_be_focused()
    assert _body(editor).input_value().endswith(PARAGRAPH)


def test_a_form_that_is_sent_after_the_session_has_ended_arrives_after_signing_in(editor: Page, served: Served) -> None:
    _write(editor)
    expect(_status(editor)).to_have_text(KEPT)
    editor.context.clear_cookies()
    editor.get_by_role("button", name=re.compile("として公開")).click()
    _sign_in(editor, served)
    editor.wait_for_url(re.compile(r"/pages/\d+$"))
    expect(editor.get_by_text(PARAGRAPH)).to_be_visible()
    assert _copies(editor) == 0


def test_a_wrong_password_is_told_in_the_servers_words_and_later_means_later(editor: Page) -> None:
    editor.context.clear_cookies()
    _write(editor)
    dialog = editor.get_by_role("dialog")
    expect(dialog).to_be_visible()
    editor.keyboard.type("まちがい")
    editor.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("IDかパスワードが違います")
    dialog.get_by_role("button", name="あとで").click()
    expect(dialog).to_be_hidden()
    expect(_status(editor)).to_contain_text(NOT_KEPT)
    with editor.expect_response(DRAFTS):
        _write(editor)
    expect(dialog).to_be_hidden()
    _status(editor).get_by_role("button").click()
    expect(dialog).to_be_visible()


def test_undo_takes_back_what_a_tool_wrote(editor: Page) -> None:
    before = _body(editor).input_value()
    for tool in ("太字", "見出し", "箇条書き", "手順", "引用", "記事へのリンク", "質問", "権限", "目的"):
        _body(editor).evaluate("field => { field.focus(); field.setSelectionRange(0, 3); }")
        editor.get_by_role("toolbar").get_by_role("button", name=tool).click()
        expect(_body(editor)).not_to_have_value(before)
        expect(_body(editor)).to_be_focused()
        editor.keyboard.press("Control+z")
        expect(_body(editor)).to_have_value(before)


def test_a_tool_that_is_pressed_twice_leaves_the_text_as_it_was(editor: Page) -> None:
    before = _body(editor).input_value()
    for tool in ("太字", "見出し", "箇条書き", "手順"):
        _body(editor).evaluate("field => { field.focus(); field.setSelectionRange(0, 3); }")
        editor.get_by_role("toolbar").get_by_role("button", name=tool).dblclick()
        expect(_body(editor)).to_have_value(before)


def test_a_block_is_never_put_inside_another(editor: Page) -> None:
    _body(editor).evaluate("field => { const at = field.value.indexOf('社内だけ'); field.setSelectionRange(at, at); }")
    editor.get_by_role("toolbar").get_by_role("button", name="質問").click()
    editor.keyboard.type("いつまでに要りますか")
    assert _body(editor).input_value().endswith("\n:::\n\n:::ask\n- いつまでに要りますか\n:::")
    expect(editor.locator("[data-preview] .blk--ask")).to_contain_text("いつまでに要りますか")


def test_tab_leaves_the_text(editor: Page) -> None:
    before = _body(editor).input_value()
    _body(editor).focus()
    editor.keyboard.press("Tab")
    expect(_body(editor)).not_to_be_focused()
    expect(_body(editor)).to_have_value(before)


def test_the_preview_shows_what_the_chosen_audience_would_read(editor: Page) -> None:
    preview = editor.locator("[data-preview]")
    expect(preview).to_contain_text("社内だけの段落です")
    editor.get_by_role("button", name="お客様", exact=True).click()
    expect(preview).not_to_contain_text("社内だけの段落です")
    expect(preview).to_contain_text("はじめの段落です")
    assert editor.url.endswith("/edit")
    _write(editor)
    expect(preview).to_contain_text(PARAGRAPH)
