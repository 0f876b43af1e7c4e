"""What is done in the room of a call before somebody looks at it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect


def ending(page: Page) -> None:
    """The question how the call ended; begins one where none is on."""
    begin = page.locator("[data-deed='call']:visible")
    if begin.count():
        begin.first.click()
    expect(page.locator("[data-clock]")).to_be_visible()
    page.keyboard.press("Alt+e")
    expect(page.get_by_role("dialog")).to_be_visible()


def wrapping_up(page: Page) -> None:
    """The half minute after a call."""
    ending(page)
    page.keyboard.press("2")
    expect(page.locator("[data-wrap]")).to_be_visible()


def picked(page: Page) -> None:
    """A page that was used, with a question ticked and a purpose picked."""
    page.locator("main :is(.blk--ask, [data-steps]) input[type=checkbox]").first.check()
    # All screens of one person are of one call, so it may have been done on an earlier one.
    for one in ('[data-deed="use"]', ".blk--purpose [aria-pressed]"):
        button = page.locator(f"main {one}").first
        if button.get_attribute("aria-pressed") == "false":
            button.click()
        expect(button).to_have_attribute("aria-pressed", "true")


def asked_for(deed: str) -> Callable[[Page], None]:
    """The dialog behind one of the deeds when a page does not help."""

    def act(page: Page) -> None:
        page.locator(f'[data-help="{deed}"]:visible').click()
        expect(page.get_by_role("dialog")).to_be_visible()

    return act


def harassed(page: Page) -> None:
    """The band of a call in which harassment is recorded."""
    page.locator('[data-help="begin"]').click()
    expect(page.locator("[data-phrase]").first).to_be_visible()
