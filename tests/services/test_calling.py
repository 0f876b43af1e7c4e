"""Calls: nothing that was sent is lost or kept twice, whatever the clock of a browser says and whoever sends it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from kb.rules import limits
from kb.rules.calls import Channel, Customer, Outcome, StepKind
from kb.rules.errors import Conflict, Invalid, KbError, NotFound, NotSignedIn
from kb.rules.pages import Audience
from kb.rules.roles import SYSTEM, VISITOR, Actor
from kb.services import calling, settings
from kb.services.calling import End, Message
from kb.services.recording import Step
from kb.store.base import Session
from kb.store.calls import Call, CallStep
from tests.conftest import StoppedClock
from tests.make import make_actor, make_page

KEY, OTHER = "a" * 32, "b" * 32


def message(clock: StoppedClock, key: str = KEY, **more: object) -> Message:
    return replace(Message(key, clock.time), **more)  # type: ignore[arg-type]


def step(clock: StoppedClock, key: str, kind: StepKind = StepKind.SEARCH, **more: object) -> Step:
    return replace(Step(key, kind, clock.time), **more)  # type: ignore[arg-type]


def calls(db: Session) -> list[Call]:
    return list(db.scalars(select(Call).order_by(Call.id)))


def steps(db: Session) -> list[CallStep]:
    db.expire_all()
    return list(db.scalars(select(CallStep).order_by(CallStep.id)))


def test_a_message_that_comes_twice_is_kept_once(db: Session, operator: Actor, clock: StoppedClock) -> None:
    page = make_page(db)
    sent = message(
        clock,
        set={"channel": "mail", "customer": "business", "inquiry_type": "配送", "purpose": "土曜までに要る"},
        steps=[
            step(clock, "one-one-one", words="いつ届く", count=14),
            step(clock, "two-two-two", StepKind.USE, page=page.id),
        ],
        end=End(Outcome.SOLVED, clock.time + timedelta(minutes=3)),
    )
    clock.advance(minutes=5)
    for _time in range(2):
        calling.keep(db, sent, by=operator)
        db.commit()
    (call,) = calls(db)
    assert (call.channel, call.customer, call.inquiry_type) == (Channel.MAIL, Customer.BUSINESS, "配送")
    assert (call.outcome, call.ended_at) == (Outcome.SOLVED, clock.time - timedelta(minutes=2))
    assert [(one.kind, one.words, one.count, one.page_id) for one in steps(db)] == [
        (StepKind.SEARCH, "いつ届く", 14, None),
        (StepKind.USE, "", None, page.id),
    ]


def test_one_thing_done_in_two_tabs_is_kept_once_and_a_demand_as_often_as_it_is_made(
    db: Session, operator: Actor, clock: StoppedClock
) -> None:
    page = make_page(db)
    for key in ("use-one-1", "use-two-2"):
        calling.keep(db, message(clock, steps=[step(clock, key, StepKind.USE, page=page.id)]), by=operator)
    for key in ("demand-one", "demand-two"):
        calling.keep(db, message(clock, steps=[step(clock, key, StepKind.DEMAND)]), by=operator)
    assert [one.kind for one in steps(db)] == [StepKind.USE, StepKind.DEMAND, StepKind.DEMAND]


def test_what_is_taken_back_stays_in_the_record_as_taken_back(
    db: Session, operator: Actor, clock: StoppedClock
) -> None:
    page = make_page(db)
    done = step(clock, "tick-tick-1", StepKind.ASK, page=page.id, words="いつまでに")
    calling.keep(db, message(clock, steps=[done]), by=operator)
    clock.advance(seconds=9)
    calling.keep(db, message(clock, steps=[replace(done, undone=True)]), by=operator)
    (kept,) = steps(db)
    assert kept.undone_at == clock.time
    # Another tab knows no key of it, and takes back what says the same.
    calling.keep(db, message(clock, steps=[replace(done, key="tick-tick-2")]), by=operator)
    calling.keep(db, message(clock, steps=[replace(done, key="tick-tick-3", undone=True)]), by=operator)
    assert [one.undone_at for one in steps(db)] == [clock.time, clock.time]


def test_another_person_can_neither_write_into_a_call_nor_learn_of_it(
    db: Session, operator: Actor, clock: StoppedClock
) -> None:
    calling.keep(db, message(clock), by=operator)
    stranger = make_actor(db)
    for sent in (
        message(clock, steps=[step(clock, "stranger-1")]),
        message(clock, end=End(Outcome.SOLVED, clock.time)),
    ):
        with pytest.raises(NotFound):
            calling.keep(db, sent, by=stranger)
    with pytest.raises(NotFound):
        calling.mine(db, KEY, by=stranger)
    assert calling.mine(db, KEY, by=operator).ended_at is None and not steps(db)
    assert calling.current(db, viewer=stranger) is None


@pytest.mark.parametrize(("who", "refused"), [(VISITOR, NotSignedIn), (SYSTEM, NotSignedIn)])
def test_who_has_no_account_takes_no_calls(
    db: Session, clock: StoppedClock, who: Actor, refused: type[KbError]
) -> None:
    with pytest.raises(refused):
        calling.keep(db, message(clock), by=who)
    assert not calls(db)


def test_a_second_machine_writes_into_the_call_that_is_open(db: Session, operator: Actor, clock: StoppedClock) -> None:
    calling.keep(db, message(clock), by=operator)
    clock.advance(minutes=1)
    kept = calling.keep(db, message(clock, OTHER, steps=[step(clock, "from-there")]), by=operator)
    assert kept.call.key == KEY and len(calls(db)) == 1
    # A whole call that could not be sent earlier is one of its own, and the open one stays open.
    whole = message(clock, "c" * 32, steps=[step(clock, "whole-one")], end=End(Outcome.CALLBACK, clock.time))
    assert calling.keep(db, whole, by=operator).call.key == "c" * 32
    current = calling.current(db, viewer=operator)
    assert current is not None and current.key == KEY


def test_a_call_that_was_forgotten_ends_with_the_last_thing_known_of_it(
    db: Session, operator: Actor, clock: StoppedClock
) -> None:
    calling.keep(db, message(clock), by=operator)
    clock.advance(minutes=4)
    last = clock.time
    calling.keep(db, message(clock, steps=[step(clock, "last-step-1")]), by=operator)
    clock.advance(hours=11)
    assert calling.keep(db, message(clock, OTHER), by=operator).call.key == KEY
    clock.advance(hours=1)
    assert calling.current(db, viewer=operator) is None
    assert calls(db)[0].ended_at is None
    assert calling.keep(db, message(clock, OTHER), by=operator).call.key == OTHER
    forgotten = calls(db)[0]
    assert (forgotten.outcome, forgotten.ended_at) == (Outcome.UNSOLVED, last)
    # Its end had been on the way all the time.
    late = message(clock, end=End(Outcome.SOLVED, last + timedelta(minutes=1)))
    for _time in range(2):
        calling.keep(db, late, by=operator)
    assert (forgotten.outcome, forgotten.ended_at) == (Outcome.SOLVED, last + timedelta(minutes=1))


def test_the_wrong_clock_of_a_browser_moves_nothing_out_of_the_call(
    db: Session, operator: Actor, clock: StoppedClock
) -> None:
    ahead = Message(KEY, clock.time + timedelta(days=400), steps=[step(clock, "ahead-1-1")])
    call = calling.keep(db, ahead, by=operator).call
    assert call.started_at == clock.time
    far = [
        step(clock, "before-1-1", at=clock.time - timedelta(days=1)),
        step(clock, "after-1-11", at=clock.time + timedelta(hours=9)),
    ]
    clock.advance(minutes=1)
    calling.keep(db, message(clock, steps=far, end=End(Outcome.SOLVED, clock.time + timedelta(days=1))), by=operator)
    assert [one.at for one in steps(db)] == [call.started_at, call.started_at, clock.time]
    assert call.ended_at == clock.time
    ancient = Message(OTHER, clock.time - timedelta(days=4000), end=End(Outcome.SOLVED, clock.time))
    assert calling.keep(db, ancient, by=operator).call.started_at == clock.time - timedelta(seconds=limits.CALL_LATE)


def test_a_page_that_somebody_may_not_read_is_no_step_and_nobody_is_told(
    db: Session, operator: Actor, sv: Actor, clock: StoppedClock
) -> None:
    hidden, open_page = make_page(db, audience=Audience.SV), make_page(db)
    sent = [
        step(clock, "hidden-one", StepKind.OPEN, page=hidden.id, revision=hidden.current_revision_id),
        step(clock, "missing-one", StepKind.USE, page=999_999),
        step(clock, "no-page-one", StepKind.COPY),
        # The revision is of another page than the one that it claims.
        step(clock, "open-one-1", StepKind.OPEN, page=open_page.id, revision=hidden.current_revision_id),
        step(clock, "open-two-2", StepKind.COPY, page=open_page.id, revision=open_page.current_revision_id),
    ]
    calling.keep(db, message(clock, steps=sent), by=operator)
    assert [(one.page_id, one.revision_id) for one in steps(db)] == [
        (open_page.id, None),
        (open_page.id, open_page.current_revision_id),
    ]
    calling.keep(db, message(clock, OTHER, steps=sent[:1]), by=sv)
    assert steps(db)[-1].page_id == hidden.id


def test_no_call_grows_beyond_its_limit(
    db: Session, operator: Actor, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CALL_STEPS", 3)
    sent = [step(clock, f"step-number-{number}") for number in range(5)]
    calling.keep(db, message(clock, steps=sent), by=operator)
    assert len(steps(db)) == 3
    calling.keep(db, message(clock, steps=[step(clock, "one-more-1")]), by=operator)
    assert len(steps(db)) == 3


def test_what_is_typed_in_a_call_is_masked_before_it_is_kept(db: Session, operator: Actor, clock: StoppedClock) -> None:
    sent = message(
        clock,
        set={
            "purpose": " 090-1234-5678 に 折り返しがほしい",
            "memo": "taro@example.com へ送った",
            "ticket": "INC-0012345",
        },
        steps=[step(clock, "search-one", words="届かない 090-1234-5678")],
    )
    kept = calling.keep(db, sent, by=operator)
    assert kept.call.purpose == "［電話番号］ に 折り返しがほしい"
    assert kept.call.memo == "［メールアドレス］ へ送った"
    assert kept.texts == {"purpose": kept.call.purpose, "memo": kept.call.memo}
    assert kept.call.ticket == "INC-0012345"
    assert steps(db)[0].words == "届かない ［電話番号］"
    calling.keep(db, message(clock, set={"ticket": "090-1234-5678"}), by=operator)
    assert kept.call.ticket == "［電話番号］"


def test_a_decision_about_the_memo_is_kept_as_it_was_made(db: Session, operator: Actor, clock: StoppedClock) -> None:
    decided = message(clock, set={"memo": "代表の 03-1234-5678 に折り返す"}, is_asked=True)
    assert calling.keep(db, decided, by=operator).call.memo == "代表の 03-1234-5678 に折り返す"
    with pytest.raises(Invalid):
        calling.keep(db, message(clock, set={"memo": "あ" * (limits.NOTE + 1)}, is_asked=True), by=operator)


def test_words_that_are_unknown_are_left_out_and_the_rest_is_kept(
    db: Session, operator: Actor, clock: StoppedClock
) -> None:
    settings.change(db, {"inquiry_types": "修理\n配送"}, by=SYSTEM)
    odd = {"channel": "pigeon", "inquiry_type": "商品", "customer": "ghost", "purpose": "確かめたい", "started_at": "x"}
    call = calling.keep(db, message(clock, set=odd), by=operator).call
    assert (call.channel, call.inquiry_type, call.customer, call.purpose) == (Channel.PHONE, "", None, "確かめたい")
    calling.keep(db, message(clock, set={"inquiry_type": "修理", "customer": "partner"}), by=operator)
    assert (call.inquiry_type, call.customer) == ("修理", Customer.PARTNER)
    calling.keep(db, message(clock, set={"inquiry_type": "", "customer": ""}), by=operator)
    assert (call.inquiry_type, call.customer) == ("", None)


def test_an_end_can_be_taken_back_until_the_call_is_wrapped_up(
    db: Session, operator: Actor, clock: StoppedClock
) -> None:
    calling.keep(db, message(clock), by=operator)
    end = message(clock, end=End(Outcome.SOLVED, clock.time))
    call = calling.keep(db, end, by=operator).call
    assert calling.state_of(call, clock.time) == "wrap"
    calling.keep(db, message(clock, reopen=True), by=operator)
    assert (call.ended_at, call.outcome, calling.state_of(call, clock.time)) == (None, None, "on")
    clock.advance(seconds=20)
    calling.keep(db, message(clock, end=End(Outcome.CALLBACK, clock.time), wrapped=True), by=operator)
    assert (call.outcome, calling.state_of(call, clock.time)) == (Outcome.CALLBACK, "off")
    with pytest.raises(Conflict):
        calling.keep(db, message(clock, reopen=True), by=operator)


def test_an_end_taken_back_and_made_otherwise_in_one_message_counts_even_when_that_comes_twice(
    db: Session, operator: Actor, clock: StoppedClock
) -> None:
    calling.keep(db, message(clock, end=End(Outcome.CALLBACK, clock.time)), by=operator)
    clock.advance(seconds=9)
    otherwise = message(clock, reopen=True, end=End(Outcome.SOLVED, clock.time), wrapped=True)
    for _ in range(2):
        call = calling.keep(db, otherwise, by=operator).call
        assert (call.outcome, call.ended_at, call.wrapped_at) == (Outcome.SOLVED, clock.time, clock.time)


def test_the_next_call_ends_the_writing_about_the_last_one(db: Session, operator: Actor, clock: StoppedClock) -> None:
    first = calling.keep(db, message(clock, end=End(Outcome.SOLVED, clock.time)), by=operator).call
    clock.advance(seconds=40)
    assert calling.current(db, viewer=operator) is first
    second = calling.keep(db, message(clock, OTHER), by=operator).call
    assert first.wrapped_at == clock.time and calling.current(db, viewer=operator) is second
    with pytest.raises(Conflict):
        calling.keep(db, message(clock, reopen=True), by=operator)


def test_wrapping_up_a_call_that_nobody_knows_begins_none(db: Session, operator: Actor, clock: StoppedClock) -> None:
    for sent in (message(clock, wrapped=True), message(clock, reopen=True)):
        with pytest.raises(NotFound):
            calling.keep(db, sent, by=operator)
    assert not calls(db)
