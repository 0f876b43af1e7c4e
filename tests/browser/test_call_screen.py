"""The room of a call on small screens: what has to be seen at once is, nothing moves while one types; it is light."""

import sqlite3
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import barriers
from tests.browser.desk import box, heading
from tests.browser.serving import Served

SCRIPTS = 100_000  # bytes, uncompressed
SHIFT = 0.02  # of everything that moved while somebody typed, what browsers excuse after a key included
SMALL = {"width": 1024, "height": 768}
FIRST = (".blk--say", ".blk--ask", ".blk--limit", ".purposes")
WATCH = """() => {
  window.shift = 0;
  new PerformanceObserver(list => { for (const one of list.getEntries()) window.shift += one.value; })
    .observe({ type: "layout-shift", buffered: false });
}"""
FOLLOWED = """() => {
  const first = document.querySelector("#found [data-hit]");
  return first && document.querySelector("[data-view] article h2")?.textContent.trim() === first.textContent.trim();
}"""
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
def small(as_person: Callable[..., Page]) -> Page:
    """The room on the screen of a call centre."""
    page = as_person("operator", "/ja/call", viewport=SMALL)
    expect(box(page)).to_have_attribute("role", "combobox")
    return page


def richest(served: Served) -> list[int]:
    """The pages with the most of what has to be seen at once."""
    connection = sqlite3.connect(f"file:{served.home / 'var' / 'kb.db'}?mode=ro", uri=True)
    bodies = connection.execute(
        "SELECT pages.id, body FROM pages JOIN revisions ON revisions.id = current_revision_id WHERE language = 'ja'"
    ).fetchall()
    connection.close()
    blocks = (":::say", ":::ask", ":::limit", ":::purpose")
    found = [
        (sum(body.count(one) for one in blocks), page) for page, body in bodies if all(one in body for one in blocks)
    ]
    return [page for _count, page in sorted(found, reverse=True)[:6]]


def out_of_sight(page: Page) -> list[str]:
    """What of FIRST does not lie wholly between the upper edge of the pane and its toolbar."""
    pane, tools = page.locator("#view").bounding_box(), page.locator("#view .find__open").bounding_box()
    assert pane and tools
    found = []
    for one in FIRST:
        place = page.locator(f"#view {one}").first.bounding_box()
        if not place or place["y"] < pane["y"] or place["y"] + place["height"] > tools["y"] + 1:
            found.append(one)
    return found


def test_say_ask_limit_and_purposes_are_seen_at_once_on_a_small_screen(small: Page, served: Served) -> None:
    pages = richest(served)
    assert len(pages) > 4
    if small.get_by_role("button", name="応対を始める").is_visible():
        small.get_by_role("button", name="応対を始める").click()
    expect(small.locator("[data-clock]")).to_be_visible()
    for number in pages:
        small.goto(f"/ja/call?open={number}")
        expect(heading(small)).to_be_visible()
        assert out_of_sight(small) == [], number
    small.set_viewport_size({"width": 1024, "height": 480})
    assert out_of_sight(small) != []


def test_nothing_moves_while_somebody_types(small: Page) -> None:
    small.evaluate(WATCH)
    box(small).press_sequentially("返品したい 送料", delay=90)
    expect(small.locator("#found mark").first).to_be_visible()
    # Both may still change: the list with the last word, and the page after the list.
    small.wait_for_function(FOLLOWED)
    box(small).press_sequentially(" いつ", delay=90)
    expect(small.locator("article[data-page]")).to_be_visible()
    small.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
    small.evaluate(TWO_FRAMES)
    assert small.evaluate("window.shift") < SHIFT
    small.evaluate("document.querySelector('main').insertAdjacentHTML('beforebegin', '<h1>x<br>x<br>x</h1>')")
    small.evaluate(TWO_FRAMES)
    assert small.evaluate("window.shift") > SHIFT


def test_the_room_loads_little_script(small: Page) -> None:
    weights: dict[str, int] = {}
    small.on(
        "response", lambda answer: weights.__setitem__(answer.url, len(answer.body())) if ".js" in answer.url else None
    )
    small.goto("/ja/call?q=返品")
    expect(box(small)).to_have_attribute("role", "combobox")
    small.wait_for_load_state("networkidle")
    assert len(weights) > 10 and any(url.endswith("/modules/pane.js") for url in weights)
    assert sum(weights.values()) < SCRIPTS, sum(weights.values())


@pytest.mark.parametrize("size", [{"width": 390, "height": 844}, {"width": 512, "height": 384}])
def test_on_a_phone_and_at_twice_the_size_the_room_is_one_column(
    as_person: Callable[..., Page], size: dict[str, int]
) -> None:
    page = as_person("operator", "/ja/call", viewport=size)
    page.goto("/ja/call?q=返品したい&open=26")
    listed, view = page.locator(".find__list").bounding_box(), page.locator("#view").bounding_box()
    assert listed and view
    assert view["y"] >= listed["y"] + listed["height"] and view["x"] == listed["x"]
    assert barriers.sideways(page) == []
    expect(page.get_by_role("button", name="使った")).to_be_enabled()


def test_without_scripts_a_call_is_searched_read_and_linked(as_person: Callable[..., Page], served: Served) -> None:
    signed_in = as_person("sv", "/ja/call").context.storage_state()
    browser = as_person("operator", "/ja/call").context.browser
    assert browser
    context = browser.new_context(java_script_enabled=False, storage_state=signed_in, base_url=served.address)
    page = context.new_page()
    page.goto("/ja/call")
    box(page).fill("返品したい")
    page.keyboard.press("Enter")
    expect(page.locator("#say")).to_be_visible()
    page.get_by_role("button", name="使った").click()
    expect(page.get_by_role("button", name="使った")).to_have_attribute("aria-pressed", "true")
    expect(box(page)).to_have_value("返品したい")
    page.get_by_label("本当の目的", exact=True).fill("色を替えたい")
    page.get_by_role("button", name="書きとめる").click()
    expect(page.get_by_label("本当の目的", exact=True)).to_have_value("色を替えたい")
    context.close()
