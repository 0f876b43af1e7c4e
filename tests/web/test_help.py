"""Help in a call by plain forms and for scripts: flag, gap, hand-over, harassment, and what comes back."""

import re
from typing import Any

import pytest

from kb.rules.calls import Fault, HelpKind, StepKind
from kb.rules.pages import Audience
from kb.rules.roles import SYSTEM
from kb.services import calling, flagging, helping, settings
from kb.services.house import House
from kb.store.calls import Call
from kb.store.flags import Flag
from kb.store.help_requests import HelpRequest
from tests.conftest import Browser, StoppedClock
from tests.make import make_page

JSON = {"Accept": "application/json"}
LIMITED = """\
送料です。

:::limit sv
- 送料の免除
:::

:::say
お声を落としていただけますか。
:::

- ここまででございます
"""


@pytest.fixture
def page(house: House) -> int:
    with house.store.writing() as db:
        return make_page(db, "送料について", LIMITED).id


def rows(house: House, kind: Any) -> list[Any]:
    with house.store.reading() as db:
        return list(db.query(kind).order_by(kind.id))


def steps(house: House) -> list[tuple[StepKind, str]]:
    with house.store.reading() as db:
        return [(step.kind, step.words) for call in db.query(Call) for step in call.steps]


def test_a_flag_is_sent_by_a_form_and_leads_back_with_thanks(as_operator: Browser, house: House, page: int) -> None:
    shown = as_operator.get(f"/ja/call/flag?page={page}&back=/ja/pages/{page}").text
    assert "送料について" in shown and "誤りがある" in shown
    fields = {"page": page, "fault": "unclear", "words": "表が見づらい", "back": f"/ja/pages/{page}"}
    answer = as_operator.submit("/ja/call/flag", fields)
    assert (answer.status_code, answer.location) == (303, f"/ja/pages/{page}")
    assert [(one.fault, one.words) for one in rows(house, Flag)] == [(Fault.UNCLEAR, "表が見づらい")]
    after = as_operator.get(f"/ja/pages/{page}").text
    assert "ありがとうございます" in after
    assert "指摘あり" in after and "表が見づらい" not in after


def test_a_flag_without_a_fault_comes_back_with_what_was_typed(as_operator: Browser, house: House, page: int) -> None:
    answer = as_operator.submit("/ja/call/flag", {"page": page, "words": "表が見づらい"})
    assert answer.status_code == 422
    assert "何が気になったかを選んでください" in answer.text and 'value="表が見づらい"' in answer.text
    told = as_operator.submit("/ja/call/flag", {"page": page}, headers=JSON)
    assert (told.status_code, told.get_json()["error"]["field"]) == (422, "fault")
    assert rows(house, Flag) == []


def test_a_hidden_page_can_not_be_flagged_and_looks_missing(as_operator: Browser, house: House) -> None:
    with house.store.writing() as db:
        hidden = make_page(db, audience=Audience.SV).id
    for number in (hidden, 9999):
        assert as_operator.get(f"/ja/call/flag?page={number}").status_code == 404
        assert as_operator.submit("/ja/call/flag", {"page": number, "fault": "wrong"}).status_code == 404


def test_personal_data_is_asked_about_before_anything_is_kept(as_operator: Browser, house: House, page: int) -> None:
    fields = {"page": page, "fault": "wrong", "words": "090-1234-5678 の方から"}
    told = as_operator.submit("/ja/call/flag", fields, headers=JSON)
    assert (told.status_code, told.get_json()["error"]["code"]) == (422, "personal_data")
    assert rows(house, Flag) == []
    key = told.get_json()["error"]["findings"][0]["key"]
    fields |= {"personal_seen": key, "personal_mask": key}
    assert as_operator.submit("/ja/call/flag", fields, headers=JSON).status_code == 200
    assert "5678" not in rows(house, Flag)[0].words


def test_not_found_keeps_the_words_and_asks_an_sv(as_operator: Browser, house: House) -> None:
    shown = as_operator.get("/ja/call/gap?words=電圧").text
    assert 'value="電圧"' in shown and "/ja/stories/new?words=%E9%9B%BB%E5%9C%A7" in shown
    assert as_operator.get("/ja/stories/new?words=電圧").status_code == 200
    fields = {"words": "電圧", "question": "何と言えばよいですか", "action": "ask"}
    assert as_operator.submit("/ja/call/gap", fields).status_code == 303
    asked = rows(house, HelpRequest)[0]
    assert (asked.kind, asked.words, asked.card) == (HelpKind.QUESTION, "電圧", {"question": "何と言えばよいですか"})
    assert steps(house) == [(StepKind.GAP, "電圧")]
    assert "何と言えばよいですか" in as_operator.get("/ja/call").text
    story = re.findall(r'href="(/ja/stories/new[^"]*)"', as_operator.get("/ja/call/gap?words=電圧").text)[0]
    assert "call=" in story
    assert "電圧" in as_operator.get(story.replace("&amp;", "&")).text


def test_a_gap_that_a_script_has_noted_is_not_noted_twice(as_operator: Browser, house: House) -> None:
    fields = {"words": "電圧", "action": "ask", "noted": "1"}
    assert as_operator.submit("/ja/call/gap", fields, headers=JSON).get_json()["message"]
    assert steps(house) == []
    as_operator.submit("/ja/call/gap", {"words": "電圧", "action": "note"})
    assert steps(house) == [(StepKind.GAP, "電圧")]
    assert len(rows(house, HelpRequest)) == 1


def test_a_hand_over_is_filled_in_from_the_call_and_can_be_changed(
    as_operator: Browser, house: House, page: int
) -> None:
    as_operator.submit("/ja/call/act", {"action": "start"})
    as_operator.submit("/ja/call/act", {"action": "set", "purpose": "土曜までに要る"})
    for action, words in (("search", "送料を無料に"), ("use", ""), ("ask", "いつまでに要るか")):
        as_operator.submit(
            "/ja/call/act", {"action": action, "page": page if action != "search" else "", "words": words}
        )
    shown = as_operator.get(f"/ja/call/handover?page={page}").text
    for told in (
        "送料を無料に",
        "土曜までに要る",
        "使った記事：「送料について」",
        "うかがったこと：いつまでに要るか",
        "SVへ：送料の免除",
    ):
        assert told in shown, told
    fields = {
        "wish": "送料を無料に",
        "purpose": "土曜",
        "tried": "見た",
        "limit": "免除",
        "mood": "angry",
        "page": page,
    }
    sent = as_operator.submit("/ja/call/handover", fields, headers=JSON).get_json()
    assert "怒っている" in sent["html"] and "handed_over" in sent["html"]
    card = rows(house, HelpRequest)[0].card
    assert (card["purpose"], card["mood"], card["pages"]) == ("土曜", "angry", [page])
    assert card["facts"]["channel"] == "phone"


def test_a_hand_over_by_a_form_shows_the_card_and_offers_to_end_the_call(as_operator: Browser, house: House) -> None:
    as_operator.submit("/ja/call/act", {"action": "start"})
    shown = as_operator.submit("/ja/call/handover", {"wish": "交換したい", "line": "約束はしていない"})
    assert shown.status_code == 200
    assert "【引き継ぎ】" in shown.text and 'value="handed_over"' in shown.text
    assert as_operator.submit("/ja/call/handover", {"wish": " "}).status_code == 422
    key = re.findall(r'name="key" value="(\w+)"', shown.text)[-1]
    as_operator.submit("/ja/call/act", {"action": "end", "outcome": "handed_over", "key": key})
    assert rows(house, Call)[0].outcome == "handed_over"


def test_harassment_is_recorded_by_plain_forms_from_beginning_to_end(
    as_operator: Browser, house: House, page: int, clock: StoppedClock
) -> None:
    with house.store.writing() as db:
        settings.change(db, {"harassment_page": str(page)}, by=SYSTEM)

    def act(**fields: Any) -> Any:
        return as_operator.submit("/ja/call/harassment", fields)

    assert act(action="begin").status_code == 303
    shown = as_operator.get("/ja/call/harassment").text
    assert "お声を落としていただけますか" in shown.replace("<wbr>", "")
    assert "ここまででございます" in shown.replace("<wbr>", "")
    clock.advance(minutes=12)
    act(action="demand", words="上の者を出せ")
    act(action="boundary", words="ここまででございます")
    assert act(action="send").status_code == 422
    assert act(action="send", ending="handed_over", line="12分").status_code == 303
    card = rows(house, HelpRequest)[0].card
    assert (card["minutes"], card["demands"][0][1], card["said"][0][1]) == (12, "上の者を出せ", "ここまででございます")
    assert "記録を再開する" in as_operator.get("/ja/call/harassment").text


def test_without_a_page_for_it_the_screen_says_who_can_set_one(as_operator: Browser, as_admin: Browser) -> None:
    assert "管理者が、設定の" in as_operator.get("/ja/call/harassment").text
    assert "設定を開く" not in as_operator.get("/ja/call/harassment").text
    assert "/ja/admin/settings#f-harassment_page" in as_admin.get("/ja/call/harassment").text


def test_an_answer_stands_in_the_call_until_it_was_read(as_operator: Browser, as_sv: Browser, house: House) -> None:
    as_operator.submit("/ja/call/gap", {"words": "電圧", "action": "ask"})
    asked = rows(house, HelpRequest)[0].id
    assert as_sv.actor is not None
    with house.store.writing() as db:
        helping.answer(db, asked, "100Vの国だけです", by=as_sv.actor)
    assert "100Vの国だけです" in as_operator.get("/ja/call").text
    as_operator.submit("/ja/requests/mine", {"action": "read", "id": asked})
    assert "100Vの国だけです" not in as_operator.get("/ja/call").text
    assert "100Vの国だけです" in as_operator.get("/ja/requests/mine").text


def test_the_reply_to_a_flag_comes_back_to_its_author_alone(
    as_operator: Browser, as_sv: Browser, house: House, page: int
) -> None:
    assert as_operator.actor is not None and as_sv.actor is not None
    with house.store.writing() as db:
        made = flagging.flag(db, page, None, Fault.WRONG, "", by=as_operator.actor)
        flagging.close(db, made.id, "直しました。助かりました。", by=as_sv.actor)
        id = made.id
    assert "直しました。助かりました。" in as_operator.get("/ja/call").text
    assert as_sv.submit("/ja/requests/mine", {"action": "read_flag", "id": id}).status_code == 404
    as_operator.submit("/ja/requests/mine", {"action": "read_flag", "id": id})
    assert "直しました。助かりました。" not in as_operator.get("/ja/call").text


def test_what_is_asked_again_and_again_is_answered_with_304_until_it_changes(
    as_operator: Browser, house: House
) -> None:
    first = as_operator.get("/ja/requests/mine?part=list")
    known = {"If-None-Match": first.headers["ETag"]}
    assert as_operator.get("/ja/requests/mine?part=list", headers=known).status_code == 304
    as_operator.submit("/ja/call/gap", {"words": "電圧", "action": "ask"})
    fresh = as_operator.get("/ja/requests/mine?part=list", headers=known)
    assert fresh.status_code == 200 and "電圧" in fresh.text
    assert not re.search("<html", fresh.text)


def test_a_key_that_the_server_does_not_know_yet_stops_nobody(as_operator: Browser, house: House) -> None:
    fields = {"wish": "交換したい", "call": "a-key-that-is-unknown"}
    assert as_operator.submit("/ja/call/handover", fields).status_code == 200
    assert rows(house, HelpRequest)[0].call_id is None
    assert as_operator.actor is not None
    with house.store.reading() as db:
        assert calling.current(db, viewer=as_operator.actor) is None
