"""The whole way: nothing found, a story, returned, sent again, made a FAQ, read by a customer, told by the history."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.desk import page_on_to

WORDS = "ドローン 操縦 免許"
TITLE = "ドローンの操縦に免許がいるか、と聞かれた"
FAQ = "ドローンの操縦に免許は必要ですか"


def test_what_one_operator_lived_through_becomes_what_every_customer_can_read(
    page: Page, as_person: Callable[..., Page]
) -> None:
    operator = as_person("operator")
    _finds_nothing_and_writes(operator)
    sv = as_person("sv", "/ja/review")
    _returns(sv)
    _sends_again(operator)
    _makes_a_faq(sv)
    _finds_and_reads(page)
    _sees_what_became_of_it(operator)


def _finds_nothing_and_writes(operator: Page) -> None:
    operator.get_by_label("お客様の言葉で検索").fill(WORDS)
    operator.get_by_label("お客様の言葉で検索").press("Enter")
    expect(operator.get_by_text(f"「{WORDS}」は見つかりません")).to_be_visible()

    operator.get_by_role("link", name="この言葉で体験を書く").click()
    expect(operator.get_by_label("お客様の言葉")).to_have_value(WORDS)
    operator.get_by_label("ひとことで言うと").fill(TITLE)
    operator.get_by_label("お客様の言葉").fill("ドローンって免許いるの？")
    operator.get_by_role("textbox", name=re.compile("^したこと")).fill(
        "重さを伺い、100グラム以上なら登録が要ることをお伝えした。"
    )
    operator.get_by_role("button", name=re.compile("提出する")).click()
    expect(operator.get_by_text("提出しました")).to_be_visible()


def _returns(sv: Page) -> None:
    page_on_to(sv, TITLE).click()
    sv.get_by_role("button", name="引き受ける").click()
    sv.locator(".decide summary", has_text="戻す").click()
    sv.get_by_label("戻す理由").fill("結果がどうなったかも書いてください。")
    sv.get_by_role("button", name="書いた人に戻す").click()
    expect(sv.get_by_text("書いた人に戻しました")).to_be_visible()


def _sends_again(operator: Page) -> None:
    operator.goto("/ja/stories")
    operator.get_by_role("link", name=TITLE).click()
    expect(operator.get_by_text("結果がどうなったかも書いてください。").first).to_be_visible()
    operator.get_by_role("link", name="直して、もう一度出す").click()
    operator.get_by_label("結果").fill("「登録してから飛ばします」と安心されていた。")
    operator.get_by_role("button", name=re.compile("提出する")).click()
    expect(operator.get_by_text("提出しました")).to_be_visible()


def _makes_a_faq(sv: Page) -> None:
    page_on_to(sv, TITLE).click()
    expect(sv.get_by_text("2回目の提出")).to_be_visible()
    sv.get_by_role("button", name="引き受ける").click()
    sv.get_by_role("button", name="FAQにする").click()
    expect(sv.get_by_text("ドローンって免許いるの").first).to_be_visible()
    sv.get_by_label("題名").fill(FAQ)
    sv.locator("textarea[name=body]").fill(
        "100グラム以上のドローンは、飛ばす前に登録が必要です。免許は場所と飛ばし方によります。"
    )
    sv.get_by_label("オペレーターとSVが読む文").fill("カナリア：重さの確認を先にする。")
    sv.get_by_label(re.compile("へのひとこと")).fill("聞いてくれてありがとう。")
    sv.get_by_role("button", name="FAQとして公開").click()
    expect(sv.get_by_role("heading", name=FAQ)).to_be_visible()


def _finds_and_reads(page: Page) -> None:
    def found() -> None:
        page.goto("/ja/")
        page.get_by_label("質問や困りごと").fill("ドローンって免許いるの")
        page.get_by_label("質問や困りごと").press("Enter")
        expect(page.get_by_role("link", name=FAQ)).to_be_visible(timeout=1_000)

    _until(found)
    page.get_by_role("link", name=FAQ).click()
    expect(page.get_by_text("飛ばす前に登録が必要です")).to_be_visible()
    expect(page.get_by_text("カナリア")).to_have_count(0)


def _sees_what_became_of_it(operator: Page) -> None:
    operator.goto("/ja/stories")
    operator.get_by_role("link", name=TITLE).click()
    expect(operator.get_by_text("聞いてくれてありがとう。")).to_be_visible()
    expect(operator.get_by_role("link", name=FAQ).first).to_be_visible()
    thread = operator.get_by_role("list").filter(has_text="提出した")
    for deed in (
        "佐藤 美咲　提出した",
        "中村 亮　書いた人に戻した",
        "佐藤 美咲　もう一度提出した",
        "中村 亮　ほかの記事に統合した",
    ):
        expect(thread.get_by_text(deed).first).to_be_visible()


def _until(try_it: Callable[[], None], times: int = 20) -> None:
    """The index follows within moments; a person would search again."""
    for _ in range(times - 1):
        try:
            return try_it()
        except AssertionError:
            continue
    try_it()
