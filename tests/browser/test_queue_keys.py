"""The review queue by keys alone: down, up, what is beside it, a decision opened, taken and given back."""

from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_by_keys_alone_an_sv_walks_the_queue_and_opens_a_decision(as_person: Callable[..., Page]) -> None:
    sv = as_person("sv", "")
    sv.goto("/ja/review")
    chosen, side = sv.locator("[data-item].is-selected"), sv.locator("[data-queue-side] h2")
    first = sv.locator("[data-item]").first.get_attribute("data-item")
    sv.keyboard.press("j")
    expect(chosen.locator(".t")).to_be_focused()
    assert chosen.get_attribute("data-item") == first
    sv.keyboard.press("j")
    expect(chosen).not_to_have_id(first or "")
    title = chosen.locator(".t").inner_text()
    expect(side).to_have_text(title)
    sv.keyboard.press("k")
    expect(chosen).to_have_id(first or "")
    sv.keyboard.press("ArrowDown")
    expect(side).to_have_text(title)

    sv.goto("/ja/review?kind=story")
    story = chosen.get_attribute("data-item") or ""
    number = story.partition("-")[2]
    sv.keyboard.press("d")
    sv.wait_for_url(f"**/ja/review/{number}?decision=duplicate")
    sv.go_back()
    sv.keyboard.press("j")
    sv.keyboard.press("Enter")
    sv.wait_for_url(f"**/ja/review/{number}")
    sv.go_back()
    sv.keyboard.press("?")
    expect(sv.get_by_role("dialog").get_by_text("次の項目へ")).to_be_visible()
    expect(sv.get_by_role("dialog").get_by_text("カスハラの記録を始める")).to_be_hidden()
    sv.keyboard.press("Escape")
    sv.keyboard.press("t")
    sv.wait_for_url(f"**/ja/review/{number}")
    sv.goto("/ja/review?kind=story")
    expect(sv.locator(f"#{story}")).to_contain_text("確認中")
    sv.keyboard.press("t")
    expect(sv.locator(f"#{story}").get_by_role("button", name="引き受ける")).to_be_visible()
