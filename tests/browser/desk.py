"""The staff's rooms as a test uses them: parts of search and queue, an input method at work, answers kept back."""

import re

from playwright.sync_api import CDPSession, Locator, Page, Route, expect

LIST = re.compile(r"[?&]part=list")


def box(page: Page) -> Locator:
    """The box that one types into."""
    return page.get_by_label("お客様の言葉で検索")


def hits(page: Page) -> Locator:
    """The links of the list, news or hits."""
    return page.locator("[data-hits] [data-hit]")


def ids(page: Page) -> list[str]:
    """The numbers of the pages in the list."""
    found: list[str] = hits(page).evaluate_all("hits => hits.map(hit => hit.dataset.hit)")
    return found


def expect_first(page: Page, words: str) -> None:
    """Wait for a list that marks these words."""
    expect(page.locator("#found mark").first).to_have_text(words)


def typed(page: Page, words: str) -> None:
    """Type, and wait for what is found."""
    box(page).fill(words)
    expect_first(page, words.split()[0])


def heading(page: Page) -> Locator:
    """The title of the page beside the list."""
    return page.locator("[data-view] h2").first


def page_on_to(sv: Page, title: str) -> Locator:
    """The story of that title in the review queue, on whichever of its pages it waits."""
    sv.goto("/ja/review?kind=story")
    story = sv.get_by_role("link", name=title).first
    further = sv.get_by_role("link", name="次へ", exact=True)
    while not story.count() and further.count():
        sv.goto(further.get_attribute("href") or "")
    return story


class Composing:
    """A Japanese input method at work in the box that has the focus."""

    def __init__(self, page: Page) -> None:
        self.keyboard: CDPSession = page.context.new_cdp_session(page)

    def shows(self, text: str) -> None:
        place = {"selectionStart": len(text), "selectionEnd": len(text)}
        self.keyboard.send("Input.imeSetComposition", {"text": text, **place})

    def ends(self, text: str) -> None:
        self.keyboard.send("Input.insertText", {"text": text})

    def presses_enter(self) -> None:
        key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229, "nativeVirtualKeyCode": 229}
        self.keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", **key})
        self.keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})


class Held:
    """Answers to list requests, kept back until they are let go."""

    def __init__(self, page: Page) -> None:
        self.routes: list[Route] = []
        self.page = page
        page.route(LIST, lambda route: self.routes.append(route))

    def wait(self, count: int = 1) -> None:
        while len(self.routes) < count:
            self.page.wait_for_timeout(20)

    def let_go(self, at: int = -1) -> None:
        self.routes[at].continue_()
