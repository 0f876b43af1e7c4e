"""A demonstration that is served once, and browsers that look at it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.desk import box
from tests.browser.serving import ARGUMENTS, CHROMIUM, Served, serve


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("There is no Chromium, and in CI there has to be one.")
        pytest.skip("NO BROWSER: Chromium is missing, so nothing was tried in a real browser.")
    # A slow machine is no fault of the app: what is waited for may take its time.
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Served]:
    with serve(tmp_path_factory.mktemp("demo")) as served:
        yield served


@pytest.fixture
def new_context(chromium: Browser, served: Served) -> Iterator[Callable[..., BrowserContext]]:
    """Make browser contexts, each somebody's own browser; no call is on, and faults of a script fail the test."""
    served.end_calls()
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(**options: object) -> BrowserContext:
        known = {"base_url": served.address, "locale": "ja-JP", "viewport": {"width": 1280, "height": 860}}
        context = chromium.new_context(**{**known, **options})  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert not faults


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context().new_page()


@pytest.fixture
def as_person(new_context: Callable[..., BrowserContext], served: Served) -> Callable[..., Page]:
    """Open a browser of somebody who is signed in; without a path, it shows nothing yet."""

    def open_browser(name: str, path: str = "/ja/console", **options: object) -> Page:
        page = new_context(**options).new_page()
        served.sign_in(page, name, path)
        return page

    return open_browser


@pytest.fixture
def desk(as_person: Callable[..., Page]) -> Page:
    """Open the console; `isSame` is lost when the document is another one."""
    page = as_person("operator")
    expect(box(page)).to_have_attribute("role", "combobox")
    page.evaluate("window.isSame = true")
    return page
