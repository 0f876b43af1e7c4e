"""The SVs' list: what waits, in order; take, give back and answer in place; the number in the bar."""

import re
from typing import Any

import pytest

from kb.rules.calls import Fault, HelpKind, HelpState
from kb.rules.pages import Audience
from kb.services import flagging, helping
from kb.services.house import House
from kb.store.flags import Flag
from kb.store.help_requests import HelpRequest
from tests.conftest import Browser, StoppedClock
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


def test_everything_that_waits_stands_in_one_list_the_longest_first(
    as_operator: Browser, as_sv: Browser, house: House, clock: StoppedClock
) -> None:
    who = as_operator.actor
    assert who is not None
    with house.store.writing() as db:
        page = make_page(db, "店舗受け取り")
        flagging.flag(db, page.id, None, Fault.OUT_OF_DATE, "店頭でも可", by=who)
        clock.advance(minutes=2)
        helping.send(db, HelpKind.HANDOVER, "無償で直して", {"purpose": "介護で電話できず"}, call=None, by=who)
        clock.advance(minutes=2)
        helping.ask(db, "電圧", "何と言えば", call=None, by=who)
    shown = as_sv.get("/ja/requests").text
    places = [shown.index(words) for words in ("店頭でも可", "無償で直して", "何と言えば")]
    assert places == sorted(places)
    assert "4分前" in shown and "2分前" in shown
    assert "介護で電話できず" in shown
    assert "<html" not in as_sv.get("/ja/requests?part=list").text


def test_an_empty_list_says_what_is_good_about_it(as_sv: Browser) -> None:
    assert "待っている人はいません" in as_sv.get("/ja/requests").text.replace("<wbr>", "")


def test_it_is_taken_answered_in_place_and_gone_from_the_list(as_sv: Browser, house: House, asked: int) -> None:
    with house.store.writing() as db:
        page = make_page(db, "海外での使い方")
        number = page.id
    assert act(as_sv, asked, "take").location == f"/ja/requests#r{asked}"
    assert "あなたが確認中" in as_sv.get("/ja/requests").text
    assert act(as_sv, asked, "answer", answer="100Vの国だけ", page=f"#{number}").status_code == 303
    found = known(house, asked)
    assert (found.state, found.answer, found.page_id) == (HelpState.ANSWERED, "100Vの国だけ", number)
    assert "何と言えば" not in as_sv.get("/ja/requests").text
    assert "100Vの国だけ" in as_sv.get("/ja/requests?tab=answered").text


def test_who_comes_second_is_told_and_keeps_what_they_wrote(
    as_sv: Browser, as_admin: Browser, house: House, asked: int
) -> None:
    act(as_admin, asked, "take")
    late = act(as_sv, asked, "answer", answer="わたしの長い答え")
    assert late.status_code == 409
    assert "ほかの人が先に引き受けました" in late.text and "わたしの長い答え" in late.text
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
    assert first.get_json()["stamp"] in as_sv.get("/ja/requests").text
    act(as_sv, asked, "take")
    fresh = as_sv.get("/ja/requests/now", headers=same)
    assert (fresh.status_code, fresh.get_json()["waiting"]) == (200, 0)
