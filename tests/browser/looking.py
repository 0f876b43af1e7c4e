"""Somebody of each role before a screen of their own, so that a screen is opened once and looked at in many ways."""

from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, Page, expect

from tests.browser.filling import fill
from tests.browser.screens import VISITOR, Screen
from tests.browser.serving import Served

WIDTHS = {"320": 640, "390": 844, "768": 1024, "1280": 860}


class Looking:
    """A filled demonstration and a browser for each role; `faults` are errors of scripts."""

    def __init__(self, browser: Browser, served: Served, **options: Any) -> None:
        self.browser, self.served, self.options = browser, served, options
        self.numbers = fill(browser, served)
        self.pages: dict[str, Page] = {}
        self.faults: list[str] = []

    def at(self, screen: Screen, lang: str = "ja", width: str = "390", theme: str = "light") -> Page:
        """The screen, opened anew, with what is done on it."""
        page = self.pages.get(screen.who) or self._open(screen.who)
        self.turn(page, width, theme)
        path = screen.path.format(**self.numbers)
        page.goto(f"/{lang}{quote(path, safe='/?&=%')}")
        if screen.act is not None:
            screen.act(page)
        # What is loaded, a preview as soon as it opens, is dimmed for a moment; the sample of a skeleton is for ever.
        expect(page.locator("main [aria-busy=true]:not(:has(.bone))")).to_have_count(0)
        return page

    def turn(self, page: Page, width: str, theme: str) -> None:
        """Another width or theme for what is open."""
        page.set_viewport_size({"width": int(width), "height": WIDTHS[width]})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")

    def close(self) -> None:
        for page in self.pages.values():
            page.context.close()

    def _open(self, who: str) -> Page:
        options = {"base_url": self.served.address, "locale": "ja-JP", "reduced_motion": "reduce", **self.options}
        context = self.browser.new_context(**options)
        context.set_default_timeout(15_000)
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        page = context.new_page()
        if who != VISITOR:
            self.served.sign_in(page, who)
        self.pages[who] = page
        return page
