"""Narrow windows, larger text, forced colours, less motion; and that what the tests measure is really measured."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import barriers

WIDE = "document.querySelector('main').insertAdjacentHTML('beforeend', '<p id=wide>x</p>')"
ROUND = "one => getComputedStyle(one).outlineStyle + ' ' + getComputedStyle(one).outlineWidth"


def test_what_runs_off_a_narrow_screen_is_noticed(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(viewport={"width": 320, "height": 640}).new_page()
    page.goto("/ja/")
    assert barriers.sideways(page) == []
    page.evaluate(WIDE)
    page.evaluate("document.getElementById('wide').style.width = '500px'")
    assert any('id="wide"' in one for one in barriers.sideways(page))


def test_a_button_too_small_for_a_finger_is_noticed(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(viewport={"width": 390, "height": 844}).new_page()
    page.goto("/ja/")
    assert barriers.small_targets(page) == []
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<button>小</button>')")
    assert any("小" in one for one in barriers.small_targets(page))


def test_nothing_moves_for_whoever_asked_for_less_motion(as_person: Callable[..., Page]) -> None:
    for wanted, is_moving in (("reduce", False), ("no-preference", True)):
        page = as_person("operator", "/ja/shortcuts", reduced_motion=wanted)
        page.locator('button[value="save"]').click()
        expect(page.locator("[data-toast]")).to_be_visible()
        assert bool(barriers.moving(page)) is is_moving


def test_in_forced_colours_the_chosen_hit_and_the_focus_have_lines(as_person: Callable[..., Page]) -> None:
    page = as_person("operator", "/ja/console", forced_colors="active")
    page.goto("/ja/console?q=返品")
    chosen = page.locator("[data-hits] .is-selected")
    expect(chosen).to_be_visible()
    assert chosen.evaluate(ROUND) == "solid 3px"
    opener = page.get_by_role("link", name="記事を開く")
    opener.focus()
    assert opener.evaluate(ROUND).startswith("solid")
    assert barriers.by_axe(page, {"type": "rule", "values": ["button-name", "link-name"]}) == []


def test_text_twice_as_large_stays_inside_the_screen(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(viewport={"width": 640, "height": 800}).new_page()
    for path in ("/ja/", "/ja/search?q=返品", "/ja/faq/26"):
        page.goto(path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert barriers.sideways(page) == [], path


def test_what_floats_keeps_an_edge_where_shadows_are_gone(as_person: Callable[..., Page]) -> None:
    page = as_person("operator", forced_colors="active")
    page.locator(".bar [data-menu] summary").click()
    edge = "one => getComputedStyle(one).borderTopWidth"
    floating = page.locator(".bar .menu__list")
    assert floating.evaluate(edge) == "1px"
    page.emulate_media(forced_colors="none")
    assert floating.evaluate(edge) == "0px"


def test_what_is_drawn_early_stays_where_it_is_when_the_rest_arrives(
    new_context: Callable[..., BrowserContext],
) -> None:
    page = new_context(viewport={"width": 390, "height": 844}).new_page()
    page.goto("/ja/faq/26")
    places = """[...document.querySelectorAll(".search__box .icon, .page-head h1")]
      .map((one) => one.getBoundingClientRect()).map((at) => [at.y, at.height])"""
    later = "document.querySelectorAll('.search__box :is(input, button), .page-head .stamp')"
    before = page.evaluate(places)
    page.evaluate(f"{later}.forEach((one) => one.remove())")
    assert page.evaluate(places) == before
    # Control: without its own height, the box would shrink around the icon.
    page.evaluate("document.querySelector('.search__box').style.minHeight = 0")
    assert page.evaluate(places) != before
