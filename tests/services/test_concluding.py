"""The end of a story session: each note becomes something once, then come the minutes and the thanks."""

from datetime import date

import pytest

from kb.rules import clock
from kb.rules.desk import Fate, MessageKind, NoteKind, SessionState, VoiceState
from kb.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from kb.rules.pages import Audience, Kind
from kb.rules.roles import Actor
from kb.services import concluding, lineage, sessions, tasking, telling, themes, voicing
from kb.services.checking import text_of
from kb.store import story_sessions, voices
from kb.store.base import Session
from kb.store.pages import Page
from kb.store.story_sessions import StorySession
from tests.make import edit_page
from tests.services.gathering import noted, plan_of, told, verbs


def test_each_note_becomes_something_exactly_once(
    db: Session, sv: Actor, listener: Actor, running: StorySession
) -> None:
    voice, task, nothing = (noted(db, running, words, sv) for words in ("色を選びたい", "棚卸し", "ただの話"))
    concluding.settle(db, running.id, [voice.id], Fate.VOICE, by=sv)
    concluding.settle(db, running.id, [task.id], Fate.TASK, owner_id=listener.id, due=clock.today(), by=sv)
    concluding.settle(db, running.id, [nothing.id], Fate.NOTHING, by=sv)
    for one in (voice, task):
        for fate in (Fate.VOICE, Fate.TASK, Fate.NOTHING):
            with pytest.raises(Conflict):
                concluding.settle(db, running.id, [one.id], fate, owner_id=listener.id, by=sv)
        with pytest.raises(Conflict):
            concluding.reopen(db, running.id, one.id, by=sv)
    assert [one.words for one in voicing.many(db, VoiceState.OPEN, viewer=sv)] == ["色を選びたい"]
    assert [(one.words, one.due) for one in tasking.many(db, mine=True, done=False, viewer=listener)] == [
        ("棚卸し", clock.today())
    ]
    assert [facts["words"] for user, facts in told(db, MessageKind.MENTIONED) if user == listener.id] == ["棚卸し"]
    assert concluding.reopen(db, running.id, nothing.id, by=sv).fate is None
    assert verbs(db, "note settled") == ["note settled"] * 3


def test_several_notes_are_settled_all_or_none(db: Session, sv: Actor, running: StorySession) -> None:
    one, two, done = (noted(db, running, words, sv) for words in ("一", "二", "三"))
    concluding.settle(db, running.id, [done.id], Fate.NOTHING, by=sv)
    db.commit()
    with pytest.raises(Conflict):
        concluding.settle(db, running.id, [one.id, done.id], Fate.VOICE, by=sv)
    assert voicing.many(db, None, viewer=sv) == []
    concluding.settle(db, running.id, [one.id, two.id, one.id], Fate.VOICE, by=sv)
    assert len(voicing.many(db, None, viewer=sv)) == 2


def test_a_task_needs_somebody_at_work_and_a_day_to_come(db: Session, sv: Actor, running: StorySession) -> None:
    one = noted(db, running, "やる", sv)
    with pytest.raises(Invalid) as refused:
        concluding.settle(db, running.id, [one.id], Fate.TASK, by=sv)
    assert refused.value.field == "owner"
    with pytest.raises(Invalid) as refused:
        concluding.settle(db, running.id, [one.id], Fate.TASK, owner_id=sv.id, due=date(2020, 1, 1), by=sv)
    assert refused.value.field == "due"


def test_a_note_becomes_the_revision_that_was_written_from_it(
    db: Session, sv: Actor, story: Page, case: Page, running: StorySession
) -> None:
    one = noted(db, running, "先に目的を聞く", sv, NoteKind.RULE)
    with pytest.raises(Invalid) as refused:
        concluding.target(db, running.id, one.id, "", by=sv)
    assert refused.value.field == "page"
    for typed in (f"#{case.id}", str(case.id), "運動会の前の晩"):
        assert concluding.target(db, running.id, one.id, typed, by=sv).id == case.id
    with pytest.raises(Invalid):
        concluding.target(db, running.id, one.id, "知らない題名", by=sv)
    assert concluding.beside(db, one.id, by=sv).words == "先に目的を聞く"
    revision = edit_page(db, case, "先に目的を聞きます。", by=sv)
    concluding.link(db, one.id, revision, Fate.PROPOSAL, by=sv)
    assert (one.fate, one.revision_id) == (Fate.PROPOSAL, revision.id)
    assert [root.story_id for root in lineage.of_page(db, case.id, viewer=sv) if root.id] == [story.id]
    for deed in (
        lambda: concluding.link(db, one.id, revision, Fate.PROPOSAL, by=sv),
        lambda: concluding.beside(db, one.id, by=sv),
        lambda: concluding.target(db, running.id, one.id, str(case.id), by=sv),
    ):
        with pytest.raises(Conflict):
            deed()


def test_the_end_makes_minutes_for_svs_and_thanks_everybody_once(
    db: Session, sv: Actor, teller: Actor, listener: Actor, story: Page, case: Page, running: StorySession
) -> None:
    one = noted(db, running, "[[罠]] :::sv **太字** <b>", sv, NoteKind.FEELING)
    with pytest.raises(Invalid) as refused:
        concluding.end(db, running.id, by=sv)
    assert refused.value.facts == {"n": 1}
    concluding.settle(db, running.id, [one.id], Fate.NOTHING, by=sv)
    page = concluding.end(db, running.id, by=sv)
    assert (page.audience, page.kind) == (Audience.SV, Kind.CASE)
    assert page.current is not None
    said = text_of(page.current).body
    assert "[[届かない荷物の話]]" in said and "[[運動会の前の晩]]" in said
    assert f"語った人：{teller.display_name}" in said.replace("\\", "")
    assert listener.display_name in said.replace("\\", "")
    assert "[[罠]]" not in said
    assert sorted(user for user, _ in told(db, MessageKind.CREDITED)) == sorted([teller.id, listener.id])
    assert running.state is SessionState.ENDED
    with pytest.raises(Conflict):
        concluding.end(db, running.id, by=sv)
    assert len(told(db, MessageKind.CREDITED)) == 2
    assert verbs(db, "session ended") == ["session ended"]
    assert page.id not in {found.page.id for found in themes.candidates(db, viewer=sv)}


def test_an_ended_session_changes_no_more(
    db: Session, sv: Actor, teller: Actor, story: Page, running: StorySession
) -> None:
    one = noted(db, running, "一つ", sv)
    concluding.settle(db, running.id, [one.id], Fate.NOTHING, by=sv)
    concluding.end(db, running.id, by=sv)
    for deed in (
        lambda: telling.note(db, running.id, None, NoteKind.FACT, "遅い", by=sv),
        lambda: telling.move(db, running.id, 1, by=sv),
        lambda: telling.take_back(db, running.id, one.id, by=sv),
        lambda: concluding.settle(db, running.id, [one.id], Fate.VOICE, by=sv),
        lambda: concluding.reopen(db, running.id, one.id, by=sv),
        lambda: sessions.change(db, running.id, plan_of(story), by=sv),
        lambda: sessions.cancel(db, running.id, by=sv),
        lambda: telling.start(db, running.id, by=sv),
        lambda: sessions.fill_sheet(db, running.id, story.id, {}, by=teller),
    ):
        with pytest.raises(Conflict):
            deed()
    assert [note.words for note in story_sessions.notes_of(db, running.id)] == ["一つ"]


def test_a_finished_task_is_its_owners_to_finish_and_only_once(
    db: Session, sv: Actor, operator: Actor, listener: Actor
) -> None:
    made = tasking.give(db, "調べる", listener.id, None, by=sv)
    assert tasking.count_mine(db, viewer=listener) == 1
    with pytest.raises(NotFound):
        tasking.finish(db, made.id, by=operator)
    with pytest.raises(NotAllowed):
        tasking.many(db, mine=False, done=False, viewer=listener)
    tasking.finish(db, made.id, by=listener)
    with pytest.raises(Conflict):
        tasking.finish(db, made.id, by=sv)
    assert [one.id for one in voices.tasks(db, owner_id=None, done=True, limit=5)] == [made.id]
