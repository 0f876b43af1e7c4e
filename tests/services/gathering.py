"""What the tests of story sessions share: a plan, notes, and what was told to whom."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from kb.rules import clock
from kb.rules.desk import MessageKind, NoteKind
from kb.rules.roles import Actor
from kb.services import telling
from kb.services.sessions import Plan
from kb.store.base import Session
from kb.store.events import Event
from kb.store.messages import Message
from kb.store.pages import Page
from kb.store.story_sessions import SessionNote, StorySession


def plan_of(*stories: Page, people: tuple[Actor, ...] = (), **more: Any) -> Plan:
    told = tuple(one.id for one in stories)
    asked = tuple(one.id for one in people if one.id is not None)
    starts_at = clock.now() + timedelta(days=7)
    return replace(Plan("配送の話", starts_at, "会議室", 45, 7, told, asked), **more)


def told(db: Session, kind: MessageKind) -> list[tuple[int, dict[str, Any]]]:
    db.flush()
    return [(one.user_id, one.facts) for one in db.query(Message).filter(Message.kind == kind).order_by(Message.id)]


def verbs(db: Session, *names: str) -> list[str]:
    db.flush()
    return [one.verb for one in db.query(Event).order_by(Event.id) if one.verb in names]


def noted(db: Session, running: StorySession, words: str, by: Actor, kind: NoteKind = NoteKind.FACT) -> SessionNote:
    return telling.note(db, running.id, running.stories[running.position].page_id, kind, words, by=by)
