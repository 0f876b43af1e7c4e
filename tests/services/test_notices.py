"""Notices: who may keep them, when they hold, for whom, and what is refused."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kb.rules import limits
from kb.rules.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, WrongState
from kb.rules.pages import Audience, Language
from kb.rules.roles import SYSTEM, VISITOR, Actor
from kb.services import editing, notices
from kb.services.notices import Draft
from kb.store import events
from kb.store.base import Session
from tests.conftest import StoppedClock
from tests.make import make_page, make_story


@pytest.fixture
def draft(clock: StoppedClock) -> Draft:
    now = clock.now()
    return Draft("遅れています", Language.JA, Audience.PUBLIC, "", now, now + timedelta(hours=2))


def told(db: Session, viewer: Actor, **more: Any) -> list[str]:
    return [one.notice.text for one in notices.current(db, viewer=viewer, **more)]


def test_a_notice_holds_from_its_start_until_its_end(db: Session, sv: Actor, clock: StoppedClock, draft: Draft) -> None:
    notices.post(db, replace(draft, starts_at=clock.now() + timedelta(hours=1)), by=sv)
    seen = [told(db, VISITOR)]
    assert [one.notice.text for one in notices.board(db, viewer=sv).coming] == ["遅れています"]
    for _ in range(2):
        clock.advance(hours=1)
        seen.append(told(db, VISITOR))
    assert seen == [[], ["遅れています"], []]
    assert [one.notice.text for one in notices.board(db, viewer=sv).past] == ["遅れています"]


def test_each_reader_is_told_what_is_for_them_and_no_more(
    db: Session, operator: Actor, sv: Actor, draft: Draft
) -> None:
    for audience in Audience:
        notices.post(db, replace(draft, text=audience.value, audience=audience), by=sv)
    assert told(db, VISITOR) == ["public"]
    assert told(db, operator) == ["staff", "public"]
    assert told(db, sv) == ["sv", "staff", "public"]


def test_a_notice_is_told_in_its_language_alone_where_one_is_asked_for(db: Session, sv: Actor, draft: Draft) -> None:
    notices.post(db, replace(draft, text="Delays", language=Language.EN), by=sv)
    assert (told(db, VISITOR, language="ja"), told(db, VISITOR, language="en")) == ([], ["Delays"])


def test_only_supervisors_keep_them(db: Session, operator: Actor, sv: Actor, draft: Draft) -> None:
    made = notices.post(db, draft, by=sv)
    for who, refusal in ((operator, NotAllowed), (VISITOR, NotSignedIn)):
        for deed in (
            lambda by: notices.post(db, draft, by=by),
            lambda by: notices.end(db, made.id, by=by),
            lambda by: notices.bring_back(db, made.id, by=by),
            lambda by: notices.board(db, viewer=by),
            lambda by: notices.notice(db, made.id, viewer=by),
        ):
            with pytest.raises(refusal):
                deed(who)
    assert told(db, VISITOR) == ["遅れています"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": " \n\x00"}, "text"),
        ({"text": "あ" * (limits.NOTICE + 1)}, "text"),
        ({"ends_at": timedelta()}, "ends_at"),
        ({"starts_at": timedelta(hours=5), "ends_at": timedelta(hours=4)}, "ends_at"),
        ({"starts_at": timedelta(hours=-5), "ends_at": timedelta(hours=-4)}, "ends_at"),
        ({"ends_at": timedelta(days=limits.NOTICE_DAYS, minutes=1)}, "ends_at"),
        ({"page": "9999"}, "page"),
        ({"page": "どこにもない題"}, "page"),
        ({"page": "99999999999999999999"}, "page"),
    ],
)
def test_what_can_not_be_shown_is_refused_at_its_field(
    db: Session, sv: Actor, clock: StoppedClock, draft: Draft, change: dict[str, Any], field: str
) -> None:
    when = {name: clock.now() + value for name, value in change.items() if isinstance(value, timedelta)}
    with pytest.raises(Invalid) as refused:
        notices.post(db, replace(draft, **{**change, **when}), by=sv)
    assert refused.value.field == field
    assert told(db, sv) == []


def test_the_longest_text_and_the_latest_end_are_taken(
    db: Session, sv: Actor, clock: StoppedClock, draft: Draft
) -> None:
    latest = clock.now() + timedelta(days=limits.NOTICE_DAYS)
    notices.post(db, replace(draft, text="あ" * limits.NOTICE, ends_at=latest), by=sv)
    assert told(db, VISITOR) == ["あ" * limits.NOTICE]


@pytest.mark.parametrize("typed", ["{id}", "#{id}", "＃{id}", "返品の手順", " 返品の手順 "])
def test_a_page_is_named_by_its_number_or_title(db: Session, sv: Actor, draft: Draft, typed: str) -> None:
    page = make_page(db, "返品の手順").id
    other = make_page(db, "ほかの手順").id
    notices.post(db, replace(draft, page=typed.format(id=page)), by=sv)
    assert told(db, VISITOR, page_id=page) == ["遅れています"]
    assert told(db, VISITOR, page_id=other) == []


def test_a_page_that_its_readers_may_not_read_is_refused(db: Session, sv: Actor, draft: Draft) -> None:
    staff = make_page(db, audience=Audience.STAFF).id
    hidden = [make_page(db, archived=True).id, make_story(db).page_id]
    for page in (staff, *hidden):
        with pytest.raises(Invalid) as refused:
            notices.post(db, replace(draft, page=str(page)), by=sv)
        assert refused.value.field == "page"
    notices.post(db, replace(draft, page=str(staff), audience=Audience.STAFF), by=sv)


def test_a_page_hidden_later_is_no_longer_named_to_those_who_may_not_read_it(
    db: Session, sv: Actor, draft: Draft
) -> None:
    page = make_page(db, "返品の手順").id
    notices.post(db, replace(draft, page=str(page)), by=sv)
    assert [one.page.id for one in notices.current(db, viewer=VISITOR) if one.page] == [page]
    editing.archive(db, page, by=SYSTEM)
    assert [one.page for one in notices.current(db, viewer=VISITOR)] == [None]


def test_an_ended_notice_is_gone_at_once_and_can_be_brought_back_until_its_time_is_over(
    db: Session, sv: Actor, clock: StoppedClock, draft: Draft
) -> None:
    made = notices.post(db, draft, by=sv)
    with pytest.raises(WrongState):
        notices.bring_back(db, made.id, by=sv)
    notices.end(db, made.id, by=sv)
    assert told(db, VISITOR) == []
    with pytest.raises(WrongState):
        notices.end(db, made.id, by=sv)
    notices.bring_back(db, made.id, by=sv)
    assert told(db, VISITOR) == ["遅れています"]
    notices.end(db, made.id, by=sv)
    clock.advance(hours=2)
    with pytest.raises(Conflict):
        notices.bring_back(db, made.id, by=sv)
    with pytest.raises(NotFound):
        notices.end(db, 777, by=sv)


def test_a_notice_that_is_over_can_not_be_ended(db: Session, sv: Actor, clock: StoppedClock, draft: Draft) -> None:
    made = notices.post(db, draft, by=sv)
    clock.advance(hours=2)
    with pytest.raises(WrongState):
        notices.end(db, made.id, by=sv)


def test_every_deed_is_recorded_and_not_with_the_page_whose_history_operators_read(
    db: Session, sv: Actor, draft: Draft
) -> None:
    page = make_page(db).id
    made = notices.post(db, replace(draft, page=str(page), audience=Audience.SV), by=sv)
    notices.end(db, made.id, by=sv)
    notices.bring_back(db, made.id, by=sv)
    db.flush()
    verbs = [event.verb for event in events.newest(db, limit=3)]
    assert verbs == ["notice brought back", "notice ended", "notice posted"]
    assert all("notice" not in event.verb for event in events.of_page(db, page))
