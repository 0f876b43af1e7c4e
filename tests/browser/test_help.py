"""Help in a call as only a browser shows it: by keys alone, live between two people, and nothing typed is lost."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

ROOM = "/ja/call?q=返品"


def opened(as_person: Callable[..., Page]) -> Page:
    """The operator in a call, a page beside the list, and the keys at work."""
    page = as_person("operator", "")
    page.goto(ROOM)
    expect(page.locator("article[data-page]")).to_be_visible()
    page.locator("#view").focus()
    return page


def test_by_keys_alone_an_operator_asks_an_sv_answers_and_the_operator_reads_it(
    as_person: Callable[..., Page],
) -> None:
    operator, sv = opened(as_person), as_person("sv", "")
    sv.goto("/ja/review")
    operator.keyboard.press("x")
    expect(operator.get_by_role("dialog").get_by_label("お客様の言葉")).to_have_value("返品")
    operator.keyboard.type("箱がなくても返品できますか")
    operator.keyboard.press("Enter")
    expect(operator.get_by_role("dialog")).to_have_count(0)
    # Nobody loads anything anew: the list of the SV and the room of the operator follow by themselves.
    row = sv.locator("[data-item]", has_text="箱がなくても返品できますか")
    row.get_by_role("button", name="答える").press("Enter")
    expect(sv.get_by_text("あなたが確認中")).to_be_visible()
    expect(sv.get_by_label("答え", exact=True)).to_be_focused()
    sv.keyboard.type("箱がなくてもお受けします。")
    sv.keyboard.press("Tab")
    sv.keyboard.type("26")
    sv.keyboard.press("Tab")
    sv.keyboard.press("Enter")
    answer = operator.locator("[data-answer]", has_text="箱がなくてもお受けします。")
    expect(answer).to_be_visible()
    expect(operator.locator("[data-announce]")).to_contain_text("箱がなくてもお受けします。")
    answer.get_by_role("link", name="開く").press("Enter")
    expect(operator.locator('article[data-page="26"]')).to_be_visible()
    answer.get_by_role("button", name="読みました").press("Enter")
    expect(answer).to_have_count(0)


def test_a_page_is_flagged_with_five_keys_and_a_line(as_person: Callable[..., Page]) -> None:
    page = opened(as_person)
    page.keyboard.press("f")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("2")
    page.keyboard.press("Tab")
    page.keyboard.type("3つ目の文")
    page.keyboard.press("Enter")
    expect(page.locator("[data-toast]", has_text="ありがとうございます")).to_be_visible()


def test_a_hand_over_is_copied_as_it_was_changed_and_ends_the_call(as_person: Callable[..., Page]) -> None:
    page = opened(as_person)
    page.keyboard.press("h")
    page.get_by_role("dialog").get_by_label("本当の目的").fill("土曜までに要る")
    page.get_by_role("radio", name="怒っている").check()
    copied = page.locator("#handover-text")
    text = copied.input_value()
    for line in ("【引き継ぎ】", "お客様のご用件：返品", "本当の目的：土曜までに要る", "ご様子：怒っている"):
        assert line in text
    page.get_by_role("button", name="SVへ送る").click()
    page.get_by_role("button", name="「引き継ぎ」で応対を終える").click()
    expect(page.locator("[data-outcome-told]")).to_have_text("引き継ぎ")


def test_harassment_is_counted_by_its_key_and_survives_a_new_screen(as_person: Callable[..., Page]) -> None:
    page = opened(as_person)
    band, count = page.locator("[data-hard]"), page.locator("[data-hard-count]")
    expect(band).to_be_hidden()
    page.keyboard.press("k")
    expect(band).to_be_visible()
    page.keyboard.press("k")
    page.keyboard.press("k")
    expect(count).to_have_text("2")
    phrase = page.locator("[data-phrase]").nth(1)
    phrase.press("Enter")
    expect(phrase).to_have_class("phrase is-said")
    page.reload()
    expect(count).to_have_text("2")
    page.get_by_role("link", name="終える、記録を送る").press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("2回")
    page.keyboard.press("2")
    page.get_by_role("button", name="記録をSVへ送る").press("Enter")
    expect(band).to_be_hidden()


def test_the_queue_grows_by_itself_and_keeps_what_is_chosen(as_person: Callable[..., Page]) -> None:
    sv, operator = as_person("sv", ""), as_person("operator", "")
    sv.goto("/ja/review")
    sv.keyboard.press("j")
    sv.keyboard.press("j")
    chosen = sv.locator("[data-item].is-selected")
    key = chosen.get_attribute("data-item")
    operator.goto("/ja/call/gap")
    operator.get_by_label("SVに聞きたいこと").fill("あとから届いた質問")
    operator.get_by_role("button", name="SVに聞く").click()
    expect(sv.locator("[data-item]", has_text="あとから届いた質問")).to_be_visible()
    assert chosen.get_attribute("data-item") == key
    expect(chosen.locator(".t")).to_be_focused()
