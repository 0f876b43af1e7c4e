"""The record of harassment: minutes, demands and phrases as they were noted, sent to the SVs."""

import pytest

from kb.rules.calls import Ending, HelpKind, StepKind
from kb.rules.errors import Invalid, NotFound
from kb.rules.roles import Actor
from kb.services import calling, harassment, helping
from kb.services.calling import Call, Message
from kb.services.recording import Step
from kb.store.base import Session
from tests.conftest import StoppedClock
from tests.make import make_actor


@pytest.fixture
def call(db: Session, operator: Actor, clock: StoppedClock) -> Call:
    return calling.keep(db, Message("a-key-of-a-call", clock.now()), by=operator).call


def noted(db: Session, call: Call, clock: StoppedClock, kind: StepKind, words: str, by: Actor) -> None:
    step = Step(f"key-{kind}-{len(call.steps)}", kind, clock.now(), words=words)
    calling.keep(db, Message(call.key, call.started_at, steps=[step]), by=by)


def test_the_record_counts_minutes_demands_and_phrases(
    db: Session, call: Call, operator: Actor, sv: Actor, clock: StoppedClock
) -> None:
    harassment.begin(db, call, by=operator)
    for words in ("", "土下座の要求", ""):
        clock.advance(minutes=4)
        noted(db, call, clock, StepKind.DEMAND, words, operator)
    noted(db, call, clock, StepKind.BOUNDARY, "ここまででございます", operator)
    clock.advance(seconds=1)
    sent = harassment.report(db, call, Ending.HANDED_OVER, "折り返しなし", by=operator)
    assert sent.kind is HelpKind.HARASSMENT
    assert (sent.card["minutes"], sent.card["ending"], sent.card["line"]) == (13, "handed_over", "折り返しなし")
    assert [text for _at, text in sent.card["demands"]] == ["", "土下座の要求", ""]
    assert [text for _at, text in sent.card["said"]] == ["ここまででございます"]
    assert helping.waiting(db, viewer=sv) == [sent]
    assert call.harassment_over_at == clock.now()


def test_it_goes_on_after_a_pause_from_its_first_moment(
    db: Session, call: Call, operator: Actor, clock: StoppedClock
) -> None:
    harassment.begin(db, call, by=operator)
    began = clock.now()
    clock.advance(minutes=5)
    harassment.end(db, call, by=operator)
    clock.advance(minutes=5)
    paused = harassment.record(call)
    assert paused is not None and paused.minutes == 5
    harassment.begin(db, call, by=operator)
    again = harassment.record(call)
    assert again is not None and (again.began_at, again.over_at, again.minutes) == (began, None, 10)


def test_a_browser_tells_when_it_began_and_was_over(
    db: Session, call: Call, operator: Actor, clock: StoppedClock
) -> None:
    clock.advance(minutes=10)
    told = {"harassment_at": "2030-04-01T09:02:00.000Z", "harassment_over_at": "2030-04-01T09:08:00.000Z"}
    calling.keep(db, Message(call.key, call.started_at, told), by=operator)
    found = harassment.record(call)
    assert found is not None and found.minutes == 6
    calling.keep(db, Message(call.key, call.started_at, {"harassment_over_at": ""}), by=operator)
    assert call.harassment_over_at is None
    # What can't be read changes nothing, and neither does a second beginning.
    for typed in ("soon", "2030-04-01T09:05:00", "2030-04-01T09:05:00Z"):
        calling.keep(db, Message(call.key, call.started_at, {"harassment_at": typed}), by=operator)
    assert call.harassment_at == found.began_at
    # A clock that is wrong can't move it out of the call.
    calling.keep(db, Message(call.key, call.started_at, {"harassment_over_at": "2031-01-01T00:00:00Z"}), by=operator)
    assert call.harassment_over_at == clock.now()


def test_there_is_no_record_of_a_call_in_which_it_never_began(db: Session, call: Call, operator: Actor) -> None:
    assert harassment.record(call) is None
    assert harassment.record(None) is None
    with pytest.raises(Invalid):
        harassment.report(db, call, Ending.CALMED, "", by=operator)
    harassment.begin(db, call, by=operator)
    with pytest.raises(Invalid) as refused:
        harassment.report(db, call, None, "", by=operator)
    assert refused.value.field == "ending"


def test_nobody_records_in_another_persons_call(db: Session, call: Call) -> None:
    with pytest.raises(NotFound):
        harassment.begin(db, call, by=make_actor(db))
    assert call.harassment_at is None
