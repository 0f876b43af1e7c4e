"""Five stories go through a session to two pages and a voice by keyboard alone; and no line is lost offline."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.filling import Hand
from tests.browser.serving import Served
from tests.browser.test_keyboard_journeys import leave, look, sign_in, tab_to

NOTES = (
    ("1", "fact", "取り寄せ品は予定日が出るまで三日空く"),
    ("2", "feeling", "日付を答えなきゃと焦る"),
    ("3", "idea", "注文の画面で色違いの在庫を見たい"),
    ("4", "rule", "先に注文番号を聞く決まりをやめる"),
    ("3", "idea", "代わりの品の表を作る"),
)


def rows(served: Served, question: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{served.home / 'var' / 'kb.db'}?mode=ro", uri=True)) as connection:
        return connection.execute(question).fetchall()


@pytest.fixture
def stories(chromium: Browser, served: Served) -> str:
    """Five stories of an operator that wait; returns the word that they share."""
    operator = Hand(chromium, served, "operator")
    told = {"action": "submit", "audience": "staff", "words": "いつ届くの", "done": "訳をうかがった"}
    for n in "一二三四五":
        operator.send("/ja/stories/new", title=f"語り比べの話、その{n}", **told)
    operator.leave()
    return "語り比べ"


def note(page: Page, key: str, words: str) -> None:
    """Leave the field, choose the mark by its digit, type, and see it kept."""
    page.keyboard.press("Escape")
    look(page)
    page.keyboard.press(key)
    expect(page.locator("#line")).to_be_focused()
    page.keyboard.insert_text(words)
    page.keyboard.press("Enter")
    expect(page.locator("[data-notes] [data-note]", has_text=words)).to_be_visible()


def tick(page: Page, words: str) -> None:
    """Go by arrow to the note with these words, and tick it."""
    box = page.get_by_label(words)
    for _ in range(8):
        if box.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    look(page)
    page.keyboard.press("Space")
    expect(box).to_be_checked()


def to_page(page: Page, words: str, number: str) -> None:
    """Make a revision of this page from the note, and publish it."""
    tick(page, words)
    tab_to(page, page.get_by_label("直す記事"))
    page.keyboard.type(number)
    tab_to(page, page.get_by_role("button", name="記事を直す"), "Shift+Tab")
    leave(page)
    expect(page.get_by_role("main")).to_contain_text(words)
    body: Locator = page.locator("textarea[name=body]")
    for _ in range(60):
        # The ring of the text is drawn round the whole editor, with its buttons.
        if body.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(body).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(f"\n\n{words}。")
    leave(page, "Control+s")
    page.wait_for_url(re.compile(r"/end$"))


def test_five_stories_become_two_pages_and_a_voice_by_keyboard_alone(page: Page, served: Served, stories: str) -> None:
    before = rows(served, "SELECT count(*) FROM voices")[0][0]
    sign_in(page, served, "sv", "/ja/sessions/new")
    tab_to(page, page.get_by_label("体験にある言葉"))
    page.keyboard.insert_text(stories)
    leave(page)
    # The newest stands first.
    for n in "五四三二一":
        tab_to(page, page.get_by_label(f"語り比べの話、その{n}"))
        page.keyboard.press("Space")
    tab_to(page, page.get_by_label("題", exact=False).and_(page.locator("[name=title]")))
    page.keyboard.insert_text("語り比べ")
    leave(page, "Control+Enter")
    tab_to(page, page.get_by_role("button", name="語り場を始める"))
    leave(page)
    expect(page.locator("#line")).to_be_focused()
    for at, (key, _, words) in enumerate(NOTES):
        expect(page.locator("#story")).to_contain_text("語り比べの話")
        expect(page.locator("[data-stage]")).to_have_attribute("data-at", str(at))
        note(page, key, words)
        page.keyboard.press("Escape")
        page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"/end$"))
    to_page(page, NOTES[0][2], "26")
    to_page(page, NOTES[3][2], "27")
    # With nothing ticked, a digit decides on the note that one stands on.
    expect(page.get_by_label(NOTES[1][2])).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("5")
    expect(page.get_by_label(NOTES[2][2])).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("3")
    with page.expect_navigation():
        page.keyboard.press("4")
    expect(page.get_by_role("button", name="語り場を終える")).to_be_focused()
    leave(page)
    expect(page.get_by_role("main")).to_contain_text("語り場の記録：語り比べ")
    kept = rows(served, "SELECT kind, words, fate FROM session_notes ORDER BY id DESC LIMIT 5")[::-1]
    fates = ("proposal", "nothing", "voice", "proposal", "task")
    assert kept == [(kind, words, fate) for (_, kind, words), fate in zip(NOTES, fates, strict=True)]
    assert rows(served, "SELECT count(*) FROM voices")[0][0] == before + 1
    for number, words in (("26", NOTES[0][2]), ("27", NOTES[3][2])):
        live = f"SELECT body FROM revisions WHERE id = (SELECT current_revision_id FROM pages WHERE id = {number})"
        assert words in rows(served, live)[0][0]


def test_a_line_that_can_not_be_sent_stays_and_is_kept_once_when_it_can(
    as_person: Callable[..., Page], chromium: Browser, served: Served
) -> None:
    sv = Hand(chromium, served, "sv")
    plan = {"action": "plan", "title": "つながらない会", "starts_at": "2099-04-08T16:00", "minutes": "30"}
    made = sv.send("/ja/sessions/new", minutes_a_story="5", stories="26", **plan)
    sv.send(made.url, action="start")
    sv.leave()
    page = as_person("sv", "/ja/sessions")
    page.goto(f"{made.url}/stage")
    page.context.set_offline(True)
    page.locator("#line").fill("消えては困る一言")
    page.keyboard.press("Enter")
    waiting = page.locator(".note.is-waiting")
    expect(waiting).to_contain_text("消えては困る一言")
    expect(page.locator("#line")).to_have_value("")
    page.context.set_offline(False)
    expect(waiting).to_have_count(0)
    expect(page.locator("[data-notes] [data-note]")).to_contain_text("消えては困る一言")
    page.reload()
    expect(page.locator("[data-notes] .note")).to_have_count(1)
    assert rows(served, "SELECT count(*) FROM session_notes WHERE words = '消えては困る一言'") == [(1,)]
