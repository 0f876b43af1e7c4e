"""Conclude a story session: each note becomes something exactly once, then come the minutes and the thanks."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from kb.rules import clock
from kb.rules.desk import Fate, MessageKind, SessionState
from kb.rules.errors import Conflict, Invalid, NotFound
from kb.rules.pages import Audience, Kind
from kb.rules.roles import Actor, Permission, require
from kb.services import editing, lineage, messaging, minutes, sessions, tasking, voicing
from kb.services.checking import Text, one_line
from kb.store import events, pages, story_sessions
from kb.store.base import Session
from kb.store.pages import Page, Revision
from kb.store.story_sessions import SessionNote, StorySession
from kb.text import japanese

__all__ = ["Fate"]

# What is written by hand is settled by `link`, once it is written.
WRITTEN = (Fate.PROPOSAL, Fate.STORY)


def settle(
    db: Session,
    session_id: int,
    note_ids: Sequence[int],
    fate: Fate,
    *,
    owner_id: int | None = None,
    due: date | None = None,
    by: Actor,
) -> list[SessionNote]:
    """Make a voice, a task or nothing of each of these notes, all or none; Conflict where one was settled before."""
    found = _running(db, session_id, by=by)
    if not note_ids:
        raise Invalid("書きとめを一つ以上選んでください。", field="note")
    if fate in WRITTEN:
        raise Invalid("改訂と体験は、書きとめごとに書いて決めます。", field="fate")
    settled = [_open(db, found, note_id) for note_id in dict.fromkeys(note_ids)]
    for one in settled:
        if fate is Fate.VOICE:
            readable = one.page_id is not None and pages.get(db, one.page_id, viewer=by) is not None
            page_id = one.page_id if readable else None
            one.voice_id = voicing.raise_voice(db, one.words, page_id=page_id, session_id=found.id, by=by).id
        elif fate is Fate.TASK:
            one.task_id = tasking.give(db, one.words, owner_id, due, session_id=found.id, by=by).id
        one.fate = fate
        events.record(db, "note settled", by=by, session=found.id, note=one.id, fate=fate.value)
    return settled


def reopen(db: Session, session_id: int, note_id: int, *, by: Actor) -> SessionNote:
    """Choose again for a note of which nothing was to be made; of everything else something exists already."""
    found = _running(db, session_id, by=by)
    one = _note(db, found, note_id)
    if one.fate is not Fate.NOTHING:
        raise Conflict("この書きとめの行き先は、もう決まっています。")
    one.fate = None
    events.record(db, "note reopened", by=by, session=found.id, note=one.id)
    return one


def beside(db: Session, note_id: int, *, by: Actor) -> SessionNote:
    """The note that somebody writes a revision or a story from; NotFound, or Conflict when it is settled."""
    require(by, Permission.HOLD_SESSIONS)
    one = story_sessions.note(db, note_id)
    held = story_sessions.get(db, one.session_id) if one is not None else None
    if one is None or held is None:
        raise NotFound()
    if one.fate is not None or held.state is not SessionState.RUNNING:
        raise Conflict("この書きとめの行き先は、もう決まっています。")
    return one


def target(db: Session, session_id: int, note_id: int, typed: str, *, by: Actor) -> Page:
    """The live page that a note is to change: by number or title, or else the story that it is about.

    Raises Invalid where there is none, NotFound for a note of another session, Conflict when it is settled.
    """
    one = beside(db, note_id, by=by)
    if one.session_id != session_id:
        raise NotFound()
    typed = one_line(typed)
    number = japanese.fold(typed).lstrip("#").strip()
    if not typed:
        page = pages.get(db, one.page_id, viewer=by) if one.page_id is not None else None
    elif number.isascii() and number.isdecimal() and len(number) < 10:
        page = pages.get(db, int(number), viewer=by)
    else:
        page = editing.titled(db, typed, language="ja", by=by)
    if page is None and typed:
        raise Invalid("その記事は見つかりません。番号か題名を確かめてください。", field="page")
    if page is None or page.current is None:
        raise Invalid("もとの体験はまだ記事になっていません。直す記事の番号か題名を入れてください。", field="page")
    return page


def link(db: Session, note_id: int, revision: Revision, fate: Fate, *, by: Actor) -> SessionNote:
    """Settle a note with the revision that was just written from it, in the same transaction."""
    before = beside(db, note_id, by=by)
    one = _open(db, _running(db, before.session_id, by=by), note_id)
    if fate not in WRITTEN:
        raise Invalid("選び直してください。", field="fate")
    one.fate, one.revision_id = fate, revision.id
    told = pages.get(db, one.page_id, viewer=by) if one.page_id is not None else None
    is_live = fate is Fate.PROPOSAL and revision.page.current_revision_id == revision.id
    if is_live and told is not None and told.shown is not None and told.id != revision.page_id:
        # What was said of a story now stands on a page, and the page says where it has it from.
        lineage.support(db, revision.page, told.shown, (), by=by)
    facts: dict[str, Any] = {"session": one.session_id, "note": one.id, "fate": fate.value}
    events.record(db, "note settled", by=by, page_id=revision.page_id, revision_id=revision.id, **facts)
    return one


def end(db: Session, session_id: int, *, by: Actor) -> Page:
    """Close the session: its minutes become a page for SVs, and everybody who was asked is thanked once.

    Raises Invalid while a note is not settled, Conflict when the session does not run.
    """
    found = _running(db, session_id, by=by)
    notes = story_sessions.notes_of(db, found.id)
    left = sum(one.fate is None for one in notes)
    if left:
        raise Invalid("行き先の決まっていない書きとめが%(n)s件あります。", field="note", n=left)
    text = Text(minutes.title(found), minutes.body(db, found, notes, by=by), Audience.SV)
    page = editing.create(db, text, kind=Kind.CASE, by=by)
    found.state, found.ended_at, found.minutes_page_id = SessionState.ENDED, clock.now(), page.id
    events.record(db, "session ended", by=by, session=found.id, line=found.title)
    for person in found.people:
        facts: dict[str, Any] = {"title": found.title, "told": person.is_teller, "notes": len(notes)}
        messaging.tell(db, person.user_id, MessageKind.CREDITED, by=by, session_id=found.id, **facts)
    return page


def left(notes: Sequence[SessionNote]) -> int:
    """How many notes nothing was decided on yet."""
    return sum(one.fate is None for one in notes)


def _running(db: Session, session_id: int, *, by: Actor) -> StorySession:
    found = sessions.to_change(db, session_id, by=by)
    if found.state is not SessionState.RUNNING:
        raise Conflict("この語り場は、いま開いていません。開き直して確かめてください。")
    return found


def _note(db: Session, found: StorySession, note_id: int) -> SessionNote:
    one = story_sessions.note(db, note_id, to_change=True)
    if one is None or one.session_id != found.id:
        raise NotFound()
    return one


def _open(db: Session, found: StorySession, note_id: int) -> SessionNote:
    one = _note(db, found, note_id)
    if one.fate is not None:
        raise Conflict("この書きとめの行き先は、もう決まっています。")
    return one
