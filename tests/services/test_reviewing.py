"""The review: who may decide what, and what every decision leaves behind."""

from collections.abc import Callable
from typing import Any

import pytest

from kb.rules import limits
from kb.rules.errors import Conflict, Invalid, NotFound
from kb.rules.review_states import State
from kb.rules.roles import VISITOR, Actor, Role
from kb.services import reviewing
from kb.store import events, pages
from kb.store.base import Session
from kb.store.pages import Revision
from tests.conftest import StoppedClock
from tests.make import make_actor, make_page, make_proposal, make_story, text
from tests.services.deciding import (
    ACTIONS,
    DECIDING,
    WHY,
    YES,
)

WHO = ("visitor", "another operator", "the author", "an SV", "an admin")


@pytest.mark.parametrize(("action", "who"), [(action, who) for action in ACTIONS for who in WHO])
def test_each_action_is_open_to_whom_the_table_says(db: Session, action: str, who: str) -> None:
    act, answers = ACTIONS[action]
    expected = answers[WHO.index(who)]
    author = make_actor(db)
    actors = {
        "visitor": VISITOR,
        "another operator": make_actor(db),
        "the author": author,
        "an SV": make_actor(db, Role.SV),
        "an admin": make_actor(db, Role.ADMIN),
    }
    revision = make_story(db, by=author)
    if action == "give_back":
        reviewing.take(db, revision.id, by=actors[who] if expected is YES else make_actor(db, Role.SV))
    state = revision.state
    if expected is YES:
        act(db, revision, actors[who])
        return
    with pytest.raises(expected):
        act(db, revision, actors[who])
    assert revision.state is state


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", [*DECIDING, "take"])
def test_only_what_waits_can_be_taken_or_decided(db: Session, action: str, state: State) -> None:
    admin = make_actor(db, Role.ADMIN)
    revision = make_story(db, in_state=state, reviewer=admin)
    act = ACTIONS[action][0]
    if state in (State.SUBMITTED, State.IN_REVIEW):
        act(db, revision, admin)
        assert revision.state is (DECIDING[action][1] if action in DECIDING else State.IN_REVIEW)
        return
    with pytest.raises(NotFound if state in (State.DRAFT, State.WITHDRAWN) else Conflict):
        act(db, revision, admin)
    assert revision.state is state


@pytest.mark.parametrize("action", DECIDING)
@pytest.mark.parametrize("made", [make_story, lambda db, by: make_proposal(db, make_page(db), by=by)])
def test_every_decision_is_one_event_that_tells_the_author(
    db: Session, sv: Actor, clock: StoppedClock, action: str, made: Callable[..., Revision]
) -> None:
    author = make_actor(db)
    revision = made(db, by=author)
    act, state = DECIDING[action]
    act(db, revision, sv)
    db.flush()
    assert revision.state is state
    assert (revision.decided_by_id, revision.decided_at) == (sv.id, clock.time)
    assert revision.reason == ("" if state is State.APPROVED else WHY["reason"])
    decisions = [one for one in events.of_page(db, revision.page_id) if one.verb == f"revision {state.value}"]
    assert [(one.actor_id, one.revision_id, one.user_id) for one in decisions] == [(sv.id, revision.id, author.id)]
    assert "own_text" not in decisions[0].facts


@pytest.mark.parametrize("action", [name for name in DECIDING if name != "approve"])
def test_a_story_that_is_not_published_leaves_every_list(db: Session, sv: Actor, action: str) -> None:
    revision = make_story(db)
    DECIDING[action][0](db, revision, sv)
    assert revision.page.story_revision_id is None
    assert pages.get(db, revision.page_id, viewer=sv) is None


@pytest.mark.parametrize("action", [name for name in DECIDING if name != "approve"])
def test_an_edit_that_is_not_published_leaves_the_live_page_as_it_was(
    db: Session, sv: Actor, clock: StoppedClock, action: str
) -> None:
    page = make_page(db)
    live, changed = page.current_revision_id, page.updated_at
    proposal = make_proposal(db, page)
    clock.advance(hours=1)
    DECIDING[action][0](db, proposal, sv)
    assert (page.current_revision_id, page.updated_at) == (live, changed)
    assert pages.get(db, page.id, viewer=VISITOR) is page


@pytest.mark.parametrize("decide", [reviewing.send_back, reviewing.reject])
@pytest.mark.parametrize("reason", ["", " \n", "\u2028"])
def test_a_decision_against_the_text_needs_a_reason(
    db: Session, sv: Actor, decide: Callable[..., Any], reason: str
) -> None:
    revision = make_story(db)
    with pytest.raises(Invalid) as refused:
        decide(db, revision.id, reason=reason, by=sv)
    assert refused.value.field == "reason"
    assert revision.state in (State.SUBMITTED, State.IN_REVIEW)


def test_duplicate_merge_and_faq_need_a_reason_too(db: Session, sv: Actor) -> None:
    target = make_page(db)
    base = target.current_revision_id or 0
    said = text(body="別の文")
    for decide in (
        lambda id: reviewing.mark_duplicate(db, id, of=target.id, reason="", by=sv),
        lambda id: reviewing.merge(db, id, said, into=target.id, base_id=base, reason="", by=sv),
        lambda id: reviewing.make_faq(db, id, said, category_id=None, reason="", by=sv),
    ):
        with pytest.raises(Invalid) as refused:
            decide(make_story(db).id)
        assert refused.value.field == "reason"


def test_a_reason_has_its_limit(db: Session, sv: Actor) -> None:
    revision = make_story(db)
    with pytest.raises(Invalid):
        reviewing.reject(db, revision.id, reason="あ" * (limits.REASON + 1), by=sv)
    reviewing.reject(db, revision.id, reason="あ" * limits.REASON, by=sv)
