"""One item at the desk by keyboard: quote a passage, call a colleague, return it; the author reads all of that."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

TITLE = "土曜の運動会に間に合わせたい、と言われた"
DONE = "在庫のある一つ下の機種なら金曜に着く、とご案内した。"


def write_story(operator: Page) -> str:
    """Submit a story; returns its number."""
    operator.goto("/ja/stories/new")
    operator.get_by_label("ひとことで言うと").fill(TITLE)
    operator.get_by_label("お客様の言葉").fill("いつ届くの。土曜に使いたいんだけど。")
    operator.get_by_role("textbox", name=re.compile("^したこと")).fill(DONE)
    operator.get_by_role("button", name=re.compile("提出する")).click()
    operator.wait_for_url(re.compile(r"/stories/\d+$"))
    return operator.url.rpartition("/")[2]


def test_an_sv_quotes_a_passage_and_returns_with_it_by_keyboard(as_person: Callable[..., Page]) -> None:
    operator = as_person("operator")
    story = write_story(operator)
    sv = as_person("sv", f"/ja/review/{story}")
    sv.keyboard.press("t")
    expect(sv.get_by_text("あなたが確認中です。")).to_be_visible()
    passage = sv.locator("dd", has_text=DONE)
    passage.get_by_role("button", name="ここについて").focus()
    sv.keyboard.press("Enter")
    words = sv.get_by_label("返事を書く")
    expect(words).to_be_focused()
    expect(sv.get_by_label("どこについて")).to_have_value(DONE)
    sv.keyboard.type("@林")
    expect(sv.get_by_role("option", name=re.compile("林 恵子"))).to_be_visible()
    sv.keyboard.press("Enter")
    expect(words).to_have_value("@林 恵子 ")
    sv.keyboard.type("ar 差額はどう説明しましたか")
    # A letter in a text is a letter: no decision has opened.
    expect(sv.get_by_label("戻す理由")).to_be_hidden()
    sv.keyboard.press("Tab")
    sv.keyboard.press("a")
    expect(sv.get_by_role("button", name="検証済みにする")).to_be_focused()
    sv.keyboard.press("r")
    expect(sv.get_by_label("戻す理由")).to_be_focused()
    sv.keyboard.type("差額の説明も書いてください。")
    sv.keyboard.press("Tab")
    with sv.expect_navigation():
        sv.keyboard.press("Enter")
    expect(sv.get_by_text("書いた人に戻しました")).to_be_visible()

    operator.goto(f"/ja/stories/{story}")
    expect(operator.locator("blockquote")).to_have_text(DONE)
    expect(operator.get_by_text("差額はどう説明しましたか")).to_be_visible()
    expect(operator.get_by_text("差額の説明も書いてください。").first).to_be_visible()


def test_what_is_selected_in_the_story_becomes_a_quote(as_person: Callable[..., Page]) -> None:
    operator = as_person("operator")
    story = write_story(operator)
    here = operator.get_by_role("button", name="ここについて")
    expect(here).to_be_hidden()
    operator.evaluate("""() => {
      const walker = document.createTreeWalker(document.querySelector("[data-passage]"), NodeFilter.SHOW_TEXT);
      let node = walker.nextNode();
      while (!node.data.includes("金曜に着く")) node = walker.nextNode();
      const at = node.data.indexOf("金曜に着く");
      getSelection().setBaseAndExtent(node, at, node, at + 5);
    }""")
    here.click()
    expect(operator.get_by_label("どこについて")).to_have_value("金曜に着く")
    operator.keyboard.type("ここが決め手でした")
    operator.get_by_role("button", name="送る").click()
    expect(operator.locator("blockquote")).to_have_text("金曜に着く")
    assert operator.url.endswith(story)
