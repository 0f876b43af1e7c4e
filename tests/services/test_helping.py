"""Help requests: who sends, who answers, that two never answer one, and that the answer comes back."""

from collections.abc import Callable
from typing import Any

import pytest

from kb.rules import clock as real_clock
from kb.rules.calls import Fault, HelpKind, HelpState
from kb.rules.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from kb.rules.pages import Audience
from kb.rules.roles import VISITOR, Actor, Role
from kb.services import calling, flagging, helping
from kb.services.calling import Call, Message
from kb.store import events
from kb.store.base import Session
from kb.store.help_requests import HelpRequest
from tests.conftest import StoppedClock
from tests.make import make_actor, make_page


@pytest.fixture
def asked(db: Session, operator: Actor) -> HelpRequest:
    return helping.ask(db, "電圧 海外", "何とお伝えすればよいですか", call=None, by=operator)


def call_of(db: Session, who: Actor, key: str = "0123456789abcdef") -> Call:
    return calling.keep(db, Message(key, real_clock.now()), by=who).call


SV_VERBS: list[Callable[..., Any]] = [
    lambda db, one, who: helping.waiting(db, viewer=who),
    lambda db, one, who: helping.answered(db, viewer=who),
    lambda db, one, who: helping.now(db, viewer=who),
    lambda db, one, who: helping.take(db, one.id, by=who),
    lambda db, one, who: helping.give_back(db, one.id, by=who),
    lambda db, one, who: helping.answer(db, one.id, "はい", by=who),
]


def test_operators_ask_and_only_svs_see_and_answer(db: Session, asked: HelpRequest, operator: Actor, sv: Actor) -> None:
    with pytest.raises(NotSignedIn):
        helping.ask(db, "言葉", "", call=None, by=VISITOR)
    for verb in SV_VERBS:
        with pytest.raises(NotAllowed):
            verb(db, asked, operator)
    for verb in SV_VERBS:
        verb(db, asked, sv)


def test_a_question_needs_words_or_a_line_and_both_have_an_end(db: Session, operator: Actor) -> None:
    for words, question, field in (("", " ", "question"), ("", "あ" * 301, "question"), ("あ" * 401, "", "words")):
        with pytest.raises(Invalid) as refused:
            helping.ask(db, words, question, call=None, by=operator)
        assert refused.value.field == field
    assert helping.ask(db, "電圧", "", call=None, by=operator).words == "電圧"


def test_one_takes_it_and_nobody_else_can_answer_it(db: Session, asked: HelpRequest, sv: Actor) -> None:
    other = make_actor(db, Role.SV)
    helping.take(db, asked.id, by=sv)
    helping.take(db, asked.id, by=sv)
    for verb in (
        lambda: helping.take(db, asked.id, by=other),
        lambda: helping.answer(db, asked.id, "わたしが", by=other),
    ):
        with pytest.raises(Conflict):
            verb()
    helping.answer(db, asked.id, "はい", by=sv)
    with pytest.raises(Conflict):
        helping.answer(db, asked.id, "二度目", by=sv)
    assert (asked.state, asked.answer, asked.taken_by_id) == (HelpState.ANSWERED, "はい", sv.id)


def test_what_one_gives_back_another_can_take(db: Session, asked: HelpRequest, sv: Actor) -> None:
    other = make_actor(db, Role.SV)
    helping.take(db, asked.id, by=sv)
    helping.give_back(db, asked.id, by=other)
    assert helping.take(db, asked.id, by=other).taken_by_id == other.id


def test_an_answer_is_a_text_or_a_page_that_the_asker_can_read(db: Session, asked: HelpRequest, sv: Actor) -> None:
    shown, hidden = make_page(db, "海外での使い方"), make_page(db, "SVだけの記事", audience=Audience.SV)
    for text, page, field in (("", "", "answer"), ("", str(hidden.id), "page"), ("", "ない記事", "page")):
        with pytest.raises(Invalid) as refused:
            helping.answer(db, asked.id, text, page, by=sv)
        assert refused.value.field == field
    helping.answer(db, asked.id, "", "海外での使い方", by=sv)
    assert asked.page_id == shown.id
    assert list(helping.pages_of(db, [asked], viewer=asked.asked_by.actor)) == [shown.id]


def test_a_hand_over_may_be_acknowledged_without_a_word(db: Session, operator: Actor, sv: Actor) -> None:
    sent = helping.send(db, HelpKind.HANDOVER, "交換したい", {"purpose": "急ぎ"}, call=None, by=operator)
    helping.answer(db, sent.id, "", by=sv)
    assert sent.state is HelpState.ANSWERED


def test_the_answer_waits_for_its_asker_until_they_have_read_it(
    db: Session, asked: HelpRequest, operator: Actor, sv: Actor
) -> None:
    assert helping.mine(db, by=operator, unread=True) == [asked]
    helping.read(db, asked.id, by=operator)
    assert asked.read_at is None
    helping.answer(db, asked.id, "はい", by=sv)
    with pytest.raises(NotFound):
        helping.read(db, asked.id, by=sv)
    helping.read(db, asked.id, by=operator)
    assert asked.read_at is not None
    assert helping.mine(db, by=operator, unread=True) == []
    assert helping.mine(db, by=operator) == [asked]


def test_only_its_asker_takes_it_back_and_only_before_it_is_answered(
    db: Session, asked: HelpRequest, operator: Actor, sv: Actor
) -> None:
    with pytest.raises(NotFound):
        helping.withdraw(db, asked.id, by=sv)
    helping.withdraw(db, asked.id, by=operator)
    helping.withdraw(db, asked.id, by=operator)
    assert helping.waiting(db, viewer=sv) == []
    with pytest.raises(Conflict):
        helping.take(db, asked.id, by=sv)
    second = helping.ask(db, "電圧", "", call=None, by=operator)
    helping.answer(db, second.id, "はい", by=sv)
    with pytest.raises(Conflict):
        helping.withdraw(db, second.id, by=operator)


def test_a_hand_over_that_is_sent_again_takes_the_place_of_the_one_that_waits(
    db: Session, operator: Actor, sv: Actor
) -> None:
    call = call_of(db, operator)
    first = helping.send(db, HelpKind.HANDOVER, "交換", {"line": "一"}, call=call, by=operator)
    again = helping.send(db, HelpKind.HANDOVER, "返品", {"line": "二"}, call=call, by=operator)
    assert again.id == first.id and (again.words, again.card) == ("返品", {"line": "二"})
    helping.answer(db, first.id, "", by=sv)
    assert helping.send(db, HelpKind.HANDOVER, "交換", {}, call=call, by=operator).id != first.id
    # Two questions of one call are two questions.
    questions = [helping.ask(db, "電圧", "", call=call, by=operator) for _time in range(2)]
    assert questions[0].id != questions[1].id


def test_nobody_sends_for_another_persons_call(db: Session, operator: Actor) -> None:
    with pytest.raises(NotAllowed):
        helping.send(db, HelpKind.HANDOVER, "交換", {}, call=call_of(db, make_actor(db)), by=operator)


def test_a_card_holds_texts_of_a_bounded_length(db: Session, operator: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        helping.send(db, HelpKind.HANDOVER, "交換", {"tried": "あ" * 2001}, call=None, by=operator)
    assert refused.value.field == "tried"


def test_the_longest_wait_comes_first(db: Session, operator: Actor, sv: Actor, clock: StoppedClock) -> None:
    first = helping.ask(db, "一", "", call=None, by=operator)
    clock.advance(minutes=3)
    second = helping.ask(db, "二", "", call=None, by=operator)
    helping.take(db, first.id, by=sv)
    assert helping.waiting(db, viewer=sv) == [first, second]


def test_the_stamp_moves_with_everything_that_svs_or_the_asker_see(db: Session, operator: Actor, sv: Actor) -> None:
    page, other = make_page(db), make_actor(db)
    asked = helping.ask(db, "電圧", "", call=None, by=operator)
    flag = flagging.flag(db, page.id, None, Fault.WRONG, "", by=operator)
    deeds: list[Callable[[], Any]] = [
        lambda: helping.take(db, asked.id, by=sv),
        lambda: helping.give_back(db, asked.id, by=sv),
        lambda: helping.answer(db, asked.id, "はい", by=sv),
        lambda: flagging.close(db, flag.id, "直しました", by=sv),
        lambda: helping.read(db, asked.id, by=operator),
        lambda: flagging.read(db, flag.id, by=operator),
    ]
    before = helping.now(db, viewer=sv).stamp, helping.my_stamp(db, by=operator)
    nothing = helping.my_stamp(db, by=other)
    for deed in deeds:
        deed()
        db.flush()
        after = helping.now(db, viewer=sv).stamp, helping.my_stamp(db, by=operator)
        assert after[0] != before[0] and after[1] != before[1]
        before = after
    assert helping.my_stamp(db, by=other) == nothing
    assert helping.now(db, viewer=sv).count == 0


def test_the_record_tells_what_happened_and_never_what_was_written(db: Session, operator: Actor, sv: Actor) -> None:
    asked = helping.ask(db, "zqwords", "zqquestion", call=None, by=operator)
    helping.take(db, asked.id, by=sv)
    helping.answer(db, asked.id, "zqanswer", by=sv)
    told = [(event.verb, event.facts) for event in reversed(events.newest(db, limit=3))]
    assert [verb for verb, _facts in told] == ["help asked", "help taken", "help answered"]
    assert "zq" not in str(told)
