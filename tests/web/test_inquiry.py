"""The customers' inquiry form: nothing is lost, nothing is sent unseen, and nobody else can send it."""

import re
from dataclasses import replace
from typing import Any

import pytest

from kb.app import create_app
from kb.config import Settings
from kb.rules import clock
from kb.rules.roles import SYSTEM
from kb.services import indexing, settings
from kb.services.house import House
from kb.store import tallies
from kb.store.inquiries import Inquiry
from kb.store.pages import Page
from tests.conftest import Browser
from tests.make import make_page

FORM, ANSWERS = "/ja/inquiry", "/ja/inquiry/answers"
LETTER = {"subject": "保証のこと", "text": "保証書をなくしたら どうなりますか"}
POWER = {"subject": "電源が入らない", "text": "届いたテレビです"}


def kept(house: House) -> list[Inquiry]:
    with house.store.reading() as db:
        return list(db.query(Inquiry).order_by(Inquiry.id))


def counted(house: House) -> dict[str, int]:
    with house.store.reading() as db:
        return dict(tallies.most(db, "inquiry", since=clock.today(), limit=5))


def send(browser: Browser, **fields: Any) -> Any:
    return browser.post(FORM, data=fields)


@pytest.fixture
def answer(house: House) -> Page:
    with house.store.writing() as db:
        made = make_page(db, "電源が入りません", "コンセントを抜き、10分待ってから差してください。")
    indexing.drain_all(house.store, house.index)
    return made


def test_the_form_is_the_same_for_everybody_and_says_what_is_kept_and_how_long(client: Browser, house: House) -> None:
    with house.store.writing() as db:
        settings.change(db, {"inquiry_days": 33, "contact_phone": "0120-000-000"}, by=SYSTEM)
    shown = client.get(FORM)
    assert shown.status_code == 200
    assert "Set-Cookie" not in shown.headers
    assert "csrf_token" not in shown.text
    assert "33日で自動的に消します" in shown.text
    assert 'href="tel:0120000000"' in shown.text


def test_without_a_phone_number_nobody_is_told_to_call(client: Browser) -> None:
    shown = client.get(FORM).text
    assert "tel:" not in shown
    assert "お電話" not in shown


def test_the_words_of_a_search_come_along_and_stay_text(client: Browser) -> None:
    assert 'value="&lt;b&gt;&#34; 電源"' in client.get(FORM, query_string={"q": '<b>" 電源'}).text


def test_a_letter_is_sent_and_its_receipt_names_a_number_alone(client: Browser, house: House) -> None:
    sent = send(client, **LETTER, mail="hanako@example.com")
    assert sent.status_code == 303
    (one,) = kept(house)
    assert sent.location == f"/ja/inquiry?received={one.number}"
    assert (one.subject, one.mail, one.language.value) == (LETTER["subject"], "hanako@example.com", "ja")
    receipt = client.get(sent.location)
    assert one.number in receipt.text
    assert not any(word in receipt.text for word in ("hanako", LETTER["subject"], LETTER["text"]))
    assert "no-store" in receipt.headers["Cache-Control"]
    assert counted(house) == {"sent": 1}


@pytest.mark.parametrize("number", ["<script>", "いい加減", "0" * 5000])
def test_a_receipt_for_anything_but_a_number_is_the_empty_form(client: Browser, number: str) -> None:
    assert "受け付けました" not in client.get(FORM, query_string={"received": number}).text


def test_matching_answers_are_shown_once_before_it_is_sent(client: Browser, house: House, answer: Page) -> None:
    asked = send(client, **POWER)
    assert asked.status_code == 200
    assert kept(house) == []
    assert "まだ送っていません" in asked.text.replace("<wbr>", "")
    assert "電源が入りません" in asked.text
    assert POWER["text"] in asked.text
    assert counted(house) == {"shown": 1}
    offered = re.search(r'name="offered" value="([\d,]*)"', asked.text)
    assert offered is not None
    assert send(client, **POWER, seen="1", offered=offered[1]).status_code == 303
    assert kept(house)[0].offered == [answer.id]


def test_whoever_is_helped_by_an_answer_is_thanked_and_leaves_nothing(
    client: Browser, house: House, answer: Page
) -> None:
    done = send(client, **POWER, mail="hanako@example.com", solved=answer.id)
    assert (done.status_code, done.location) == (303, "/ja/inquiry?solved=1")
    assert "解決してよかったです" in client.get(done.location).text
    assert kept(house) == []
    assert counted(house) == {"avoided": 1}


def test_personal_data_is_shown_to_its_writer_before_it_is_sent(client: Browser, house: House) -> None:
    letter = LETTER | {"text": "折り返しは090-1234-5678へ。カードは4111 1111 1111 1111です"}
    asked = send(client, **letter)
    assert asked.status_code == 200
    assert kept(house) == []
    assert "個人情報が書かれているようです" in asked.text
    assert re.search(r'value="mask" checked', asked.text)
    assert send(client, **letter, seen="1", personal="mask").status_code == 303
    assert send(client, **letter, seen="1", personal="keep").status_code == 303
    masked, whole = kept(house)
    assert "［電話番号］" in masked.text
    assert "090-1234-5678" in whole.text
    assert "［カード番号］" in masked.text
    assert "4111" not in whole.text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"subject": ""}, "subject"),
        ({"subject": "あ" * 10_000}, "subject"),
        ({"text": " "}, "text"),
        ({"text": "あ" * 4_001}, "text"),
        ({"mail": "a@example.com\r\nBcc: b@example.com"}, "mail"),
        ({"mail": "nobody"}, "mail"),
    ],
)
def test_a_faulty_form_comes_back_whole_with_a_summary_that_leads_to_the_field(
    client: Browser, house: House, fields: dict[str, str], field: str
) -> None:
    typed = LETTER | {"mail": "hanako@example.com"} | fields
    back = send(client, **typed)
    assert back.status_code == 422
    assert f'<a href="#f-{field}">' in back.text
    assert "data-focus" in back.text
    for value in typed.values():
        assert value.strip() in back.text.replace("\n", "\r\n") or value.strip() in back.text
    assert kept(house) == []


def test_odd_letters_come_to_rest_as_text(client: Browser, house: House) -> None:
    assert send(client, subject="מיכל \u202eכהן\x00", text="<script>alert(1)</script>\x07").status_code == 303
    (one,) = kept(house)
    assert (one.subject, one.text) == ("מיכל כהן", "<script>alert(1)</script>")


@pytest.mark.parametrize("offered", ["x", "1,,-5", "9" * 400, ",".join(["1"] * 5000)])
def test_a_made_up_list_of_pages_does_no_harm(client: Browser, house: House, offered: str) -> None:
    assert send(client, **LETTER, seen="1", offered=offered).status_code == 303
    assert kept(house)[0].offered == []


def test_a_program_that_fills_the_hidden_field_is_told_that_all_is_well(client: Browser, house: House) -> None:
    answered = send(client, **LETTER, website="https://spam.example")
    assert answered.status_code == 303
    assert "received=" in answered.location
    assert kept(house) == []
    assert counted(house) == {}


@pytest.mark.parametrize("path", [FORM, ANSWERS])
def test_another_site_can_send_nothing(client: Browser, house: House, path: str) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert client.post(path, data=LETTER, headers=headers).status_code == 403
    assert kept(house) == []
    assert client.post(path, data=LETTER, headers={"Sec-Fetch-Site": "same-origin"}).status_code < 400


def test_answers_while_typing_are_a_piece_of_the_page_and_counted_once(
    client: Browser, house: House, answer: Page
) -> None:
    piece = client.post(ANSWERS, data={**POWER, "first": "1"})
    assert piece.status_code == 200
    assert f'data-answer="{answer.id}"' in piece.text
    assert "<html" not in piece.text
    client.post(ANSWERS, data=POWER)
    client.post(ANSWERS, data={"subject": "宇宙", "first": "1"})
    assert counted(house) == {"shown": 1}
    assert "data-answer" not in client.post(ANSWERS, data={"subject": "宇宙"}).text


def test_who_sends_too_much_is_told_so_and_loses_nothing(settings: Settings, house: House) -> None:
    app = create_app(replace(settings, rate_limits=True), house)
    app.testing, app.test_client_class = True, Browser
    browser: Any = app.test_client()
    # What was not sent does not count.
    for _time in range(12):
        assert send(browser, subject="", text="書きかけ").status_code == 422
    for _time in range(10):
        assert send(browser, **LETTER).status_code == 303
    stopped = send(browser, **LETTER)
    assert stopped.status_code == 429
    assert "1時間ほどたってから" in stopped.text
    assert LETTER["text"] in stopped.text
    assert len(kept(house)) == 10
