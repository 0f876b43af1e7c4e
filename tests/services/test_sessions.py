"""Story sessions: planned, changed, called off and prepared; and who may know of them."""

from dataclasses import replace

import pytest

from kb.rules.desk import Fate, MessageKind, NoteKind
from kb.rules.errors import Conflict, Faults, Invalid, NotAllowed, NotFound, NotSignedIn
from kb.rules.pages import Kind
from kb.rules.review_states import State
from kb.rules.roles import VISITOR, Actor, Role
from kb.services import concluding, sessions, tasking, telling, themes
from kb.services.sessions import Plan
from kb.store.base import Session
from kb.store.pages import Page
from kb.store.story_sessions import StorySession
from tests.make import make_actor, make_page
from tests.services.gathering import noted, plan_of, told, verbs


def test_tellers_and_people_are_invited_once_and_the_planner_not(
    db: Session, sv: Actor, teller: Actor, listener: Actor, planned: StorySession
) -> None:
    assert sorted(user for user, _ in told(db, MessageKind.INVITED)) == sorted([teller.id, listener.id])
    assert {one.user_id: one.is_teller for one in planned.people} == {sv.id: False, teller.id: True, listener.id: False}
    assert verbs(db, "session planned") == ["session planned"]


def test_only_who_holds_sessions_or_was_asked_may_know_of_one(
    db: Session, operator: Actor, teller: Actor, listener: Actor, planned: StorySession
) -> None:
    for reader in (teller, listener, make_actor(db, Role.SV)):
        assert sessions.get(db, planned.id, viewer=reader) is planned
        assert sessions.coming(db, viewer=reader) == [planned]
        assert sessions.count_coming(db, viewer=reader) == 1
    with pytest.raises(NotFound):
        sessions.get(db, planned.id, viewer=operator)
    with pytest.raises(NotFound):
        telling.notes(db, planned, viewer=operator)
    with pytest.raises(NotSignedIn):
        sessions.get(db, planned.id, viewer=VISITOR)
    assert sessions.coming(db, viewer=operator) == []


def test_an_operator_can_not_plan_hold_or_conclude(
    db: Session, teller: Actor, story: Page, running: StorySession
) -> None:
    deeds = (
        lambda: sessions.plan(db, plan_of(story), by=teller),
        lambda: sessions.change(db, running.id, plan_of(story), by=teller),
        lambda: sessions.cancel(db, running.id, by=teller),
        lambda: telling.start(db, running.id, by=teller),
        lambda: telling.move(db, running.id, 1, by=teller),
        lambda: telling.note(db, running.id, story.id, NoteKind.FACT, "言葉", by=teller),
        lambda: concluding.settle(db, running.id, [1], Fate.NOTHING, by=teller),
        lambda: concluding.end(db, running.id, by=teller),
        lambda: themes.propose(db, viewer=teller),
        lambda: tasking.give(db, "やる", teller.id, None, by=teller),
    )
    for deed in deeds:
        with pytest.raises(NotAllowed):
            deed()


def test_every_field_that_can_not_be_used_has_its_own_sentence(db: Session, sv: Actor, story: Page) -> None:
    with pytest.raises(Faults) as refused:
        sessions.plan(db, Plan(minutes=0, minutes_a_story=None, place="あ" * 301), by=sv)
    assert set(refused.value.each) == {"title", "starts_at", "minutes", "minutes_a_story", "stories", "place"}
    hidden = make_page(db, kind=Kind.CASE, archived=True)
    with pytest.raises(Faults) as refused:
        sessions.plan(db, plan_of(story, hidden), by=sv)
    assert set(refused.value.each) == {"stories"}
    assert sessions.coming(db, viewer=sv) == []


def test_a_change_keeps_what_was_prepared_and_tells_of_another_time(
    db: Session, sv: Actor, teller: Actor, listener: Actor, story: Page, case: Page, planned: StorySession
) -> None:
    sessions.fill_sheet(db, planned.id, story.id, {"felt": "焦った"}, by=teller)
    late = make_actor(db)
    wanted = plan_of(case, story, people=(listener, late), place="屋上", starts_at=planned.starts_at)
    changed = sessions.change(db, planned.id, wanted, by=sv)
    assert [one.page_id for one in changed.stories] == [case.id, story.id]
    assert telling.stories(db, changed, viewer=sv)[1].sheet == {"felt": "焦った"}
    said = told(db, MessageKind.INVITED)[2:]
    assert {user: facts.get("moved", False) for user, facts in said} == {
        teller.id: True,
        listener.id: True,
        late.id: False,
    }
    before = len(told(db, MessageKind.INVITED))
    sessions.change(db, planned.id, replace(wanted, minutes_a_story=5), by=sv)
    assert len(told(db, MessageKind.INVITED)) == before


def test_a_story_that_was_decided_on_meanwhile_stays_chosen_and_can_be_told(
    db: Session, sv: Actor, story: Page, planned: StorySession, case: Page
) -> None:
    assert story.story is not None
    story.story.state = State.REJECTED
    story.story_revision_id = story.story = None
    db.flush()
    sessions.change(db, planned.id, plan_of(story, case), by=sv)
    running = telling.start(db, planned.id, by=sv)
    first = telling.stories(db, running, viewer=sv)[0]
    assert (first.page, first.title, first.teller) == (None, "", None)
    assert noted(db, running, "それでも語られた", sv).page_id == story.id


def test_a_cancelled_session_is_told_and_stays_as_it_is(
    db: Session, sv: Actor, teller: Actor, story: Page, planned: StorySession
) -> None:
    sessions.cancel(db, planned.id, by=sv)
    assert [facts.get("cancelled") for _, facts in told(db, MessageKind.INVITED)].count(True) == 2
    for deed in (
        lambda: sessions.cancel(db, planned.id, by=sv),
        lambda: sessions.change(db, planned.id, plan_of(story), by=sv),
        lambda: telling.start(db, planned.id, by=sv),
        lambda: sessions.fill_sheet(db, planned.id, story.id, {}, by=teller),
    ):
        with pytest.raises(Conflict):
            deed()
    assert verbs(db, "session cancelled") == ["session cancelled"]
    assert sessions.over(db, viewer=teller) == [planned]


def test_a_sheet_is_its_authors_alone_and_the_svs(
    db: Session, sv: Actor, teller: Actor, listener: Actor, story: Page, case: Page, planned: StorySession
) -> None:
    sessions.fill_sheet(db, planned.id, story.id, {"wanted": " 間に合わせたい\n", "other": "x"}, by=teller)
    assert telling.stories(db, planned, viewer=teller)[0].sheet == {"wanted": "間に合わせたい"}
    assert telling.stories(db, planned, viewer=sv)[0].sheet == {"wanted": "間に合わせたい"}
    assert telling.stories(db, planned, viewer=listener)[0].sheet == {}
    for page_id in (case.id, story.id):
        with pytest.raises(NotFound):
            sessions.fill_sheet(db, planned.id, page_id, {"wanted": "x"}, by=listener)
    with pytest.raises(Invalid) as refused:
        sessions.fill_sheet(db, planned.id, story.id, {"again": "あ" * 1001}, by=teller)
    assert refused.value.field == "again"
