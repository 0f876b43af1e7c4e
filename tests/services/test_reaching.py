"""Reaches: how many searches and calls of the last days each waiting item touches, counted by a job."""

from itertools import count
from typing import Any

from kb.rules import clock as real_clock
from kb.rules import limits
from kb.rules.calls import Fault, StepKind
from kb.rules.desk import ItemKind
from kb.rules.roles import Actor, Role
from kb.services import flagging, reaching, tallying
from kb.store import tallies
from kb.store.base import Session, Store
from kb.store.calls import Call, CallStep
from kb.store.flags import Flag
from kb.store.gaps import Gap
from kb.store.pages import Page
from kb.store.reaches import Reach
from tests.conftest import StoppedClock
from tests.make import make_actor, make_page, make_proposal, make_story

_keys = count(1)


def make_gap(db: Session, words: str) -> Gap:
    made = Gap(key=words, words=words, times=2, first_at=real_clock.now(), last_at=real_clock.now())
    db.add(made)
    db.flush()
    return made


def make_flag(db: Session, page: Page) -> Flag:
    return flagging.flag(db, page.id, None, Fault.WRONG, "", by=make_actor(db))


def make_call(db: Session, by: Actor) -> Call:
    call = Call(key=f"call-{next(_keys)}", user_id=by.id, started_at=real_clock.now())
    db.add(call)
    db.flush()
    return call


def test_reaches_are_the_searches_and_calls_of_the_last_days(store: Store, clock: StoppedClock) -> None:
    with store.writing() as db:
        operator = make_actor(db)
        page = make_page(db, "保証書")
        flag, edit = make_flag(db, page), make_proposal(db, page)
        story = make_story(db, title="保証書を失くした話", words="保証書がないけど修理できますか")
        gap = make_gap(db, "請求")
        old = make_call(db, operator)
        _step(db, old, StepKind.USE, page_id=page.id)
    clock.advance(days=limits.REACH_DAYS + 1)
    today = clock.now().date()
    with store.writing() as db:
        call = make_call(db, operator)
        _step(db, call, StepKind.SEARCH, words="修理 保証書", count=0)
        _step(db, call, StepKind.USE, page_id=page.id)
        _step(db, call, StepKind.USE, page_id=page.id)
        tallies.add(db, {(today, tallying.LED, f"{page.id} 保証"): 4, (today, tallying.LED, f"{page.id + 9} x"): 5})
        tallies.add(db, {(today, tallying.SEARCH, "保証書"): 6, (today, tallying.SEARCH, "保証書 台湾"): 7})
        tallies.add(db, {(today, tallying.ZERO, "請求"): 3})
    reaching.count(store)
    with store.reading() as db:
        found = {(one.kind, one.item_id): (one.searches, one.calls) for one in db.query(Reach)}
    assert found[ItemKind.FLAG, flag.id] == found[ItemKind.EDIT, edit.id] == (4, 1)
    assert found[ItemKind.STORY, story.id] == (6, 1)
    assert found[ItemKind.GAP, gap.id] == (3, 0)


def test_counting_again_writes_nothing_and_what_is_decided_is_forgotten(store: Store, clock: StoppedClock) -> None:
    with store.writing() as db:
        flag = make_flag(db, make_page(db))
        sv = make_actor(db, Role.SV)
    assert reaching.count(store) == 1
    assert reaching.count(store) == 0
    with store.writing() as db:
        flagging.close(db, flag.id, "直しました", by=sv)
    assert reaching.count(store) == 1
    with store.reading() as db:
        assert db.query(Reach).count() == 0


def _step(db: Session, call: Call, kind: StepKind, **facts: Any) -> None:
    db.add(CallStep(call_id=call.id, key=str(next(_keys)), kind=kind, at=real_clock.now(), **facts))
    db.flush()
