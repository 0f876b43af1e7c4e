"""Flags: who makes them, who closes them, and that their author learns what came of them."""

import pytest

from kb.rules.calls import Fault
from kb.rules.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from kb.rules.pages import Audience
from kb.rules.roles import VISITOR, Actor, Role
from kb.services import flagging
from kb.store import events
from kb.store.base import Session
from kb.store.flags import Flag
from kb.store.pages import Page
from tests.make import edit_page, make_actor, make_page


@pytest.fixture
def page(db: Session) -> Page:
    return make_page(db, "送料", "送料は550円です。")


def flagged(db: Session, page: Page, by: Actor, words: str = "いまは600円") -> Flag:
    return flagging.flag(db, page.id, page.current_revision_id, Fault.WRONG, words, by=by)


def test_a_flag_stays_on_the_revision_that_was_read(db: Session, page: Page, operator: Actor) -> None:
    read = page.current_revision_id
    edit_page(db, page, "送料は600円です。")
    made = flagging.flag(db, page.id, read, Fault.OUT_OF_DATE, "  いまは\n600円 ", by=operator)
    assert (made.revision_id, made.words, made.fault) == (read, "いまは 600円", Fault.OUT_OF_DATE)
    shown = flagging.flag(db, page.id, None, Fault.WRONG, "", by=operator)
    assert shown.revision_id == page.current_revision_id != read


def test_a_flag_needs_a_fault_a_short_line_and_a_page_of_ones_own(db: Session, page: Page, operator: Actor) -> None:
    other, hidden = make_page(db), make_page(db, audience=Audience.SV)
    with pytest.raises(Invalid) as refused:
        flagging.flag(db, page.id, None, None, "", by=operator)
    assert refused.value.field == "fault"
    with pytest.raises(Invalid) as refused:
        flagging.flag(db, page.id, None, Fault.WRONG, "あ" * 301, by=operator)
    assert refused.value.field == "words"
    with pytest.raises(Invalid) as refused:
        flagging.flag(db, page.id, other.current_revision_id, Fault.WRONG, "", by=operator)
    assert refused.value.field == "revision"
    with pytest.raises(NotFound):
        flagging.flag(db, hidden.id, None, Fault.WRONG, "", by=operator)
    with pytest.raises(NotSignedIn):
        flagging.flag(db, page.id, None, Fault.WRONG, "", by=VISITOR)
    assert flagging.waiting(db, viewer=make_actor(db, Role.SV)) == []


def test_one_sv_closes_it_with_a_reply_and_the_other_is_told(
    db: Session, page: Page, operator: Actor, sv: Actor
) -> None:
    made = flagged(db, page, operator)
    assert flagging.is_flagged(db, page.id, viewer=operator)
    with pytest.raises(NotAllowed):
        flagging.close(db, made.id, "直しました", by=operator)
    with pytest.raises(Invalid):
        flagging.close(db, made.id, "  ", by=sv)
    flagging.close(db, made.id, "直しました", by=sv)
    assert not flagging.is_flagged(db, page.id, viewer=operator)
    with pytest.raises(Conflict):
        flagging.close(db, made.id, "わたしも", by=make_actor(db, Role.SV))
    assert made.reply == "直しました"


def test_its_author_sees_the_reply_once_and_nobody_else_reads_it_for_them(
    db: Session, page: Page, operator: Actor, sv: Actor
) -> None:
    made = flagged(db, page, operator)
    assert flagging.mine(db, by=operator, unread=True) == []
    flagging.close(db, made.id, "直しました", by=sv)
    assert flagging.mine(db, by=operator, unread=True) == [made]
    assert flagging.mine(db, by=sv) == []
    with pytest.raises(NotFound):
        flagging.read(db, made.id, by=sv)
    flagging.read(db, made.id, by=operator)
    assert flagging.mine(db, by=operator, unread=True) == []
    assert flagging.mine(db, by=operator) == [made]


def test_what_was_written_is_for_svs_and_the_record_tells_only_that_it_happened(
    db: Session, page: Page, operator: Actor, sv: Actor
) -> None:
    made = flagged(db, page, operator, "zqwords")
    flagging.close(db, made.id, "zqreply", by=sv)
    told = [(event.verb, event.facts) for event in events.of_page(db, page.id)][-2:]
    assert [verb for verb, _facts in told] == ["page flagged", "flag closed"]
    assert "zq" not in str(told)
    with pytest.raises(NotAllowed):
        flagging.waiting(db, viewer=operator)


def test_the_longest_wait_comes_first_and_a_page_has_its_own(db: Session, page: Page, operator: Actor) -> None:
    other = make_page(db)
    first, second = flagged(db, page, operator), flagged(db, other, operator)
    sv = make_actor(db, Role.SV)
    assert flagging.waiting(db, viewer=sv) == [first, second]
    assert flagging.waiting(db, viewer=sv, page_id=other.id) == [second]
