"""What is told in a story session: cut for the room, timed, and noted exactly once."""

import pytest

from kb.rules.desk import Fate, NoteKind
from kb.rules.errors import Conflict, Invalid, NotFound
from kb.rules.pages import Audience, Kind
from kb.rules.roles import Actor
from kb.services import concluding, sessions, telling
from kb.store.base import Session
from kb.store.pages import Page
from kb.store.story_sessions import StorySession
from tests.conftest import StoppedClock
from tests.make import make_page
from tests.services.gathering import noted, plan_of


def test_whoever_may_not_read_a_story_learns_nothing_of_it_nor_of_its_notes(
    db: Session, sv: Actor, listener: Actor, story: Page
) -> None:
    secret = make_page(db, "SVだけの話", "秘密", kind=Kind.CASE, audience=Audience.SV)
    found = sessions.plan(db, plan_of(story, secret, people=(listener,)), by=sv)
    running = telling.start(db, found.id, by=sv)
    noted(db, running, "聞いてよい", sv)
    telling.move(db, found.id, 1, by=sv)
    noted(db, running, "聞いてはいけない", sv)
    assert [one.title for one in telling.stories(db, found, viewer=listener)] == ["届かない荷物の話", ""]
    assert [one.words for one in telling.notes(db, found, viewer=listener)] == ["聞いてよい"]
    assert len(telling.notes(db, found, viewer=sv)) == 2


def test_the_wall_is_cut_for_everybody_in_the_room(db: Session, sv: Actor, listener: Actor) -> None:
    body = "## 状況（お客様の言葉）\n\n早くして\n\n:::sv\nSVだけの事情\n:::"
    case = make_page(db, "話", body, kind=Kind.CASE, audience=Audience.STAFF)
    together = sessions.plan(db, plan_of(case, people=(listener,)), by=sv)
    alone = sessions.plan(db, plan_of(case, people=(sv,)), by=sv)
    assert "SVだけの事情" not in telling.stories(db, together, viewer=sv, together=True)[0].words
    assert "SVだけの事情" in telling.stories(db, alone, viewer=sv, together=True)[0].words


def test_the_time_of_a_story_runs_from_when_it_comes_up(
    clock: StoppedClock, db: Session, sv: Actor, running: StorySession
) -> None:
    assert telling.seconds_left(running) == 420
    clock.advance(seconds=100)
    telling.move(db, running.id, 0, by=sv)
    assert telling.seconds_left(running) == 320
    telling.move(db, running.id, 99, by=sv)
    assert (running.position, telling.seconds_left(running)) == (1, 420)
    clock.advance(minutes=8)
    assert telling.seconds_left(running) == -60
    assert all(one.told_at is not None for one in running.stories)


def test_a_note_that_is_sent_twice_is_kept_once(db: Session, sv: Actor, running: StorySession) -> None:
    first = telling.note(db, running.id, None, NoteKind.IDEA, " 書けないか\n", key="k1", by=sv)
    again = telling.note(db, running.id, None, NoteKind.IDEA, "書けないか", key="k1", by=sv)
    assert first is again
    assert first.words == "書けないか"
    other = telling.note(db, running.id, None, NoteKind.IDEA, "書けないか", by=sv)
    assert other is not first
    assert len(telling.notes(db, running, viewer=sv)) == 2


def test_a_note_needs_words_and_a_story_of_this_session_that_runs(
    db: Session, sv: Actor, planned: StorySession
) -> None:
    with pytest.raises(Conflict):
        telling.note(db, planned.id, None, NoteKind.FACT, "早い", by=sv)
    telling.start(db, planned.id, by=sv)
    for words, page_id, field in ((" ", None, "words"), ("あ" * 2001, None, "words"), ("x", 9999, "story")):
        with pytest.raises(Invalid) as refused:
            telling.note(db, planned.id, page_id, NoteKind.FACT, words, by=sv)
        assert refused.value.field == field


def test_a_note_is_taken_back_until_something_was_made_of_it(db: Session, sv: Actor, running: StorySession) -> None:
    one, two = noted(db, running, "消す", sv), noted(db, running, "残す", sv)
    assert telling.take_back(db, running.id, one.id, by=sv) == "消す"
    concluding.settle(db, running.id, [two.id], Fate.VOICE, by=sv)
    with pytest.raises(Conflict):
        telling.take_back(db, running.id, two.id, by=sv)
    with pytest.raises(NotFound):
        telling.take_back(db, running.id, 999, by=sv)
