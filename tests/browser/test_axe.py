"""Every screen: axe finds nothing, a finger hits everything, nothing runs off the side; no address is left out."""

import re
from collections.abc import Iterable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.exceptions import HTTPException

from kb.web.policy import POLICY
from tests.browser import barriers
from tests.browser.looking import Looking
from tests.browser.screens import NO_SCREENS, SCREENS, Screen
from tests.browser.serving import Served

# The screens that people meet most; every change is measured on them, and `make test-access` measures all.
MAIN = (
    "home", "search", "page", "page-vote-reasons", "inquiry-error", "sign-in-error", "console", "call-page",
    "story-personal", "editor", "queue", "item", "merge", "settings", "styleguide",
)  # fmt: skip


def each(screens: Iterable[Screen]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("screen", list(screens), ids=lambda screen: screen.name)


@pytest.fixture(scope="module")
def looking(chromium: Browser, served: Served) -> Iterator[Looking]:
    looking = Looking(chromium, served)
    yield looking
    looking.close()
    assert not looking.faults


@each(screen for screen in SCREENS if screen.name in MAIN)
def test_nobody_meets_a_barrier(looking: Looking, screen: Screen) -> None:
    page = looking.at(screen)
    assert barriers.by_axe(page) == []
    assert barriers.small_targets(page) == []
    assert barriers.moving(page) == []
    looking.turn(page, "320", "dark")
    assert barriers.sideways(page) == []
    if screen.act is None:
        # Dark is another palette on the same screen: only what has to do with colours can differ.
        assert barriers.by_axe(page, barriers.CONTRAST) == []


@pytest.mark.access
@pytest.mark.parametrize("lang", ["ja", "en"])
@each(SCREENS)
def test_nobody_meets_a_barrier_in_either_language_theme_or_width(looking: Looking, screen: Screen, lang: str) -> None:
    page = looking.at(screen, lang)
    for width in ("1280", "768", "390", "320"):
        for theme in ("light", "dark"):
            looking.turn(page, width, theme)
            assert barriers.by_axe(page) == [], (width, theme)
            if width == "390":
                assert barriers.small_targets(page) == []
        assert barriers.sideways(page) == [], width


def unseen(app: Flask, screens: tuple[Screen, ...]) -> set[str]:
    """The GET addresses of the table that no screen leads to, and that are not named as having none."""
    adapter, seen = app.url_map.bind("localhost"), set()
    for screen in screens:
        path = re.sub(r"\{\w+\}", "1", screen.path.partition("?")[0])
        try:
            seen.add(adapter.match(f"/ja{path}")[0])
        except HTTPException:
            continue
    return {name for name, rule in POLICY.items() if "GET" in rule.methods} - seen - NO_SCREENS


def test_every_address_is_looked_at(app: Flask) -> None:
    assert unseen(app, SCREENS) == set()
    assert POLICY.keys() >= NO_SCREENS


def test_an_address_without_a_screen_is_noticed(app: Flask) -> None:
    without = tuple(screen for screen in SCREENS if not screen.path.startswith("/shortcuts"))
    assert unseen(app, without) == {"shortcuts.show"}


def test_no_two_screens_have_one_name() -> None:
    names = {screen.name for screen in SCREENS}
    assert len(names) == len(SCREENS) and names > set(MAIN)


# Two targets so near each other that no finger hits one alone, in a pane that scrolls.
SMALL = """(top) => {
  const pane = document.createElement("div"), rest = document.createElement("div");
  pane.style.cssText = "height: 60px; overflow-y: auto; position: relative";
  rest.style.cssText = "height: 300px";
  for (const [number, place] of [top, top + 13].entries()) {
    const button = document.createElement("button");
    button.textContent = number;
    button.style.cssText = `all: unset; position: absolute; left: 0; top: ${place}px; height: 12px; width: 12px`;
    rest.append(button);
  }
  pane.append(rest);
  document.body.prepend(pane);
}"""


@pytest.mark.parametrize(("top", "is_seen"), [(4, True), (50, False)])
def test_a_small_target_is_seen_unless_its_pane_cuts_it_off(page: Page, top: int, is_seen: bool) -> None:
    page.goto("/ja/")
    page.evaluate(SMALL, top)
    assert any(one.startswith("target-size") for one in barriers.by_axe(page)) is is_seen


def test_axe_sees_a_barrier_where_there_is_one(page: Page) -> None:
    page.goto("/ja/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<button></button>')")
    assert any(one.startswith("button-name") for one in barriers.by_axe(page))
