"""Voices: raised, sent, answered once each, and the answer comes back to whoever asked; the table holds no formula."""

import csv
import io

import pytest

from kb.rules.desk import Fate, MessageKind, VoiceState
from kb.rules.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from kb.rules.pages import Audience
from kb.rules.roles import VISITOR, Actor, Role
from kb.services import concluding, voicing
from kb.store.base import Session
from kb.store.story_sessions import StorySession
from tests.make import make_actor, make_page
from tests.services.gathering import noted, told, verbs


def test_a_voice_goes_its_way_once_and_the_answer_comes_back_once(db: Session, sv: Actor, operator: Actor) -> None:
    page = make_page(db)
    made = voicing.raise_voice(db, " 色を\n選びたい ", page_id=page.id, by=operator)
    assert (made.words, made.state) == ("色を 選びたい", VoiceState.OPEN)
    voicing.send(db, made.id, by=sv)
    with pytest.raises(Conflict):
        voicing.send(db, made.id, by=sv)
    voicing.answer(db, made.id, "春に出ます", by=sv)
    with pytest.raises(Conflict):
        voicing.answer(db, made.id, "もう一度", by=make_actor(db, Role.SV))
    facts = {"voice": made.id, "words": "色を 選びたい", "answer": "春に出ます"}
    assert told(db, MessageKind.REPLIED) == [(operator.id, facts)]
    names = ("voice raised", "voice sent", "voice answered")
    assert verbs(db, *names) == list(names)
    assert voicing.counts(db, viewer=sv) == {VoiceState.OPEN: 0, VoiceState.SENT: 0, VoiceState.ANSWERED: 1}
    assert [one.answer for one in voicing.answered_about(db, page.id, viewer=operator)] == ["春に出ます"]


def test_everybody_of_the_session_hears_the_answer_once(
    db: Session, sv: Actor, teller: Actor, listener: Actor, running: StorySession
) -> None:
    one = noted(db, running, "色を選びたい", sv)
    concluding.settle(db, running.id, [one.id], Fate.VOICE, by=sv)
    assert one.voice_id is not None
    other = make_actor(db, Role.SV)
    voicing.answer(db, one.voice_id, "春に出ます", by=other)
    assert sorted(user for user, _ in told(db, MessageKind.REPLIED)) == sorted([sv.id, teller.id, listener.id])


def test_a_voice_needs_words_and_a_page_that_its_raiser_may_read(db: Session, sv: Actor, operator: Actor) -> None:
    hidden = make_page(db, audience=Audience.SV)
    for words in (" ", "あ" * 2001):
        with pytest.raises(Invalid):
            voicing.raise_voice(db, words, by=operator)
    with pytest.raises(NotFound):
        voicing.raise_voice(db, "声", page_id=hidden.id, by=operator)
    with pytest.raises(NotSignedIn):
        voicing.raise_voice(db, "声", by=VISITOR)
    made = voicing.raise_voice(db, "声", page_id=hidden.id, by=sv)
    with pytest.raises(Invalid):
        voicing.answer(db, made.id, " ", by=sv)
    voicing.answer(db, made.id, "返事", by=sv)
    assert voicing.answered_about(db, hidden.id, viewer=operator) == []


def test_an_operator_carries_no_voice_on_and_does_not_see_the_list(db: Session, operator: Actor) -> None:
    made = voicing.raise_voice(db, "声", by=operator)
    for deed in (
        lambda: voicing.send(db, made.id, by=operator),
        lambda: voicing.answer(db, made.id, "返事", by=operator),
        lambda: voicing.many(db, None, viewer=operator),
        lambda: voicing.counts(db, viewer=operator),
        lambda: voicing.csv(db, by=operator),
    ):
        with pytest.raises(NotAllowed):
            deed()
    with pytest.raises(NotFound):
        voicing.send(db, 999, by=make_actor(db, Role.SV))


def test_no_cell_of_the_table_is_a_formula(db: Session, sv: Actor) -> None:
    for words in ("=1+1", "@SUM(A1)", "-2", "ふつうの声"):
        voicing.raise_voice(db, words, by=sv)
    rows = list(csv.DictReader(io.StringIO(voicing.csv(db, by=sv).decode("utf-8-sig"))))
    assert [row["words"] for row in rows] == ["ふつうの声", "'-2", "'@SUM(A1)", "'=1+1"]
    assert tuple(rows[0]) == voicing.KEYS
