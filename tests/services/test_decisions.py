"""Decisions of the review one by one: what is merged, made, published and refused."""

import pytest
from sqlalchemy import select

from kb.rules import limits
from kb.rules.errors import Conflict, Invalid, NotAllowed
from kb.rules.pages import Audience, Confidence, Kind
from kb.rules.review_states import State
from kb.rules.roles import SYSTEM, VISITOR, Actor, Role
from kb.services import editing, reviewing, talking
from kb.services.checking import text_of
from kb.services.editing import Stale
from kb.store import events, pages
from kb.store.base import Session, Store
from kb.store.events import Event
from kb.store.pages import Page, Revision
from tests.conftest import StoppedClock
from tests.make import edit_page, make_actor, make_category, make_page, make_proposal, make_story, text
from tests.services.deciding import ACTIONS, DECIDING, WHY, approve, send_back


def test_thanks_reach_the_author_with_the_decision(db: Session, sv: Actor) -> None:
    revision = make_story(db)
    reviewing.approve(db, revision.id, seen_current=None, thanks=" よく書いてくれました \x00", by=sv)
    assert revision.thanks == "よく書いてくれました"


def test_an_approved_story_is_a_live_validated_page(db: Session, sv: Actor) -> None:
    revision = make_story(db)
    page = reviewing.approve(db, revision.id, seen_current=None, by=sv)
    assert (page.current_revision_id, page.story_revision_id) == (revision.id, None)
    assert (page.confidence, page.validated_by_id) == (Confidence.VALIDATED, sv.id)
    assert pages.get(db, page.id, viewer=VISITOR) is None
    assert revision.outcome_page_id == page.id


def test_an_approved_edit_is_what_readers_see(db: Session, sv: Actor) -> None:
    page = make_page(db)
    proposal = make_proposal(db, page, "直した本文")
    approve(db, proposal, sv)
    assert page.current is proposal


def test_an_overtaken_proposal_is_stale_even_when_the_sv_saw_the_new_text(db: Session, sv: Actor) -> None:
    page = make_page(db)
    proposal = make_proposal(db, page)
    seen = page.current_revision_id
    now = edit_page(db, page, "あいだに直した本文").id
    for seen_current in (seen, now, None):
        with pytest.raises(Stale) as refused:
            reviewing.approve(db, proposal.id, seen_current=seen_current, by=sv)
        assert refused.value.current_id == now
    assert page.current_revision_id == now
    assert proposal.state is State.IN_REVIEW


def test_approval_on_a_page_that_moved_since_the_sv_looked_is_stale(db: Session, sv: Actor) -> None:
    revision = make_story(db)
    with pytest.raises(Stale):
        reviewing.approve(db, revision.id, seen_current=12345, by=sv)


def test_an_edit_of_an_archived_page_is_not_published_into_the_archive(db: Session, sv: Actor) -> None:
    page = make_page(db)
    proposal = make_proposal(db, page)
    editing.archive(db, page.id, by=sv)
    with pytest.raises(Conflict, match="公開を終えています"):
        approve(db, proposal, sv)
    editing.bring_back(db, page.id, by=sv)
    assert approve(db, proposal, sv).current is proposal


@pytest.mark.parametrize("action", ["approve", "merge", "make_faq"])
def test_an_sv_does_not_publish_what_they_wrote_themselves(db: Session, sv: Actor, action: str) -> None:
    revision = make_story(db, by=sv)
    with pytest.raises(NotAllowed, match="自分の書いたもの"):
        DECIDING[action][0](db, revision, sv)
    DECIDING[action][0](db, make_story(db, by=sv), make_actor(db, Role.SV))


@pytest.mark.parametrize("action", ["approve", "merge", "make_faq"])
def test_an_admin_may_publish_their_own_text_and_the_event_says_so(db: Session, action: str) -> None:
    admin = make_actor(db, Role.ADMIN)
    revision = make_story(db, by=admin)
    DECIDING[action][0](db, revision, admin)
    db.flush()
    decision = db.scalars(select(Event).where(Event.verb == f"revision {revision.state.value}")).one()
    assert decision.facts["own_text"] is True


def test_an_sv_may_return_their_own_text(db: Session, sv: Actor) -> None:
    revision = make_story(db, by=sv)
    send_back(db, revision, sv)
    assert revision.state is State.RETURNED


@pytest.mark.parametrize("action", [*DECIDING, "take"])
def test_what_another_sv_has_taken_is_left_to_them(db: Session, sv: Actor, action: str) -> None:
    revision = make_story(db)
    other = make_actor(db, Role.SV)
    reviewing.take(db, revision.id, by=other)
    with pytest.raises(Conflict, match=f"いまは{other.display_name}さんが確認"):
        ACTIONS[action][0](db, revision, sv)
    with pytest.raises(Conflict, match="確認しています"):
        reviewing.give_back(db, revision.id, by=sv)
    reviewing.give_back(db, revision.id, by=other)
    ACTIONS[action][0](db, revision, sv)


def test_taking_twice_is_taking_once_and_holds_on(db: Session, sv: Actor, clock: StoppedClock) -> None:
    revision = make_story(db)
    reviewing.take(db, revision.id, by=sv)
    clock.advance(minutes=1)
    reviewing.take(db, revision.id, by=sv)
    db.flush()
    assert (revision.state, revision.taken_by_id, revision.taken_at) == (State.IN_REVIEW, sv.id, clock.time)
    assert [one.verb for one in events.of_page(db, revision.page_id)].count("review taken") == 1


def test_a_take_that_nothing_came_of_frees_itself(db: Session, sv: Actor, clock: StoppedClock) -> None:
    revision, slow = make_story(db), make_actor(db, Role.SV)
    reviewing.take(db, revision.id, by=slow)
    clock.advance(minutes=limits.HOLD_MINUTES - 1)
    # Whoever writes into the talk is at work.
    talking.comment(db, revision.id, "調べています", by=slow)
    clock.advance(minutes=limits.HOLD_MINUTES - 1)
    with pytest.raises(Conflict):
        reviewing.take(db, revision.id, by=sv)
    clock.advance(minutes=1)
    assert reviewing.take(db, revision.id, by=sv).taken_by_id == sv.id
    with pytest.raises(Conflict):
        send_back(db, revision, slow)


def test_what_nobody_has_taken_can_not_be_given_back(db: Session, sv: Actor) -> None:
    revision = make_story(db)
    with pytest.raises(Conflict):
        reviewing.give_back(db, revision.id, by=sv)


def test_a_duplicate_points_at_a_page_that_the_sv_can_read(db: Session, sv: Actor) -> None:
    revision = make_story(db)
    for target in (revision.page_id, make_page(db, archived=True).id, 10**6):
        with pytest.raises(Invalid) as refused:
            reviewing.mark_duplicate(db, revision.id, of=target, **WHY, by=sv)
        assert refused.value.field == "of"
    target = make_page(db)
    reviewing.mark_duplicate(db, revision.id, of=target.id, **WHY, by=sv)
    assert revision.outcome_page_id == target.id


def test_a_merge_is_a_new_revision_of_the_other_page_that_names_its_source(db: Session, sv: Actor) -> None:
    revision = make_story(db, title="雨の日の配達")
    target = make_page(db, "配達について", "もとの文")
    old = target.current
    assert old is not None
    said = text("配達について", "もとの文\n\n雨の日は電話する。")
    page = reviewing.merge(db, revision.id, said, into=target.id, base_id=old.id, **WHY, by=sv)
    assert page is target and page.current is not None
    assert (page.current.number, page.current.note) == (2, "版1（雨の日の配達）から")
    assert (revision.state, revision.outcome_page_id) == (State.MERGED, target.id)


def test_a_merge_on_a_stale_page_or_without_a_change_decides_nothing(store: Store) -> None:
    with store.writing() as db:
        sv = make_actor(db, Role.SV)
        revision_id = make_story(db).id
        target = make_page(db)
        target_id, base = target.id, target.current_revision_id or 0
        now = edit_page(db, target, "あいだの版").id
        same = text_of(target.current) if target.current else text()
    for said, base_id, error in ((text(body="足した文"), base, Stale), (same, now, Invalid)):
        with pytest.raises(error), store.writing() as db:
            reviewing.merge(db, revision_id, said, into=target_id, base_id=base_id, **WHY, by=sv)
    with store.reading() as db:
        revision = db.get_one(Revision, revision_id)
        assert (revision.state, revision.taken_by_id) == (State.SUBMITTED, None)
        assert db.get_one(Page, target_id).current_revision_id == now


def test_a_faq_made_from_a_story_is_a_page_of_its_own(db: Session, sv: Actor) -> None:
    revision = make_story(db)
    category = make_category(db)
    said = text("雨の日は届きますか", "お届けします。")
    page = reviewing.make_faq(db, revision.id, said, category_id=category.id, **WHY, by=sv)
    assert (page.kind, page.audience, page.category_id) == (Kind.FAQ, Audience.PUBLIC, category.id)
    assert pages.get(db, page.id, viewer=VISITOR) is page
    assert (revision.state, revision.outcome_page_id) == (State.MERGED, page.id)


def test_a_faq_that_can_not_be_stored_leaves_the_story_waiting(store: Store) -> None:
    with store.writing() as db:
        sv, revision_id = make_actor(db, Role.SV), make_story(db).id
    with pytest.raises(Invalid), store.writing() as db:
        reviewing.make_faq(db, revision_id, text(body=""), category_id=None, **WHY, by=sv)
    with store.reading() as db:
        assert db.get_one(Revision, revision_id).state is State.SUBMITTED


def test_the_system_may_decide_as_an_administrator_does(db: Session) -> None:
    assert approve(db, make_story(db), SYSTEM).current is not None
