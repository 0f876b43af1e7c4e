"""A call by the keyboard alone, and no key that acts on somebody who types."""

import re
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Composing, box, expect_first, heading, hits
from tests.browser.serving import Served

# As each browser tells of the Enter that ends a conversion: in it, or just after it (Safari).
ENTER = {
    "inside": ["keydown", "compositionend"],
    "after": ["compositionend", "keydown"],
}
DISPATCH = """([kinds, text]) => {
  const box = document.activeElement;
  for (const kind of kinds) {
    const isComposing = kinds[0] === "keydown";
    const facts = { key: "Enter", code: "Enter", keyCode: 229, bubbles: true, cancelable: true, isComposing };
    if (kind === "keydown") box.dispatchEvent(new KeyboardEvent(kind, facts));
    else box.dispatchEvent(new CompositionEvent(kind, { data: text, bubbles: true }));
  }
}"""
PRESS = """facts => document.activeElement.dispatchEvent(
  new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...facts }))"""


class Strokes:
    """A keyboard that counts, but for the words themselves."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, key: str) -> None:
        self.count += 1
        self.page.keyboard.press(key)


@pytest.fixture
def room(as_person: Callable[..., Page]) -> Page:
    """The room of a call, before anything is typed; no call is on."""
    page = as_person("operator", "/ja/call")
    expect(box(page)).to_have_attribute("role", "combobox")
    return page


class Record:
    """What the database holds of calls since now: the kind and words of each step that was not taken back, in order."""

    def __init__(self, page: Page, served: Served) -> None:
        self.page, self.path = page, served.home / "var" / "kb.db"
        self.began = self._ask("SELECT coalesce(max(id), 0) FROM call_steps")[0][0]

    def _ask(self, question: str, *values: int) -> list[Any]:
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        found = connection.execute(question, values).fetchall()
        connection.close()
        return found

    @property
    def steps(self) -> list[tuple[str, str]]:
        question = "SELECT kind, words FROM call_steps WHERE id > ? AND undone_at IS NULL ORDER BY at, id"
        return [(kind, words) for kind, words in self._ask(question, self.began)]

    def wait_for(self, *kinds: str) -> list[tuple[str, str]]:
        for _ in range(300):
            if set(kinds) <= {kind for kind, _words in self.steps}:
                return self.steps
            self.page.wait_for_timeout(50)
        raise AssertionError(f"the record never held {kinds}: {self.steps}")


def convert(page: Page, kana: str, text: str) -> None:
    """Type a word as an input method does: shown in kana, converted, confirmed by its own Enter."""
    composing = Composing(page)
    composing.shows(kana)
    composing.shows(text)
    composing.presses_enter()
    composing.ends(text)


def test_from_a_blank_screen_to_an_answer_read_copied_and_linked(room: Page, served: Served) -> None:
    record, strokes = Record(room, served), Strokes(room)
    room.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(box(room)).to_be_focused()
    convert(room, "へんぴん", "返品")
    expect_first(room, "返品")
    expect(room).to_have_url(re.compile(r"/ja/call\?q=%E8%BF%94%E5%93%81$"))
    strokes.press("Enter")
    expect(heading(room)).to_have_text(hits(room).first.inner_text())
    said = room.locator("#say")
    expect(said).to_be_visible()
    strokes.press("c")
    expect(room.get_by_text("コピーしました")).to_be_visible()
    assert room.evaluate("navigator.clipboard.readText()") == said.inner_text().strip()
    strokes.press("u")
    expect(room.get_by_role("button", name="使った")).to_have_attribute("aria-pressed", "true")
    assert ("search", "返品") in record.wait_for("search", "open", "copy", "use")
    assert strokes.count < 12
    # The operator comes back to the page in the same call: what was done is still done.
    strokes.press("ArrowDown")
    expect(room.get_by_role("button", name="使った")).to_have_attribute("aria-pressed", "false")
    strokes.press("ArrowUp")
    expect(room.get_by_role("button", name="使った")).to_have_attribute("aria-pressed", "true")
    strokes.press("u")
    expect(room.get_by_role("button", name="使った")).to_have_attribute("aria-pressed", "false")
    strokes.press("Escape")
    expect(box(room)).to_be_focused()


@pytest.mark.parametrize("order", ENTER)
def test_the_enter_that_ends_a_conversion_opens_nothing(room: Page, order: str) -> None:
    room.evaluate("addEventListener('submit', () => { window.sent = true; }, true)")
    composing = Composing(room)
    composing.shows("返品")
    room.evaluate(DISPATCH, [ENTER[order], "返品"])
    composing.ends("返品")
    expect_first(room, "返品")
    assert room.evaluate("window.sent === undefined")
    expect(box(room)).to_be_focused()
    room.keyboard.press("Enter")
    expect(hits(room).first).to_be_focused()
    assert room.evaluate("window.sent")


def test_letters_are_text_while_somebody_types_and_keys_when_nobody_does(room: Page) -> None:
    room.goto("/ja/call?q=返品したい")
    used = room.get_by_role("button", name="使った")
    before = used.get_attribute("aria-pressed")
    box(room).focus()
    room.keyboard.press("End")
    room.keyboard.type("cufxhkptsb?/1")
    expect(box(room)).to_have_value("返品したいcufxhkptsb?/1")
    goal = room.get_by_label("本当の目的", exact=True)
    goal.fill("")
    goal.press_sequentially("uxp")
    expect(goal).to_have_value("uxp")
    assert room.locator("dialog[open], .blk--purpose.is-picked, [data-toast]").count() == 0
    room.goto("/ja/call?q=返品したい")
    assert used.get_attribute("aria-pressed") == before
    room.locator("[data-hit]").first.focus()
    room.keyboard.press("u")
    expect(used).not_to_have_attribute("aria-pressed", str(before))
    room.keyboard.press("u")
    expect(used).to_have_attribute("aria-pressed", str(before))


def test_no_key_of_a_conversion_acts(room: Page) -> None:
    room.goto("/ja/call?q=返品したい")
    room.locator("[data-hit]").first.focus()
    used = room.get_by_role("button", name="使った")
    before = used.get_attribute("aria-pressed")
    for key in ("u", "c", "f", "x", "h", "k", "p", "b", "1", "?", "ArrowDown", "Escape"):
        room.evaluate(PRESS, {"key": key, "isComposing": True})
        room.evaluate(PRESS, {"key": key, "keyCode": 229})
    assert used.get_attribute("aria-pressed") == before
    assert room.locator("dialog[open], [data-toast]").count() == 0
    expect(room.locator("[data-hit]").first).to_have_attribute("aria-current", "true")
    room.evaluate(PRESS, {"key": "u", "keyCode": 85})
    expect(used).not_to_have_attribute("aria-pressed", str(before))
    room.evaluate(PRESS, {"key": "u", "keyCode": 85})


def test_p_picks_one_purpose_after_the_other_and_then_none(room: Page, served: Served) -> None:
    record = Record(room, served)
    room.goto("/ja/call?q=返品したい")
    room.locator("[data-hit]").first.focus()
    cards = room.locator(".purposes [aria-pressed]")
    expect(cards).to_have_count(2)
    goal = room.get_by_label("本当の目的", exact=True)
    goal.fill("")
    room.locator("[data-hit]").first.focus()
    titles = [
        title.strip()
        for title in room.locator("form[data-step=purpose]").evaluate_all("all => all.map(one => one.dataset.words)")
    ]
    for pressed, line in (([True, False], titles[0]), ([False, True], titles[1]), ([False, False], "")):
        room.keyboard.press("p")
        expect(goal).to_have_value(line)
        assert [value == "true" for value in cards.evaluate_all("all => all.map(one => one.ariaPressed)")] == pressed
    cards.first.click()
    expect(cards.first).to_have_attribute("aria-pressed", "true")
    assert [words for kind, words in record.wait_for("purpose") if kind == "purpose"] == [titles[0]]


def test_questions_and_steps_that_were_ticked_are_part_of_the_call(room: Page, served: Served) -> None:
    record = Record(room, served)
    room.goto("/ja/call?q=返品したい")
    asked, done = room.locator(".blk--ask input"), room.locator("[data-steps] input")
    words = room.locator(".blk--ask .tick").first.inner_text()
    asked.first.check()
    done.first.check()
    assert ("ask", words) in record.wait_for("ask", "done")
    room.reload()
    expect(asked.first).to_be_checked()
    expect(asked.nth(1)).not_to_be_checked()
    expect(done.first).to_be_checked()
    asked.first.uncheck()
    room.wait_for_function("() => !Object.keys(localStorage).some(name => name.includes(':log:'))")
    assert "ask" not in {kind for kind, _words in record.steps}


def test_every_key_of_the_room_has_a_control_that_can_be_seen(room: Page) -> None:
    room.goto("/ja/call?q=返品したい")
    expect(box(room)).to_have_attribute("role", "combobox")
    for deed in ("search", "copy", "use", "purpose", "flag", "gap", "handover", "harassment", "favourite"):
        expect(room.locator(f'[data-deed="{deed}"]:visible').first).to_be_visible()
    expect(room.locator('[data-key="alt+e"]').first).to_be_visible()
    expect(room.locator('[data-dialog="shortcuts-help"]').first).to_be_visible()
