"""What operators ask of SVs: take, give back and answer in place; the number in the bar."""

import re
from typing import Any

import pytest

from kb.rules.calls import Fault, HelpKind, HelpState
from kb.rules.pages import Audience
from kb.services import flagging, helping
from kb.services.house import House
from kb.store.flags import Flag
from kb.store.help_requests import HelpRequest
from tests.conftest import Browser
from tests.make import make_page


@pytest.fixture
def asked(as_operator: Browser, house: House) -> int:
    assert as_operator.actor is not None
    with house.store.writing() as db:
        return helping.ask(db, "電圧 海外", "何と言えばよいですか", call=None, by=as_operator.actor).id


def known(house: House, id: int) -> HelpRequest:
    with house.store.reading() as db:
        found = db.get(HelpRequest, id)
        assert found is not None
        return found


def act(browser: Browser, id: int, action: str, **more: Any) -> Any:
    return browser.submit(f"/ja/requests/{id}", {"action": action, **more})


def test_the_old_address_leads_into_the_one_queue(as_sv: Browser, asked: int) -> None:
    answer = as_sv.get("/ja/requests")
    assert (answer.status_code, answer.location) == (302, "/ja/review?kind=help")
    assert "何と言えばよいですか" in as_sv.get(answer.location).text.replace("<wbr>", "")


def test_what_came_with_a_request_stands_on_its_screen(as_operator: Browser, as_sv: Browser, house: House) -> None:
    assert as_operator.actor is not None
    with house.store.writing() as db:
        card = {"purpose": "介護で電話できず"}
        id = helping.send(db, HelpKind.HANDOVER, "無償で直して", card, call=None, by=as_operator.actor).id
    shown = as_sv.get(f"/ja/review/help/{id}").text
    assert "介護で電話できず" in shown and "無償で直して" in shown
    assert as_sv.get("/ja/review/help/999").status_code == 404


def test_it_is_taken_answered_in_place_and_gone_from_the_list(as_sv: Browser, house: House, asked: int) -> None:
    with house.store.writing() as db:
        page = make_page(db, "海外での使い方")
        number = page.id
    assert act(as_sv, asked, "take").location == f"/ja/review/help/{asked}"
    assert "あなたが確認中" in as_sv.get(f"/ja/review/help/{asked}").text
    assert act(as_sv, asked, "answer", answer="100Vの国だけ", page=f"#{number}").status_code == 303
    found = known(house, asked)
    assert (found.state, found.answer, found.page_id) == (HelpState.ANSWERED, "100Vの国だけ", number)
    assert "何と言えば" not in as_sv.get("/ja/review").text.replace("<wbr>", "")
    assert "100Vの国だけ" in as_sv.get("/ja/requests?tab=answered").text
    assert "100Vの国だけ" in as_sv.get(f"/ja/review/help/{asked}").text


def test_who_comes_second_is_told_and_keeps_what_they_wrote(
    as_sv: Browser, as_admin: Browser, house: House, asked: int
) -> None:
    act(as_admin, asked, "take")
    late = act(as_sv, asked, "answer", answer="わたしの長い答え")
    assert late.status_code == 409
    assert "いまはadminさんが確認しています" in late.text and "わたしの長い答え" in late.text
    assert "adminさんが確認中" in late.text
    assert known(house, asked).state is HelpState.TAKEN
    act(as_sv, asked, "give_back")
    assert known(house, asked).state is HelpState.OPEN


def test_an_answer_that_says_nothing_comes_back_with_its_reason(as_sv: Browser, house: House, asked: int) -> None:
    act(as_sv, asked, "take")
    empty = act(as_sv, asked, "answer", answer=" ")
    assert empty.status_code == 422 and "答えを書くか" in empty.text
    with house.store.writing() as db:
        make_page(db, "SVだけ", audience=Audience.SV)
    hidden = act(as_sv, asked, "answer", answer="見て", page="SVだけ")
    assert hidden.status_code == 422 and "送った人には見えません" in hidden.text and "見て" in hidden.text
    assert act(as_sv, asked, "nonsense").status_code == 422


def test_a_flag_is_closed_with_a_reply(as_operator: Browser, as_sv: Browser, house: House) -> None:
    assert as_operator.actor is not None
    with house.store.writing() as db:
        page = make_page(db, "店舗受け取り")
        id, number = flagging.flag(db, page.id, None, Fault.WRONG, "", by=as_operator.actor).id, page.id
    assert "指摘あり" in as_operator.get(f"/ja/pages/{number}").text
    assert as_sv.submit(f"/ja/requests/flags/{id}", {"reply": ""}).status_code == 422
    assert as_sv.submit(f"/ja/requests/flags/{id}", {"reply": "直しました"}).status_code == 303
    assert as_sv.submit(f"/ja/requests/flags/{id}", {"reply": "わたしも"}).status_code == 409
    with house.store.reading() as db:
        found = db.get(Flag, id)
        assert found is not None and found.reply == "直しました"
    assert "指摘あり" not in as_operator.get(f"/ja/pages/{number}").text


def test_the_bar_of_svs_alone_tells_how_many_wait(as_operator: Browser, as_sv: Browser, asked: int) -> None:
    counted = re.findall(r"data-waiting-count>(\d+)<", as_sv.get("/ja/pages").text)
    assert counted == ["1"]
    assert "data-waiting" not in as_operator.get("/ja/pages").text
    assert as_operator.get("/ja/requests").status_code == 403
    act(as_sv, asked, "take")
    assert re.findall(r"data-waiting-count>(\d+)<", as_sv.get("/ja/pages").text) == ["0"]


def test_the_count_is_answered_with_304_until_something_happens(as_sv: Browser, asked: int) -> None:
    first = as_sv.get("/ja/requests/now")
    assert first.get_json()["waiting"] == 1
    same = {"If-None-Match": first.headers["ETag"]}
    assert as_sv.get("/ja/requests/now", headers=same).status_code == 304
    assert first.get_json()["stamp"] in as_sv.get("/ja/review").text
    act(as_sv, asked, "take")
    fresh = as_sv.get("/ja/requests/now", headers=same)
    assert (fresh.status_code, fresh.get_json()["waiting"]) == (200, 0)
