"""Carry what customers wish to the product team, and its answer back to whoever raised it."""

from typing import Any

from kb.rules import clock, limits
from kb.rules.desk import MessageKind, VoiceState
from kb.rules.errors import Conflict, Invalid, NotFound
from kb.rules.roles import Actor, Permission, require
from kb.services import messaging, sheets
from kb.services.checking import one_line
from kb.store import events, pages, story_sessions, voices
from kb.store.base import Session
from kb.store.pages import Page
from kb.store.voices import Voice

__all__ = ["VoiceState"]

KEYS = ("id", "state", "words", "page", "raised_by", "raised_at", "sent_at", "answer", "answered_by", "answered_at")


def raise_voice(
    db: Session, words: str, *, page_id: int | None = None, session_id: int | None = None, by: Actor
) -> Voice:
    """Write down a wish or complaint for the product team, about a page or out of a session if there is one.

    Raises Invalid for no words or too many, NotFound for a page that the raiser may not read.
    """
    require(by, Permission.FLAG)
    words = one_line(words)
    if not words:
        raise Invalid("お客様の声を書いてください。", field="words")
    if len(words) > limits.REASON:
        raise Invalid("%(limit)s文字までにしてください。", field="words", limit=limits.REASON)
    if page_id is not None and pages.get(db, page_id, viewer=by) is None:
        raise NotFound()
    assert by.id is not None
    made = Voice(
        words=words, page_id=page_id, session_id=session_id, created_by_id=by.id, created_at=clock.now(), answer=""
    )
    db.add(made)
    db.flush()
    events.record(db, "voice raised", by=by, page_id=page_id, voice=made.id)
    return made


def send(db: Session, voice_id: int, *, by: Actor) -> Voice:
    """Say that the product team has it now; Conflict when somebody said so before."""
    found = _to_change(db, voice_id, by=by)
    if found.state is not VoiceState.OPEN:
        raise Conflict("この声は、もう届けてあります。")
    found.state, found.sent_at = VoiceState.SENT, clock.now()
    events.record(db, "voice sent", by=by, page_id=found.page_id, voice=found.id)
    return found


def answer(db: Session, voice_id: int, text: str, *, by: Actor) -> Voice:
    """Keep the team's answer and bring it back: to whoever raised it, and to everybody of the session, once each."""
    found = _to_change(db, voice_id, by=by)
    if found.state is VoiceState.ANSWERED:
        raise Conflict("この声には、もう返事が書かれています。")
    text = one_line(text)
    if not text:
        raise Invalid("返事の内容を書いてください。", field="answer")
    if len(text) > limits.REASON:
        raise Invalid("%(limit)s文字までにしてください。", field="answer", limit=limits.REASON)
    found.state, found.answer = VoiceState.ANSWERED, text
    found.answered_by_id, found.answered_at = by.id, clock.now()
    events.record(db, "voice answered", by=by, page_id=found.page_id, voice=found.id)
    held = story_sessions.get(db, found.session_id) if found.session_id is not None else None
    people = [one.user_id for one in held.people] if held is not None else []
    facts: dict[str, Any] = {"voice": found.id, "words": found.words, "answer": text}
    for user_id in dict.fromkeys([found.created_by_id, *people]):
        messaging.tell(db, user_id, MessageKind.REPLIED, by=by, session_id=found.session_id, **facts)
    return found


def many(db: Session, state: VoiceState | None, *, viewer: Actor) -> list[Voice]:
    """The voices in this state (None: in any), the newest first."""
    require(viewer, Permission.ANSWER_VOICES)
    return voices.many(db, state, limit=limits.CANDIDATES)


def counts(db: Session, *, viewer: Actor) -> dict[VoiceState, int]:
    """How many voices are in each state."""
    require(viewer, Permission.ANSWER_VOICES)
    return voices.counts(db)


def pages_of(db: Session, found: list[Voice], *, viewer: Actor) -> dict[int, Page]:
    """The pages that voices are about, by id, as far as the viewer may read them."""
    return pages.by_ids(db, [one.page_id for one in found if one.page_id is not None], viewer=viewer)


def answered_about(db: Session, page_id: int, *, viewer: Actor) -> list[Voice]:
    """The answered voices about a page, for every reader of the staff who may read the page."""
    require(viewer, Permission.READ_STAFF)
    return voices.of_page(db, page_id) if pages.get(db, page_id, viewer=viewer) is not None else []


def csv(db: Session, *, by: Actor) -> bytes:
    """Every voice as a CSV file that a spreadsheet never takes for formulas."""
    require(by, Permission.ANSWER_VOICES)
    require(by, Permission.EXPORT)
    found = voices.many(db, None, limit=limits.IMPORT_ENTRIES)
    known = pages_of(db, found, viewer=by)
    rows = []
    for one in found:
        shown = known[one.page_id].shown if one.page_id in known else None
        rows.append(
            {
                "id": str(one.id),
                "state": one.state.value,
                "words": one.words,
                "page": shown.title if shown is not None else "",
                "raised_by": one.created_by.display_name,
                "raised_at": one.created_at.isoformat(timespec="seconds"),
                "sent_at": one.sent_at.isoformat(timespec="seconds") if one.sent_at else "",
                "answer": one.answer,
                "answered_by": one.answered_by.display_name if one.answered_by else "",
                "answered_at": one.answered_at.isoformat(timespec="seconds") if one.answered_at else "",
            }
        )
    return sheets.csv_bytes(rows, KEYS)


def _to_change(db: Session, voice_id: int, *, by: Actor) -> Voice:
    require(by, Permission.ANSWER_VOICES)
    found = voices.get(db, voice_id)
    if found is None:
        raise NotFound()
    return found
