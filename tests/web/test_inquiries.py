"""The staff's room for inquiries, and the way from a question to a page."""

import re
from typing import Any

import pytest

from kb.rules.inquiries import InquiryState
from kb.rules.pages import Kind
from kb.services import indexing, inquiring
from kb.services.house import House
from kb.services.inquiring import Count, Letter
from kb.store.inquiries import Inquiry
from kb.store.pages import Page
from tests.conftest import Browser, StoppedClock
from tests.make import make_page


def write(
    house: House, subject: str = "録画の引っ越し", text: str = "前のテレビの録画は見られますか", mail: str = ""
) -> int:
    with house.store.writing() as db:
        return inquiring.send(db, Letter(subject, text, mail, keeps_personal=True)).id


def known(house: House, id: int) -> Inquiry:
    with house.store.reading() as db:
        found = db.get(Inquiry, id)
        assert found is not None
        return found


def act(browser: Browser, id: int, action: str, **more: Any) -> Any:
    return browser.submit(f"/ja/inquiries/{id}", {"action": action, **more})


def test_the_list_tells_age_number_and_who_wants_a_reply(
    as_operator: Browser, house: House, clock: StoppedClock
) -> None:
    first = write(house, mail="hanako@example.com")
    clock.advance(days=4)
    write(house, "新しい方")
    shown = as_operator.get("/ja/inquiries").text
    assert shown.index("録画の引っ越し") < shown.index("新しい方")
    assert "4日前" in shown
    assert shown.count("返事が必要") == 1
    assert known(house, first).number in shown
    assert "hanako" not in shown


def test_the_bar_tells_how_many_wait_and_no_more(as_operator: Browser, house: House) -> None:
    def waiting() -> list[str]:
        return re.findall(r"問合せ <span class=\"count\">(\d+)<", as_operator.get("/ja/inquiries").text)

    assert waiting() == []
    id = write(house)
    write(house)
    assert waiting() == ["2"]
    act(as_operator, id, "take")
    assert waiting() == ["1"]


def test_an_empty_list_says_what_is_good_about_it(as_operator: Browser) -> None:
    assert "待っているお問い合わせはありません" in as_operator.get("/ja/inquiries").text.replace("<wbr>", "")


def test_a_receipt_number_leads_to_its_inquiry_however_it_is_typed(as_operator: Browser, house: House) -> None:
    id = write(house)
    number = known(house, id).number.lower().replace("-", " ")
    found = as_operator.get("/ja/inquiries", query_string={"number": number})
    assert (found.status_code, found.location) == (302, f"/ja/inquiries/{id}")
    missing = as_operator.get("/ja/inquiries", query_string={"number": "2222-2222"})
    assert "この番号のお問い合わせはありません" in missing.text


def test_figures_are_numbers_with_a_drawing_and_a_table(as_operator: Browser, house: House) -> None:
    with house.store.writing() as db:
        for _time in range(3):
            inquiring.count(db, Count.SHOWN)
        inquiring.count(db, Count.AVOIDED)
    shown = as_operator.get("/ja/inquiries").text
    assert "<svg" in shown
    table = re.findall(r'<th scope="row">([^<]+)</th><td class="n">(\d+)回', shown)
    assert table == [("答えを見せた", "3"), ("答えで解決した", "1"), ("送られた", "0")]


def test_one_wins_and_the_other_sees_who(as_operator: Browser, as_sv: Browser, house: House) -> None:
    id = write(house)
    assert act(as_operator, id, "take").status_code == 303
    late = act(as_sv, id, "take")
    assert late.status_code == 409
    assert "operatorさんが対応しています" in late.text
    assert known(house, id).handled_by_id == as_operator.actor.id  # type: ignore[union-attr]
    assert act(as_sv, id, "close", note="横から").status_code == 409
    assert act(as_sv, id, "give_back").status_code == 303
    assert known(house, id).state is InquiryState.OPEN


def test_a_note_that_is_too_long_comes_back_with_its_field(as_operator: Browser, house: House) -> None:
    id = write(house)
    act(as_operator, id, "take")
    back = act(as_operator, id, "close", note="あ" * 301, page="")
    assert back.status_code == 422
    assert 'href="#f-note"' in back.text
    assert "あ" * 301 in back.text
    assert act(as_operator, id, "close", note="", page="よん").status_code == 422


def test_closing_with_a_page_shows_the_address_for_the_customer(as_operator: Browser, house: House) -> None:
    id = write(house)
    with house.store.writing() as db:
        page = make_page(db, "録画は引き継げません")
    act(as_operator, id, "take")
    assert act(as_operator, id, "close", note="案内した", page=page.id).location == "/ja/inquiries"
    shown = as_operator.get(f"/ja/inquiries/{id}").text
    assert f"http://localhost/ja/faq/{page.id}-" in shown
    assert "案内した" in shown
    assert "録画の引っ越し" in as_operator.get("/ja/inquiries?state=closed").text


@pytest.mark.parametrize("action", ["", "delete", "close"])
def test_what_can_not_be_done_changes_nothing(as_operator: Browser, house: House, action: str) -> None:
    id = write(house)
    assert act(as_operator, id, action).status_code in (409, 422)
    assert known(house, id).state is InquiryState.OPEN


def test_what_a_customer_wrote_is_text_on_the_staffs_screen(as_operator: Browser, house: House) -> None:
    id = write(house, "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "a&b@example.com")
    shown = as_operator.get(f"/ja/inquiries/{id}").text + as_operator.get("/ja/inquiries").text
    assert "<img src=x" not in shown
    assert "<script>alert" not in shown
    assert 'href="mailto:a%26b@example.com"' in shown


def test_an_operator_makes_a_story_of_it_with_the_customers_words(as_operator: Browser, house: House) -> None:
    id = write(house, "電話は090-1234-5678", "録画は見られますか")
    form = as_operator.get(f"/ja/stories/new?inquiry={id}")
    assert "［電話番号］" in form.text
    assert "録画は見られますか" in form.text
    assert "090-1234" not in form.text
    parts = {
        "title": "録画の話",
        "words": "録画は見られますか",
        "done": "案内した",
        "action": "submit",
        "place": "story",
    }
    assert as_operator.submit(f"/ja/stories/new?inquiry={id}", parts).status_code == 302
    assert "録画の話" in as_operator.get(f"/ja/inquiries/{id}").text
    with house.store.reading() as db:
        page = db.get(Page, known(house, id).page_id)
        assert page is not None
        assert page.kind is Kind.CASE


def test_an_sv_makes_a_faq_of_it_and_the_inquiry_shows_it(as_sv: Browser, house: House) -> None:
    id = write(house, "録画の引っ越しはできますか")
    form = as_sv.get(f"/ja/pages/new?kind=faq&inquiry={id}")
    assert re.search(r'<textarea[^>]*name="phrases"[^>]*>\s*録画の引っ越しはできますか', form.text)
    fields = {
        "action": "save",
        "title": "録画は引き継げますか",
        "body": "いいえ。",
        "kind": "faq",
        "audience": "public",
    }
    made = as_sv.submit(f"/ja/pages/new?kind=faq&inquiry={id}", {**fields, "phrases": "録画の引っ越しはできますか"})
    assert made.status_code == 302
    shown = as_sv.get(f"/ja/inquiries/{id}").text
    assert "この記事が答えになりました" in shown
    assert "録画は引き継げますか" in shown


def test_an_operator_is_offered_no_faq_and_an_inquiry_that_is_not_there_is_no_page(
    as_operator: Browser, house: House
) -> None:
    assert "FAQを書く" not in as_operator.get(f"/ja/inquiries/{write(house)}").text
    assert as_operator.get("/ja/inquiries/999").status_code == 404
    assert as_operator.get("/ja/stories/new?inquiry=999").status_code == 404
    assert as_operator.get("/ja/inquiries?state=king").status_code == 422


def test_a_visitor_meets_the_door_and_learns_nothing(client: Browser, house: House) -> None:
    for path in ("/ja/inquiries", f"/ja/inquiries/{write(house)}", "/ja/inquiries/999"):
        answer = client.get(path)
        assert (answer.status_code, answer.location.split("?")[0]) == (302, "/ja/sign-in")
        assert "録画" not in answer.text


def test_no_word_of_an_inquiry_leaves_the_staffs_room(client: Browser, as_sv: Browser, house: House) -> None:
    id = write(house, "件名 zqsubject", "本文 zqtext", "zqmail@example.com")
    indexing.drain_all(house.store, house.index)
    secrets = ("zqsubject", "zqtext", "zqmail")
    public = ["/ja/", "/ja/inquiry", "/ja/search?q=件名", "/ja/suggest?q=件", "/ja/feed.atom", "/sitemap.xml"]
    programs = ["/api/v1/search?q=件名", "/api/v1/pages?limit=100", "/api/v1/suggest?q=件"]
    staff = ["/ja/console?q=件名", "/ja/pages", "/ja/pages/export", "/ja/admin/events"]
    for browser, paths in ((client, public + programs), (as_sv, programs + staff)):
        for path in paths:
            with browser.get(path) as answer:
                assert not any(secret in answer.text for secret in secrets), path
    # The very same words do stand where they belong.
    assert all(secret in as_sv.get(f"/ja/inquiries/{id}").text for secret in secrets)
