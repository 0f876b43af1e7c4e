"""The record of a call by HTTP: one message for scripts, plain forms for everybody, and who is refused."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import func, select

from kb.rules import clock as real_clock
from kb.rules import limits
from kb.rules.calls import Outcome, StepKind
from kb.rules.roles import SYSTEM
from kb.services import calling, settings
from kb.services.calling import Message
from kb.services.recording import Step
from kb.store.base import Store
from kb.store.calls import Call, CallStep
from kb.store.pages import Page
from tests.conftest import Browser, StoppedClock
from tests.make import make_page

KEY = "0123456789abcdef0123456789abcdef"
JSON = {"Accept": "application/json"}


def told(**more: Any) -> dict[str, Any]:
    return {"call": KEY, "started_at": real_clock.now().isoformat(), **more}


def keep(browser: Browser, message: object) -> Any:
    return browser.submit("/ja/call/keep", {"message": json.dumps(message)}, headers=JSON)


def only_call(store: Store) -> Call:
    with store.reading() as db:
        return db.scalars(select(Call)).one()


def count(store: Store, table: type[Call] | type[CallStep]) -> int:
    with store.reading() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def facts(browser: Browser) -> Any:
    """What the room of a call hands to its script."""
    room = browser.get("/ja/call")
    assert room.status_code == 200
    found = re.search(r"data-call='([^']*)'", room.text)
    assert found is not None
    return json.loads(unescape(found[1]))["call"]


def test_a_message_begins_a_call_and_the_room_shows_it_again(as_operator: Browser, store: Store) -> None:
    assert facts(as_operator) is None
    with store.writing() as db:
        page = make_page(db).id
    step = {"key": "step-one-1", "kind": "use", "at": real_clock.now().isoformat(), "page": page}
    answer = keep(as_operator, told(set={"channel": "chat", "purpose": "きょう使いたい"}, steps=[step], who="operator"))
    assert answer.status_code == 200
    known = answer.get_json()
    assert (known["key"], known["call"]["channel"], known["texts"]) == (KEY, "chat", {})
    assert [one["page"] for one in known["call"]["steps"]] == [page]
    again = facts(as_operator)
    assert (again["key"], again["purpose"], again["state"]) == (KEY, "きょう使いたい", "on")
    assert [one["key"] for one in again["steps"]] == ["step-one-1"]


def test_a_message_is_taken_as_json_too(as_operator: Browser, store: Store) -> None:
    answer = as_operator.post("/ja/call/keep", json=told(), headers=JSON | {"X-CSRFToken": as_operator.token()})
    assert answer.get_json()["key"] == KEY and only_call(store).key == KEY


@pytest.mark.parametrize(
    "bad",
    [
        None,
        [],
        "call",
        {"call": "short", "started_at": "2030-01-01T00:00:00Z"},
        {"call": KEY},
        {"call": KEY, "started_at": "2030-01-01T00:00:00"},
        {"call": KEY, "started_at": "9999-12-31T23:59:59-23:00"},
        {"call": "あ" * 20, "started_at": "2030-01-01T00:00:00Z"},
        told(steps={}),
        told(steps=[{}]),
        told(steps=[{"key": "step-one-1", "kind": "dance", "at": "2030-01-01T00:00:00Z"}]),
        told(steps=[{"key": "step-one-1", "kind": "use", "at": "2030-01-01T00:00:00Z", "page": "1"}]),
        told(steps=[{"key": "step-one-1", "kind": "use", "at": "2030-01-01T00:00:00Z", "page": 2**70}]),
        told(steps=[{"key": "step-one-1", "kind": "search", "at": "2030-01-01T00:00:00Z", "words": 7}]),
        told(end={"outcome": "won", "at": "2030-01-01T00:00:00Z"}),
        told(end="solved"),
        told(set=["channel"]),
        told(steps=[None] * (limits.CALL_BATCH + 1)),
    ],
)
def test_a_message_of_another_shape_is_refused_whole(as_operator: Browser, store: Store, bad: object) -> None:
    assert keep(as_operator, bad).status_code == 422
    assert count(store, Call) == 0


def test_text_that_is_no_json_is_refused(as_operator: Browser) -> None:
    assert as_operator.submit("/ja/call/keep", {"message": "{"}, headers=JSON).status_code == 422


def test_somebody_elses_call_looks_like_none(as_operator: Browser, as_sv: Browser, store: Store) -> None:
    keep(as_operator, told())
    step = {"key": "stranger-1", "kind": "search", "at": real_clock.now().isoformat(), "words": "のぞく"}
    assert keep(as_sv, told(steps=[step])).status_code == 404
    for action in ("set", "end", "wrap", "use"):
        assert as_sv.submit("/ja/call/act", {"action": action, "key": KEY, "page": 1}).status_code == 404
    assert facts(as_sv) is None and facts(as_operator)["key"] == KEY
    assert count(store, CallStep) == 0


def test_what_one_person_did_never_becomes_the_call_of_another_at_the_same_browser(
    as_sv: Browser, store: Store
) -> None:
    assert keep(as_sv, told(who="operator")).status_code == 403
    assert count(store, Call) == 0
    assert keep(as_sv, told(who="sv")).status_code == 200


def test_customers_have_no_calls(client: Browser, store: Store) -> None:
    assert keep(client, told()).status_code == 401
    assert client.submit("/ja/call/act", {"action": "start"}).status_code == 401
    assert client.get("/ja/call").status_code == 302
    assert count(store, Call) == 0


def test_without_scripts_a_call_is_begun_told_of_ended_and_written_about(as_operator: Browser, store: Store) -> None:
    with store.writing() as db:
        page = make_page(db).id

    def act(action: str, **more: Any) -> Any:
        answer = as_operator.submit("/ja/call/act", {"action": action, "back": "/ja/call?q=delivery", **more})
        assert answer.status_code == 302, answer.text
        return answer

    assert act("start", ticket="INC-7").location == "/ja/call?q=delivery"
    key = only_call(store).key
    act("set", key=key, inquiry_type="配送")
    act("use", key=key, page=page)
    assert [one["page"] for one in facts(as_operator)["steps"]] == [page]
    act("undo", key=key, kind="use", page=page)
    assert facts(as_operator)["steps"] == []
    act("end", key=key, outcome="callback")
    assert facts(as_operator)["state"] == "wrap"
    act("reopen", key=key)
    assert facts(as_operator)["state"] == "on"
    act("end", key=key, outcome="solved")
    act("wrap", key=key, memo="あす10時に電話")
    assert facts(as_operator) is None
    call = only_call(store)
    assert (call.outcome, call.memo, call.ticket, call.inquiry_type) == (
        Outcome.SOLVED,
        "あす10時に電話",
        "INC-7",
        "配送",
    )


def test_an_unknown_deed_and_a_foreign_address_to_go_back_to_are_refused(as_operator: Browser, store: Store) -> None:
    assert as_operator.submit("/ja/call/act", {"action": "explode"}).status_code == 422
    assert count(store, Call) == 0
    answer = as_operator.submit("/ja/call/act", {"action": "start", "back": "https://example.com/"})
    assert answer.location == "/ja/call"


def test_a_memo_with_personal_data_is_asked_about_before_it_is_kept(as_operator: Browser, store: Store) -> None:
    keep(as_operator, told())
    memo = {"action": "wrap", "key": KEY, "memo": "090-1234-5678 に折り返し"}
    as_operator.submit("/ja/call/act", {"action": "end", "key": KEY, "outcome": "callback"})
    asked = as_operator.submit("/ja/call/act", memo)
    assert asked.status_code == 422 and "090-1234-5678" in asked.text
    assert only_call(store).memo == "" and only_call(store).wrapped_at is None
    found = as_operator.submit("/ja/call/act", memo, headers=JSON).get_json()["error"]["findings"]
    keys = [one["key"] for one in found]
    assert as_operator.submit("/ja/call/act", {**memo, "personal_seen": keys, "personal_mask": keys}).status_code == 302
    assert only_call(store).memo == "［電話番号］ に折り返し"


def test_telephony_hands_over_what_it_knows_and_nothing_else(as_operator: Browser, store: Store) -> None:
    with store.writing() as db:
        settings.change(db, {"ticket_url": "https://crm.example.com/t/{ticket}"}, by=SYSTEM)
    room = as_operator.get(
        "/ja/call?q=届かない&type=配送&ivr=2-1&direction=outbound&campaign=延長保証&ticket=A/1&channel=pigeon"
    )
    arrived = re.search(r"data-arrived='([^']*)'", room.text)
    assert arrived is not None
    assert json.loads(unescape(arrived[1])) == {
        "inquiry_type": "配送",
        "ivr": "2-1",
        "campaign": "延長保証",
        "ticket": "A/1",
        "direction": "outbound",
    }
    # Without scripts the same words wait in the form that begins the call.
    assert re.search(r'<input type="hidden" name="ticket" value="A/1">', room.text)
    keep(as_operator, told(set={"ticket": "A/1"}))
    assert 'href="https://crm.example.com/t/A%2F1"' in as_operator.get("/ja/call").text
    unknown = as_operator.get("/ja/call?type=宇宙&direction=up").text
    assert "data-arrived='{}'" in unknown


def test_nothing_is_written_by_looking(as_operator: Browser, store: Store) -> None:
    as_operator.get("/ja/call?q=配送&type=配送&ticket=7")
    assert count(store, Call) == 0


def test_a_story_begins_with_what_the_call_knows_and_the_call_remembers_it(
    as_operator: Browser, as_sv: Browser, store: Store, clock: StoppedClock
) -> None:
    with store.writing() as db:
        page = make_page(db, "配送の日を早める")
        assert as_operator.actor is not None
        sent = [
            Step("search-one", StepKind.SEARCH, clock.time, "いつ届く"),
            Step("search-two", StepKind.SEARCH, clock.time + timedelta(seconds=9), "届く日 早める"),
            Step("use-one-1", StepKind.USE, clock.time, page=page.id),
            Step("ask-one-1", StepKind.ASK, clock.time, "いつまでに要りますか", page=page.id),
        ]
        clock.advance(seconds=30)
        known = {"channel": "mail", "purpose": "土曜の運動会に間に合わせたい"}
        message = Message(KEY, clock.time - timedelta(seconds=30), known, sent)
        call = calling.keep(db, message, by=as_operator.actor).call.id
    form = as_operator.get(f"/ja/stories/new?call={call}").text
    for words in (
        "いつ届く</textarea>",
        "土曜の運動会に間に合わせたい",
        "「配送の日を早める」を使った",
        "いつまでに要りますか",
    ):
        assert words in form
    assert re.search(r'name="channel" value="mail" checked', form)
    assert "届く日 早める" not in form
    assert as_sv.get(f"/ja/stories/new?call={call}").status_code == 404
    parts = {"title": "運動会の話", "words": "いつ届く", "done": "代わりを勧めた", "action": "submit", "place": "story"}
    assert as_operator.submit(f"/ja/stories/new?call={call}", parts).status_code == 302
    with store.reading() as db:
        story = db.get(Page, only_call(store).story_id)
        assert story is not None and story.story is not None and story.story.title == "運動会の話"
    # Somebody else's story changes nothing in it.
    as_sv.submit(f"/ja/stories/new?call={call}", {**parts, "title": "別の話"})
    with store.reading() as db:
        assert only_call(store).story_id == story.id
