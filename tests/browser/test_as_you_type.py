"""The list follows what is typed: conversions are left in peace, late answers dropped, nothing moves under a finger."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.desk import LIST, Composing, Held, box, expect_first, heading, hits, ids, typed


def test_list_title_and_address_follow_and_the_box_stays_where_it_is(desk: Page) -> None:
    before = box(desk).bounding_box()
    box(desk).press_sequentially("返品", delay=30)
    expect_first(desk, "返品")
    expect(desk).to_have_title(re.compile("^返品｜"))
    expect(desk).to_have_url(re.compile(r"/ja/console\?q=%E8%BF%94%E5%93%81$"))
    expect(box(desk)).to_be_focused()
    expect(box(desk)).to_have_value("返品")
    # The page of the first hit opens by itself, as long as nobody has chosen another.
    expect(heading(desk)).to_have_text(hits(desk).first.inner_text())
    box(desk).fill("電源")
    expect_first(desk, "電源")
    expect(heading(desk)).to_have_text(hits(desk).first.inner_text())
    assert box(desk).bounding_box() == before
    assert desk.evaluate("window.isSame")


def test_nothing_but_suggestions_follows_an_unfinished_conversion(desk: Page) -> None:
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url) if LIST.search(request.url) else None)
    before = ids(desk)
    box(desk).focus()
    composing = Composing(desk)
    for shown in ("h", "へ", "へn", "へん", "へんp", "へんぴ", "へんぴん"):
        composing.shows(shown)
        desk.wait_for_timeout(40)
    expect(desk.get_by_role("option", name="返品", exact=True)).to_be_visible()
    assert ids(desk) == before and asked == []
    assert desk.url.endswith("/ja/console")
    composing.shows("返品")
    composing.ends("返品")
    expect_first(desk, "返品")
    # What the list says need not be said twice.
    expect(desk.get_by_role("option")).to_have_count(0)
    assert len(asked) == 1


def test_a_long_pause_in_a_conversion_searches_for_what_is_to_be_seen(desk: Page) -> None:
    box(desk).focus()
    Composing(desk).shows("へんぴん")
    expect(desk.locator("#found mark").first).to_be_visible()
    expect(box(desk)).to_have_value("へんぴん")


def test_the_enter_of_a_conversion_sends_nothing_and_the_next_one_opens_the_first_page(desk: Page) -> None:
    box(desk).focus()
    composing = Composing(desk)
    composing.shows("返品")
    composing.presses_enter()
    composing.ends("返品")
    expect_first(desk, "返品")
    expect(box(desk)).to_be_focused()
    assert "open=" not in desk.url
    box(desk).press("Enter")
    expect(hits(desk).first).to_be_focused()
    expect(desk).to_have_url(re.compile("open="))
    expect(heading(desk)).to_have_text(hits(desk).first.inner_text())
    assert desk.evaluate("window.isSame")
    # A letter is a key again, and no text.
    desk.keyboard.press("2")
    expect(hits(desk).nth(1)).to_have_attribute("aria-current", "true")


def test_an_enter_after_the_end_of_a_conversion_is_still_its_enter(desk: Page) -> None:
    """Safari ends the composition first and tells of the key after that, with the old key code."""
    typed(desk, "返品")
    press = """([box, keyCode]) => {
        const key = { key: "Enter", keyCode, bubbles: true, cancelable: true };
        box.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
        box.dispatchEvent(new CompositionEvent("compositionupdate", { data: "返品", bubbles: true }));
        box.dispatchEvent(new InputEvent("input", { data: "返品", isComposing: true, bubbles: true }));
        box.dispatchEvent(new CompositionEvent("compositionend", { data: "返品", bubbles: true }));
        if (box.dispatchEvent(new KeyboardEvent("keydown", key))) box.form.requestSubmit();
    }"""
    element = box(desk).element_handle()
    desk.evaluate(press, [element, 229])
    desk.wait_for_timeout(300)
    assert "open=" not in desk.url
    expect(box(desk)).to_be_focused()
    # The control: another Enter sends.
    desk.evaluate(press, [element, 13])
    expect(desk).to_have_url(re.compile("open="))


def test_the_newest_words_alone_are_shown(desk: Page) -> None:
    failed: list[str] = []
    desk.on("requestfailed", lambda request: failed.append(request.url))
    held = Held(desk)
    box(desk).fill("返品")
    held.wait(1)
    box(desk).fill("電源")
    held.wait(2)
    held.let_go(1)
    expect_first(desk, "電源")
    assert len(failed) == 1 and LIST.search(failed[0])
    held.routes[0].fulfill(body="<p>まえの答え</p>", content_type="text/html")
    desk.wait_for_timeout(100)
    expect_first(desk, "電源")
    expect(desk).to_have_url(re.compile("q=%E9%9B%BB%E6%BA%90$"))


def test_going_back_to_the_words_that_stand_there_drops_the_question(desk: Page) -> None:
    typed(desk, "返品")
    before = ids(desk)
    held = Held(desk)
    box(desk).fill("返品の")
    held.wait()
    box(desk).fill("返品")
    desk.wait_for_timeout(300)
    held.routes[0].fulfill(body="<p>まえの答え</p>", content_type="text/html")
    desk.wait_for_timeout(100)
    assert ids(desk) == before and len(held.routes) == 1


def test_a_finger_on_a_hit_meets_what_it_saw(desk: Page) -> None:
    typed(desk, "返品")
    before = ids(desk)
    held = Held(desk)
    box(desk).fill("電源")
    held.wait()
    seen = hits(desk).nth(2)
    title = seen.inner_text()
    seen.hover()
    desk.mouse.down()
    held.let_go()
    desk.wait_for_timeout(300)
    assert ids(desk) == before
    desk.mouse.up()
    expect(heading(desk)).to_have_text(title)
    expect_first(desk, "電源")
    # It was chosen, so it stays beside the new list.
    desk.wait_for_timeout(800)
    expect(heading(desk)).to_have_text(title)


def test_a_walk_with_the_arrows_is_not_disturbed(desk: Page) -> None:
    typed(desk, "返品")
    before = ids(desk)
    held = Held(desk)
    box(desk).fill("返品の送料")
    held.wait()
    desk.keyboard.press("Control+n")
    desk.keyboard.press("Control+n")
    held.let_go()
    desk.wait_for_timeout(300)
    assert ids(desk) == before
    desk.keyboard.press("Control+p")
    walked = str(desk.locator("[data-hit][aria-current]").get_attribute("data-hit"))
    expect(desk).to_have_title(re.compile("^返品の送料｜"))
    if walked in ids(desk):
        expect(desk.locator("[data-hit][aria-current]")).to_have_attribute("data-hit", walked)
    expect(box(desk)).to_be_focused()


def test_what_somebody_has_chosen_stays_chosen_while_the_list_changes(desk: Page) -> None:
    typed(desk, "返品")
    desk.keyboard.press("Control+n")
    chosen = str(hits(desk).nth(1).get_attribute("data-hit"))
    expect(hits(desk).nth(1)).to_have_attribute("aria-current", "true")
    title = hits(desk).nth(1).inner_text()
    expect(heading(desk)).to_have_text(title)
    box(desk).fill("返品 お届け")
    expect(desk).to_have_title(re.compile("^返品 お届け｜"))
    assert chosen in ids(desk)
    expect(desk.locator("[data-hit][aria-current]")).to_have_attribute("data-hit", chosen)
    box(desk).fill("電源")
    expect_first(desk, "電源")
    desk.wait_for_timeout(800)
    expect(heading(desk)).to_have_text(title)


def test_a_slow_answer_is_told_and_a_quick_one_is_not(desk: Page) -> None:
    desk.evaluate(
        """() => { window.busy = 0; new MutationObserver(seen => { window.busy += seen.length; })
        .observe(document.getElementById("found"), { attributeFilter: ["aria-busy"] }); }"""
    )
    desk.route(LIST, lambda route: route.fulfill(body="<ol data-hits></ol>", content_type="text/html"))
    box(desk).fill("返品")
    expect(hits(desk)).to_have_count(0)
    # To take away what was never there is no change.
    assert desk.evaluate("window.busy") == 0
    desk.unroute(LIST)
    held = Held(desk)
    box(desk).fill("電源")
    held.wait()
    expect(desk.locator("#found")).to_have_attribute("aria-busy", "true")
    held.let_go()
    expect(desk.locator("#found")).not_to_have_attribute("aria-busy", "true")


def test_a_screen_reader_hears_what_was_found_and_not_every_step_on_the_way(desk: Page) -> None:
    desk.evaluate(
        """() => { window.heard = []; const voice = document.querySelector("[data-announce]");
        new MutationObserver(() => window.heard.push(voice.textContent)).observe(voice, { childList: true }); }"""
    )
    answers = iter(range(1, 100))

    def answer(route: Route) -> None:
        route.fulfill(body=f"<p data-told>{next(answers)}件</p><ol data-hits></ol>", content_type="text/html")

    desk.route(LIST, answer)
    for at, words in enumerate(("返", "返品", "返品の", "返品の送", "返品の送料"), 1):
        box(desk).fill(words)
        expect(desk.locator("[data-told]")).to_have_text(f"{at}件")
    desk.wait_for_function("() => window.heard.includes('5件')")
    assert len(desk.evaluate("window.heard")) < 5


def test_on_a_phone_the_box_stays_in_sight_while_the_page_of_the_first_hit_opens_below(
    as_person: Callable[..., Page],
) -> None:
    page = as_person("operator", viewport={"width": 390, "height": 844})
    typed(page, "返品")
    expect(heading(page)).to_have_text(hits(page).first.inner_text())
    assert page.evaluate("scrollY") == 0
    # Whoever taps a hit wants to see its page.
    hits(page).nth(1).click()
    expect(heading(page)).to_have_text(hits(page).nth(1).inner_text())
    expect(heading(page)).to_be_in_viewport()
