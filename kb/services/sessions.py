"""Plan story sessions: what is told, when, where and to whom; tellers prepare, and those who were asked may read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kb.rules import clock, limits
from kb.rules.desk import MessageKind, SessionState
from kb.rules.errors import Conflict, Faults, Invalid, NotFound
from kb.rules.roles import STAFF_ROLES, Actor, Permission, may, require
from kb.services import messaging
from kb.services.checking import one_line
from kb.store import events, pages, story_sessions, users
from kb.store.base import Session
from kb.store.pages import Page
from kb.store.story_sessions import StorySession
from kb.store.users import User
from kb.text import blocks, calendar

__all__ = ["StorySession"]

# The questions of the prompt sheet, by the names under which the answers are kept.
QUESTIONS = ("wanted", "felt", "again")
OPEN = (SessionState.PLANNED, SessionState.RUNNING)
OVER = (SessionState.ENDED, SessionState.CANCELLED)


@dataclass(frozen=True)
class Plan:
    """The form of a session: stories are pages in their order, people accounts; tellers are asked in any case."""

    title: str = ""
    starts_at: datetime | None = None
    place: str = ""
    minutes: int | None = 60
    minutes_a_story: int | None = 7
    stories: tuple[int, ...] = ()
    people: tuple[int, ...] = ()


def plan(db: Session, wanted: Plan, *, by: Actor) -> StorySession:
    """Plan a session and invite everybody; raises Faults with the sentence of each field that can't be used."""
    require(by, Permission.HOLD_SESSIONS)
    assert by.id is not None
    wanted, told = _checked(db, wanted, by=by)
    assert wanted.starts_at is not None
    assert wanted.minutes is not None
    assert wanted.minutes_a_story is not None
    now = clock.now()
    made = StorySession(
        title=wanted.title,
        place=wanted.place,
        starts_at=wanted.starts_at,
        minutes=wanted.minutes,
        minutes_a_story=wanted.minutes_a_story,
        host_id=by.id,
        created_at=now,
        changed_at=now,
    )
    db.add(made)
    db.flush()
    _fill(db, made, wanted, told)
    events.record(db, "session planned", by=by, session=made.id, line=made.title)
    for user_id in _asked(wanted, told):
        invite(db, made, user_id, by=by)
    return _again(db, made)


def change(db: Session, session_id: int, wanted: Plan, *, by: Actor) -> StorySession:
    """Change what is planned; who is new is invited, and everybody hears of another time or place. Raises Faults."""
    found = to_change(db, session_id, by=by)
    if found.state is not SessionState.PLANNED:
        raise Conflict("この語り場は、もう始まっているか終わっています。予定は変えられません。")
    wanted, told = _checked(db, wanted, by=by, known={one.page_id for one in found.stories})
    assert wanted.starts_at is not None
    assert wanted.minutes is not None
    assert wanted.minutes_a_story is not None
    moved = (found.starts_at, found.minutes, found.place) != (wanted.starts_at, wanted.minutes, wanted.place)
    if moved or found.title != wanted.title:
        found.sequence += 1
        found.changed_at = clock.now()
    found.title, found.place, found.starts_at = wanted.title, wanted.place, wanted.starts_at
    found.minutes, found.minutes_a_story = wanted.minutes, wanted.minutes_a_story
    before = {one.user_id for one in found.people}
    _fill(db, found, wanted, told)
    events.record(db, "session changed", by=by, session=found.id, line=found.title)
    for user_id in _asked(wanted, told):
        if user_id not in before:
            invite(db, found, user_id, by=by)
        elif moved:
            invite(db, found, user_id, by=by, moved=True)
    return _again(db, found)


def cancel(db: Session, session_id: int, *, by: Actor) -> StorySession:
    """Call a planned session off, and tell everybody who was asked."""
    found = to_change(db, session_id, by=by)
    if found.state is not SessionState.PLANNED:
        raise Conflict("この語り場は、もう始まっているか終わっています。取りやめることはできません。")
    found.state, found.changed_at = SessionState.CANCELLED, clock.now()
    found.sequence += 1
    events.record(db, "session cancelled", by=by, session=found.id, line=found.title)
    for person in found.people:
        invite(db, found, person.user_id, by=by, cancelled=True)
    return found


def fill_sheet(db: Session, session_id: int, page_id: int, answers: dict[str, str], *, by: Actor) -> None:
    """Keep what the author of a story prepared for telling it; raises NotFound for anybody else, Invalid, Conflict."""
    found = get(db, session_id, viewer=by)
    one = story_sessions.story(db, session_id, page_id)
    if one is None or one.page.created_by_id != by.id:
        raise NotFound()
    if found.state not in OPEN:
        raise Conflict("この語り場は終わっています。準備のメモはもう変えられません。")
    kept = {name: blocks.tidy(answers.get(name, "")).strip() for name in QUESTIONS}
    for name, text in kept.items():
        if len(text) > limits.SHEET:
            raise Invalid("%(limit)s文字までにしてください。", field=name, limit=limits.SHEET)
    one.sheet = {name: text for name, text in kept.items() if text}


def get(db: Session, session_id: int, *, viewer: Actor) -> StorySession:
    """The session, for SVs and for those who were asked to it; NotFound for everybody else."""
    require(viewer, Permission.READ_STAFF)
    found = story_sessions.get(db, session_id)
    if found is None or not may_read(found, viewer):
        raise NotFound()
    return found


def may_read(found: StorySession, viewer: Actor) -> bool:
    """Whether this person may know of a session."""
    return may(viewer, Permission.HOLD_SESSIONS) or viewer.id in {one.user_id for one in found.people}


def to_change(db: Session, session_id: int, *, by: Actor) -> StorySession:
    """The session for whoever holds it, kept from other writers until the transaction ends; raises NotFound."""
    require(by, Permission.HOLD_SESSIONS)
    found = story_sessions.get(db, session_id, to_change=True)
    if found is None:
        raise NotFound()
    return found


def to_hold(db: Session, session_id: int, *, by: Actor) -> StorySession:
    """The session for whoever holds it, to look at; raises NotFound."""
    require(by, Permission.HOLD_SESSIONS)
    return get(db, session_id, viewer=by)


def coming(db: Session, *, viewer: Actor) -> list[StorySession]:
    """The sessions that are planned or running, the next one first: all of them, or those one was asked to."""
    require(viewer, Permission.READ_STAFF)
    return story_sessions.many(db, OPEN, person_id=_only(viewer), limit=limits.PAGE_SIZE_MAX)


def over(db: Session, *, viewer: Actor) -> list[StorySession]:
    """The sessions that are over, the latest first."""
    require(viewer, Permission.READ_STAFF)
    return story_sessions.many(db, OVER, person_id=_only(viewer), limit=limits.PAGE_SIZE_MAX, backwards=True)


def count_coming(db: Session, *, viewer: Actor) -> int:
    """How many sessions are planned or running, of those that this person may know of."""
    return story_sessions.count_coming(db, person_id=_only(viewer)) if viewer.is_staff else 0


def appointment(found: StorySession, *, url: str) -> bytes:
    """The session as a calendar file (.ics); titles of stories stay in the house."""
    return calendar.write(
        calendar.Appointment(
            uid=f"session-{found.id}-{found.created_at:%Y%m%dT%H%M%SZ}@kb",
            title=found.title,
            starts_at=found.starts_at,
            minutes=found.minutes,
            changed_at=found.changed_at,
            sequence=found.sequence,
            place=found.place,
            text=url,
            url=url,
            cancelled=found.state is SessionState.CANCELLED,
        )
    )


def staff(db: Session, *, viewer: Actor) -> list[User]:
    """Everybody who can be asked to a session, or given a task."""
    require(viewer, Permission.HOLD_SESSIONS)
    return [one for one in users.everybody(db) if one.disabled_at is None and one.role in STAFF_ROLES]


def invite(db: Session, found: StorySession, user_id: int, *, by: Actor, **facts: bool) -> None:
    """Tell somebody of a session: that they are asked, or what became of it."""
    told: dict[str, Any] = {"title": found.title, "starts_at": found.starts_at.isoformat(), "place": found.place}
    messaging.tell(db, user_id, MessageKind.INVITED, by=by, session_id=found.id, **told, **facts)


def _only(viewer: Actor) -> int | None:
    return None if may(viewer, Permission.HOLD_SESSIONS) else viewer.id


def _checked(
    db: Session, wanted: Plan, *, by: Actor, known: set[int] | None = None
) -> tuple[Plan, dict[int, int | None]]:
    """The plan as it can be kept, and each of its stories with its author; `known` are stories chosen before."""
    faults: dict[str, Invalid] = {}
    title, place = one_line(wanted.title), one_line(wanted.place)
    if not title:
        faults["title"] = Invalid("何について語るか、題名を書いてください。", field="title")
    for name, text, most in (("title", title, limits.TITLE), ("place", place, limits.NOTE)):
        if len(text) > most:
            faults[name] = Invalid("%(limit)s文字までにしてください。", field=name, limit=most)
    if wanted.starts_at is None:
        faults["starts_at"] = Invalid("日時を選んでください。", field="starts_at")
    for name, value in (("minutes", wanted.minutes), ("minutes_a_story", wanted.minutes_a_story)):
        if value is None or not 0 < value <= limits.SESSION_MINUTES:
            sentence = "1から%(limit)sまでの分数で入れてください。"
            faults[name] = Invalid(sentence, field=name, limit=limits.SESSION_MINUTES)
    chosen = tuple(dict.fromkeys(wanted.stories))
    readable = pages.by_ids(db, chosen, viewer=by)
    # A story that was decided on meanwhile stays chosen: it can still be told.
    gone = {one for one in (known or set()) & set(chosen) if one not in readable}
    if any(one not in readable and one not in gone for one in chosen):
        sentence = "選んだ体験のうち、いまは開けないものがあります。選び直してください。"
        faults["stories"] = Invalid(sentence, field="stories")
    elif not chosen:
        faults["stories"] = Invalid("語る体験を一つ以上選んでください。", field="stories")
    elif len(chosen) > limits.SESSION_STORIES:
        sentence = "一回に語れる体験は%(limit)s件までです。"
        faults["stories"] = Invalid(sentence, field="stories", limit=limits.SESSION_STORIES)
    usable = {one.id for one in staff(db, viewer=by)}
    people = tuple(one for one in dict.fromkeys(wanted.people) if one in usable)
    if len(people) > limits.SESSION_PEOPLE:
        faults["people"] = Invalid("%(limit)s人までにしてください。", field="people", limit=limits.SESSION_PEOPLE)
    if faults:
        raise Faults(faults)
    told = {one: db.get_one(Page, one).created_by_id for one in chosen}
    tellers = {one: user if user in usable else None for one, user in told.items()}
    kept = Plan(title, wanted.starts_at, place, wanted.minutes, wanted.minutes_a_story, chosen, people)
    return kept, tellers


def _asked(wanted: Plan, told: dict[int, int | None]) -> dict[int, bool]:
    tellers = {user for user in told.values() if user is not None}
    return {one: one in tellers for one in sorted({*wanted.people, *tellers})}


def _fill(db: Session, found: StorySession, wanted: Plan, told: dict[int, int | None]) -> None:
    story_sessions.replace_stories(db, found.id, wanted.stories)
    story_sessions.replace_people(db, found.id, _asked(wanted, told))


def _again(db: Session, found: StorySession) -> StorySession:
    db.expire(found, ["stories", "people"])
    return found
