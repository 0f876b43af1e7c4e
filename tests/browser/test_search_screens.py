"""The two search screens: the way back, what narrows a search, numbers, completions, and no script at all."""

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.desk import box, expect_first, heading, hits, typed
from tests.browser.serving import Served


def test_the_way_back_leads_through_what_was_settled_on(desk: Page) -> None:
    typed(desk, "返品")
    box(desk).press("Enter")
    expect(desk).to_have_url(re.compile("open="))
    first = hits(desk).first.inner_text()
    expect(heading(desk)).to_have_text(first)
    desk.keyboard.press("3")
    third = hits(desk).nth(2).inner_text()
    expect(heading(desk)).to_have_text(third)
    desk.keyboard.press("/")
    for words in ("電", "電源", "電源が入らない"):
        box(desk).fill(words)
        expect(desk).to_have_title(re.compile(f"^{words}｜"))
    desk.go_back()
    expect(box(desk)).to_have_value("返品")
    expect(heading(desk)).to_have_text(third)
    expect_first(desk, "返品")
    desk.go_back()
    expect(heading(desk)).to_have_text(first)
    desk.go_forward()
    expect(heading(desk)).to_have_text(third)
    desk.go_forward()
    expect(box(desk)).to_have_value("電源が入らない")
    expect_first(desk, "電源")
    expect(heading(desk)).to_have_text(hits(desk).first.inner_text())
    assert desk.evaluate("window.isSame")


def test_what_was_unfolded_stays_unfolded_and_narrows_by_keys_alone(desk: Page) -> None:
    typed(desk, "返品")
    fold = desk.locator("#facets summary")
    fold.focus()
    desk.keyboard.press("Enter")
    chip = desk.locator("#facets").get_by_role("link", name=re.compile("^社内のみ"))
    expect(chip).to_be_visible()
    box(desk).fill("返品の")
    expect(desk).to_have_title(re.compile("^返品の｜"))
    expect(chip).to_be_visible()
    chip.focus()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**audience=staff*")
    away = desk.get_by_role("link", name="「社内のみ」を外す")
    expect(away).to_be_visible()
    count = hits(desk).count()
    box(desk).fill("返品")
    expect(desk).to_have_url(re.compile("audience=staff"))
    away.click()
    desk.wait_for_url(lambda url: "audience" not in url)
    assert hits(desk).count() > count


def test_a_word_that_is_chosen_fills_the_box_and_searches(desk: Page) -> None:
    box(desk).fill("パスワ")
    desk.wait_for_timeout(300)
    box(desk).press("ArrowDown")
    word = desk.get_by_role("option", name="パスワード", exact=True)
    expect(word).to_be_visible()
    expect(desk.get_by_role("group", name="言葉")).to_contain_text("パスワード")
    place = desk.get_by_role("option").all_inner_texts().index("パスワード")
    for _ in range(place + 1):
        box(desk).press("ArrowDown")
    expect(word).to_have_attribute("aria-selected", "true")
    box(desk).press("Enter")
    expect(box(desk)).to_have_value("パスワード")
    expect(hits(desk).first).to_be_focused()
    expect(desk).to_have_url(re.compile("q=%E3%83%91%E3%82%B9%E3%83%AF%E3%83%BC%E3%83%89&open="))


def test_w_tells_why_the_chosen_page_came_up(desk: Page) -> None:
    typed(desk, "返品")
    box(desk).press("Enter")
    expect(hits(desk).first).to_be_focused()
    title = hits(desk).first.inner_text()
    desk.keyboard.press("w")
    desk.wait_for_url("**/console/why?*")
    expect(desk.get_by_role("heading", level=2, name=title)).to_be_visible()


def test_the_number_of_a_page_opens_it_beside(desk: Page) -> None:
    box(desk).fill("＃26")
    box(desk).press("Enter")
    expect(desk).to_have_url(re.compile("open=26"))
    expect(desk.locator('[data-view] h2 a[href="/ja/pages/26"]')).to_be_visible()


def test_customers_see_the_list_follow_and_enter_leads_to_it(page: Page) -> None:
    page.goto("/ja/search")
    field = page.get_by_role("combobox")
    field.press_sequentially("返品", delay=30)
    title = page.get_by_role("heading", level=1)
    expect(title).to_contain_text("「返品」の検索結果")
    expect(page).to_have_url(re.compile(r"/ja/search\?q="))
    expect(page).to_have_title(re.compile("^「返品」"))
    field.fill("電源")
    expect(title).to_contain_text("「電源」")
    page.evaluate("window.isSame = true")
    field.press("Enter")
    page.wait_for_function("() => !window.isSame")
    expect(title).to_contain_text("「電源」")
    page.get_by_role("combobox").fill("#26")
    page.get_by_role("combobox").press("Enter")
    page.wait_for_url(re.compile("/ja/faq/26-"))


def test_without_scripts_everything_is_there_by_links_and_buttons(
    new_context: Callable[..., BrowserContext], served: Served
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    served.sign_in(page, "operator")
    box(page).fill("返品")
    page.get_by_role("button", name="探す").click()
    expect(hits(page).first).to_be_visible()
    expect(heading(page)).to_have_text(hits(page).first.inner_text())
    page.locator("#facets summary").click()
    page.locator("#facets").get_by_role("link", name=re.compile("^社内のみ")).click()
    expect(page.get_by_role("link", name="「社内のみ」を外す")).to_be_visible()
    page.get_by_role("link", name=re.compile("がなぜ出たか")).first.click(force=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("なぜ出た／なぜ出ない")
