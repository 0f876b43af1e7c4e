"""Answers follow an inquiry that is being written; a conversion is left in peace, and an open answer stays open."""

import re

from playwright.sync_api import Page, expect

from tests.browser.desk import Composing

SENT = re.compile("/ja/inquiry$")


def answers(page: Page) -> list[str]:
    return page.locator("[data-answer] summary").all_inner_texts()


def test_answers_come_while_typing_are_told_and_go_with_the_letter(page: Page) -> None:
    page.goto("/ja/inquiry")
    subject = page.get_by_label("件名")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/answers") else None)
    subject.focus()
    composing = Composing(page)
    for shown in ("へ", "へんぴ", "へんぴんしたい"):
        composing.shows(shown)
    page.wait_for_timeout(900)
    assert asked == []
    composing.shows("返品したい")
    composing.presses_enter()
    composing.ends("返品したい")
    expect(page.locator("[data-answer] summary").filter(has_text="返品").first).to_be_visible()
    assert len(asked) == 1
    expect(page.locator("[data-announce]")).to_have_text(re.compile("ご案内が[0-9]件"))
    expect(subject).to_be_focused()
    # Enter in a line sends nothing, and above all not the first button, which belongs to an answer.
    subject.press("Enter")
    assert page.url.endswith("/ja/inquiry")
    page.get_by_label("お困りのこと").fill("箱を捨ててしまいました")
    page.get_by_role("button", name="送信する").click()
    # What was seen beside the form is not shown once more.
    page.wait_for_url(re.compile(r"received=[0-9A-Z]{4}-[0-9A-Z]{4}$"))


def test_an_open_answer_stays_open_and_solves_by_keyboard_alone(page: Page) -> None:
    page.goto("/ja/inquiry")
    page.get_by_label("件名").press_sequentially("返品したい", delay=10)
    first = page.locator("[data-answer]").first
    expect(first).to_be_visible()
    before = answers(page)
    first.locator("summary").press("Enter")
    page.get_by_label("お困りのこと").press_sequentially("領収書がほしい", delay=10)
    page.wait_for_timeout(1_200)
    assert answers(page) == before
    expect(first).to_have_attribute("open", "")
    first.get_by_role("button", name="これで解決しました").press("Enter")
    page.wait_for_url(re.compile("solved=1$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("解決してよかったです")


def test_a_refused_form_leads_the_focus_to_its_summary_and_from_there_to_the_field(page: Page) -> None:
    page.goto("/ja/inquiry")
    page.get_by_label("お困りのこと").fill("件名のない文")
    page.get_by_role("button", name="送信する").click()
    page.wait_for_url(SENT)
    expect(page.locator('[role="alert"]')).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("件名")).to_be_focused()
    expect(page.get_by_label("お困りのこと")).to_have_value("件名のない文")
