"""The demonstration's month of calls is whole, lies in the past, and is the same on the same day."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kb import demonstration_calls
from kb.rules import clock as clocks
from kb.rules.calls import StepKind
from kb.rules.roles import Role
from kb.services.exporting_calls import standing
from kb.services.house import House
from kb.store.calls import Call
from kb.store.shifts import Shift
from tests.conftest import StoppedClock
from tests.make import make_page, make_user

BODY = "本文です。\n\n:::ask\n- いつまでに\n- どちらへ\n:::\n\n:::purpose 日に間に合わせたい\n急ぎで送る。\n:::"


@pytest.fixture
def shop(house: House, clock: StoppedClock) -> House:
    with house.store.writing() as db:
        for role in (Role.OPERATOR, Role.SV):
            make_user(db, role, name=role.value)
        for number in range(3):
            make_page(
                db, body=BODY, phrases=("まだ届かない", f"言い換え{number}"), external_id=f"faq-delivery-{number}"
            )
    return house


def told(house: House) -> list[tuple[object, ...]]:
    with house.store.reading() as db:
        calls = db.query(Call).order_by(Call.id).all()
        return [(one.started_at, one.memo, *((step.kind, step.words, step.at) for step in one.steps)) for one in calls]


def test_every_call_is_over_and_tells_what_happened_in_order(shop: House, clock: StoppedClock) -> None:
    assert demonstration_calls.fill(shop) == demonstration_calls.CALLS
    with shop.store.reading() as db:
        calls = db.query(Call).all()
        for call in calls:
            times = [step.at for step in call.steps]
            assert call.ended_at and call.wrapped_at and call.outcome and call.inquiry_type
            assert call.started_at <= times[0] and times == sorted(times) and times[-1] <= call.ended_at
            assert clock.now() - timedelta(days=32) < call.started_at and call.wrapped_at < clock.now()
            assert bool(standing(call, StepKind.USE)) is not bool(standing(call, StepKind.GAP))
        assert sum(call.started_at.date() == clock.now().date() for call in calls) == demonstration_calls.TODAY
        assert {step.words for call in calls for step in standing(call, StepKind.PURPOSE)} == {"日に間に合わせたい"}
        assert {step.words for call in calls for step in standing(call, StepKind.ASK)} == {"いつまでに", "どちらへ"}


def test_a_house_that_has_calls_gets_no_others(shop: House) -> None:
    demonstration_calls.fill(shop)
    before = told(shop)
    assert demonstration_calls.fill(shop) == 0
    assert told(shop) == before
    with shop.store.writing() as db:
        for call in db.query(Call):
            for step in call.steps:
                db.delete(step)
            db.flush()
            db.delete(call)
    demonstration_calls.fill(shop)
    assert told(shop) == before


def test_in_the_morning_there_are_no_calls_of_today_yet(shop: House, clock: StoppedClock) -> None:
    clock.advance(hours=15)
    assert demonstration_calls.fill(shop) == demonstration_calls.CALLS - demonstration_calls.TODAY


def test_whoever_took_calls_worked_before_today_so_that_news_since_then_are_shown(shop: House) -> None:
    demonstration_calls.fill(shop)
    with shop.store.reading() as db:
        ends = {shift.user_id: shift.last_at for shift in db.scalars(select(Shift))}
        assert ends.keys() == set(db.scalars(select(Call.user_id)))
    assert all(end.astimezone(clocks.HERE).date() < clocks.today() for end in ends.values())
