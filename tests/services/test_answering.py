"""Inquiries from staff's side: who sees them, one wins, and what becomes of them."""

from collections.abc import Callable
from typing import Any

import pytest

from kb.rules.errors import Conflict, Invalid, NotFound, NotSignedIn
from kb.rules.inquiries import InquiryState
from kb.rules.pages import Audience
from kb.rules.roles import VISITOR, Actor
from kb.services import answering, inquiring, reviewing, submitting
from kb.services.inquiring import Count, Letter
from kb.store import events
from kb.store.base import Session
from kb.store.inquiries import Inquiry
from tests.conftest import StoppedClock
from tests.make import make_actor, make_page, story


@pytest.fixture
def sent(db: Session) -> Inquiry:
    return inquiring.send(db, Letter("電話 090-1234-5678", "本文", "a@example.com", keeps_personal=True))


VERBS: list[Callable[..., Any]] = [
    lambda db, one, who: answering.listing(db, InquiryState.OPEN, limit=5, viewer=who),
    lambda db, one, who: answering.counts(db, viewer=who),
    lambda db, one, who: answering.get(db, one.id, viewer=who),
    lambda db, one, who: answering.numbered(db, one.number, viewer=who),
    lambda db, one, who: answering.figures(db, viewer=who),
    lambda db, one, who: answering.take(db, one.id, by=who),
    lambda db, one, who: answering.close(db, one.id, note="", page_id=None, by=who),
    lambda db, one, who: answering.take(db, one.id, by=who),
    lambda db, one, who: answering.give_back(db, one.id, by=who),
    lambda db, one, who: answering.seed(db, one.id, by=who),
    lambda db, one, who: answering.link(db, one.id, make_page(db), by=who),
]


def test_every_verb_is_for_staff_alone(db: Session, sent: Inquiry, operator: Actor) -> None:
    for verb in VERBS:
        with pytest.raises(NotSignedIn):
            verb(db, sent, VISITOR)
    for verb in VERBS:
        verb(db, sent, operator)


def test_one_takes_it_and_the_other_is_told(db: Session, sent: Inquiry, operator: Actor, sv: Actor) -> None:
    answering.take(db, sent.id, by=operator)
    answering.take(db, sent.id, by=operator)
    with pytest.raises(Conflict):
        answering.take(db, sent.id, by=sv)
    assert (sent.state, sent.handled_by_id) == (InquiryState.TAKEN, operator.id)


def test_only_its_handler_closes_it_and_an_sv_may_free_it(
    db: Session, sent: Inquiry, operator: Actor, sv: Actor
) -> None:
    answering.take(db, sent.id, by=operator)
    other = make_actor(db)
    for verb in (lambda: answering.give_back(db, sent.id, by=other), lambda: close(db, sent, other)):
        with pytest.raises(Conflict):
            verb()
    answering.give_back(db, sent.id, by=sv)
    assert (sent.state, sent.handled_by_id) == (InquiryState.OPEN, None)
    with pytest.raises(Conflict):
        close(db, sent, sv)


def close(db: Session, sent: Inquiry, by: Actor, note: str = "", page_id: int | None = None) -> Inquiry:
    return answering.close(db, sent.id, note=note, page_id=page_id, by=by)


def test_a_closed_one_keeps_note_and_page_and_can_be_opened_again(
    db: Session, sent: Inquiry, operator: Actor, sv: Actor
) -> None:
    page = make_page(db)
    answering.take(db, sent.id, by=operator)
    close(db, sent, operator, " メールで\n案内した ", page.id)
    assert (sent.state, sent.note, sent.page_id) == (InquiryState.CLOSED, "メールで 案内した", page.id)
    assert answering.answer_page(db, sent, viewer=operator) is page
    answering.take(db, sent.id, by=sv)
    assert (sent.state, sent.closed_at) == (InquiryState.TAKEN, None)


def test_a_note_too_long_and_a_page_that_one_may_not_see_are_refused(
    db: Session, sent: Inquiry, operator: Actor
) -> None:
    hidden = make_page(db, audience=Audience.SV)
    answering.take(db, sent.id, by=operator)
    for note, page_id, field in (("あ" * 301, None, "note"), ("", hidden.id, "page"), ("", 99_999, "page")):
        with pytest.raises(Invalid) as refused:
            close(db, sent, operator, note, page_id)
        assert refused.value.field == field
    assert sent.state is InquiryState.TAKEN


def test_every_deed_is_recorded_without_a_word_of_the_customer(db: Session, sent: Inquiry, operator: Actor) -> None:
    answering.take(db, sent.id, by=operator)
    answering.give_back(db, sent.id, by=operator)
    answering.take(db, sent.id, by=operator)
    close(db, sent, operator, "090-9999-9999 に電話")
    db.flush()
    found = [one for one in events.newest(db) if one.verb.startswith("inquiry")]
    assert [one.verb for one in reversed(found)] == [
        "inquiry received",
        "inquiry taken",
        "inquiry given back",
        "inquiry taken",
        "inquiry closed",
    ]
    assert all(set(one.facts) == {"inquiry", "line"} and one.facts["line"] == sent.number for one in found)


def test_a_page_begins_with_the_customers_words_and_without_personal_data(
    db: Session, sent: Inquiry, operator: Actor
) -> None:
    seed = answering.seed(db, sent.id, by=operator)
    assert seed.subject == "電話 ［電話番号］"
    assert seed.words == "電話 ［電話番号］\n本文"


def test_an_inquiry_shows_the_story_made_of_it_and_then_the_page_that_became_of_that(
    db: Session, sent: Inquiry, operator: Actor, sv: Actor
) -> None:
    told = submitting.submit(db, story(), by=operator)
    answering.link(db, sent.id, told.page, by=operator)
    shown = answering.answer_page(db, sent, viewer=sv)
    assert shown is told.page
    target = make_page(db)
    reviewing.mark_duplicate(db, told.id, of=target.id, reason="同じ内容です", by=sv)
    assert answering.answer_page(db, sent, viewer=operator) is target


def test_a_draft_of_somebody_else_stays_hidden_behind_the_inquiry(db: Session, sent: Inquiry, operator: Actor) -> None:
    draft = submitting.save_draft(db, story(), by=operator)
    answering.link(db, sent.id, draft.page, by=operator)
    assert answering.answer_page(db, sent, viewer=make_actor(db)) is None


def test_linking_an_inquiry_whose_time_is_over_changes_nothing(
    db: Session, sent: Inquiry, operator: Actor, clock: StoppedClock
) -> None:
    clock.advance(days=2_000)
    answering.link(db, sent.id, make_page(db), by=operator)
    assert sent.page_id is None
    with pytest.raises(NotFound):
        answering.get(db, sent.id, viewer=operator)


def test_figures_tell_the_last_thirty_days(db: Session, operator: Actor, clock: StoppedClock) -> None:
    inquiring.count(db, Count.SHOWN)
    clock.advance(days=29)
    inquiring.count(db, Count.SHOWN)
    inquiring.count(db, Count.AVOIDED)
    assert answering.figures(db, viewer=operator) == {Count.SHOWN: 2, Count.AVOIDED: 1, Count.SENT: 0}
    clock.advance(days=1)
    assert answering.figures(db, viewer=operator)[Count.SHOWN] == 1
