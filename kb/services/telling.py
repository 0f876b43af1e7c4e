"""Hold a story session: start it, go from story to story, and note what is said, each line exactly once."""

from dataclasses import dataclass
from datetime import timedelta

from kb.rules import clock, limits
from kb.rules.desk import NoteKind, SessionState
from kb.rules.errors import Conflict, Invalid, NotFound
from kb.rules.pages import Audience
from kb.rules.roles import Actor, Permission, may, require
from kb.services import sessions, submitting
from kb.services.checking import one_line
from kb.store import events, pages, story_sessions
from kb.store.base import Session
from kb.store.pages import Page
from kb.store.story_sessions import SessionNote, StorySession
from kb.store.users import User
from kb.text import audience as audiences
from kb.text import plain

__all__ = ["NoteKind", "SessionNote", "SessionState"]

WORDS, REST = 160, 160  # characters of a story that stand on the wall


@dataclass(frozen=True)
class Told:
    """One story as this reader may see it; without `page` they may not, or it is gone since it was chosen."""

    page_id: int
    page: Page | None
    title: str
    words: str
    rest: str
    teller: User | None
    sheet: dict[str, str]
    is_told: bool


def stories(db: Session, found: StorySession, *, viewer: Actor, together: bool = False) -> list[Told]:
    """The stories of a session in their order, cut for the reader; `together`: for everybody who was asked.

    What an author prepared is for them and for those who hold sessions.
    """
    require(viewer, Permission.READ_STAFF)
    known = pages.by_ids(db, [one.page_id for one in found.stories], viewer=viewer)
    audience = _narrowest(found, viewer) if together else viewer.audience
    told = []
    for one in found.stories:
        page = known.get(one.page_id)
        title, words, rest = _said(page, audience) if page is not None else ("", "", "")
        teller = one.page.created_by if page is not None else None
        may_see = may(viewer, Permission.HOLD_SESSIONS) or (teller is not None and teller.id == viewer.id)
        sheet = {name: str(text) for name, text in one.sheet.items()} if may_see else {}
        told.append(Told(one.page_id, page, title, words, rest, teller, sheet, one.told_at is not None))
    return told


def start(db: Session, session_id: int, *, by: Actor) -> StorySession:
    """Begin with the first story; the time of each story runs from when it comes up."""
    found = sessions.to_change(db, session_id, by=by)
    if found.state is not SessionState.PLANNED:
        raise Conflict("この語り場は、もう始まっているか終わっています。開き直して確かめてください。")
    found.state, found.position = SessionState.RUNNING, 0
    _come_up(found)
    events.record(db, "session started", by=by, session=found.id, line=found.title)
    return found


def move(db: Session, session_id: int, position: int, *, by: Actor) -> StorySession:
    """Bring up the story at this place (from 0), at most the last one; going where one is changes nothing."""
    found = _running(db, session_id, by=by)
    position = max(0, min(position, len(found.stories) - 1))
    if position != found.position:
        found.position = position
        _come_up(found)
    return found


def note(
    db: Session, session_id: int, page_id: int | None, kind: NoteKind, words: str, *, key: str = "", by: Actor
) -> SessionNote:
    """Keep a line that was said about a story (None: about none); the same `key` sent again gives the same note.

    Raises Invalid for an empty or long line, a story that is not told here and too many notes; Conflict when the
    session does not run.
    """
    found = _running(db, session_id, by=by)
    known = story_sessions.note_keyed(db, key) if key else None
    if known is not None:
        if known.session_id != found.id:
            raise NotFound()
        return known
    words = one_line(words)
    if not words:
        raise Invalid("聞いた言葉を書いてください。", field="words")
    if len(words) > limits.REASON or len(key) > limits.CALL_KEY:
        raise Invalid("%(limit)s文字までにしてください。", field="words", limit=limits.REASON)
    if page_id is not None and page_id not in {one.page_id for one in found.stories}:
        raise Invalid("画面が古くなっています。開き直してから、もう一度お試しください。", field="story")
    if len(story_sessions.notes_of(db, found.id)) >= limits.SESSION_NOTES:
        sentence = "一回の書きとめは%(limit)s件までです。"
        raise Invalid(sentence, field="words", limit=limits.SESSION_NOTES)
    assert by.id is not None
    made = SessionNote(
        session_id=found.id, page_id=page_id, kind=kind, key=key or None, words=words, by_id=by.id, at=clock.now()
    )
    db.add(made)
    db.flush()
    return made


def take_back(db: Session, session_id: int, note_id: int, *, by: Actor) -> str:
    """Remove a note that nothing was made of; returns what it said."""
    found = _running(db, session_id, by=by)
    one = story_sessions.note(db, note_id, to_change=True)
    if one is None or one.session_id != found.id:
        raise NotFound()
    if one.fate is not None:
        raise Conflict("この書きとめの行き先は、もう決まっています。")
    words = one.words
    db.delete(one)
    db.flush()
    return words


def notes(db: Session, found: StorySession, *, viewer: Actor) -> list[SessionNote]:
    """What was noted, in order, but for what is about stories that this reader may not read."""
    require(viewer, Permission.READ_STAFF)
    if not sessions.may_read(found, viewer):
        raise NotFound()
    written = story_sessions.notes_of(db, found.id)
    if may(viewer, Permission.HOLD_SESSIONS):
        return written
    known = pages.by_ids(db, [one.page_id for one in found.stories], viewer=viewer)
    return [one for one in written if one.page_id is None or one.page_id in known]


def seconds_left(found: StorySession) -> int:
    """How many seconds the story that is up still has; below 0 when it is over its time."""
    if found.story_began_at is None:
        return found.minutes_a_story * 60
    until = found.story_began_at + timedelta(minutes=found.minutes_a_story)
    return round((until - clock.now()).total_seconds())


def _running(db: Session, session_id: int, *, by: Actor) -> StorySession:
    found = sessions.to_change(db, session_id, by=by)
    if found.state is not SessionState.RUNNING:
        raise Conflict("この語り場は、いま開いていません。開き直して確かめてください。")
    return found


def _come_up(found: StorySession) -> None:
    found.story_began_at = clock.now()
    one = found.stories[found.position]
    one.told_at = one.told_at or found.story_began_at


def _narrowest(found: StorySession, viewer: Actor) -> Audience:
    """The audience whose text everybody in the room may read: what is on the wall is read by all of them."""
    return min([viewer.audience, *(one.user.actor.audience for one in found.people)], key=lambda one: one.rank)


def _said(page: Page, audience: Audience) -> tuple[str, str, str]:
    """A story for the wall: its title, the customer's own words, and how it went on, each in plain text."""
    revision = page.shown
    if revision is None:
        return "", "", ""
    parts: dict[str, list[str]] = {}
    place = ""
    for line in audiences.cut(revision.body, audience).split("\n"):
        if line.startswith("## "):
            place = line[3:].strip()
        else:
            parts.setdefault(place, []).append(line)
    words = plain.plain("\n".join(parts.pop(submitting.HEADINGS["words"], []))).strip()
    rest = " ".join(plain.plain("\n\n".join("\n".join(lines) for lines in parts.values())).split("\n"))
    # How it went on is for the teller to tell.
    return revision.title, _short(words, WORDS), "" if words else _short(rest, REST)


def _short(text: str, most: int) -> str:
    """The text, or as many whole sentences of it as fit."""
    if len(text) <= most:
        return text
    whole = text[: text.rfind("。", 0, most) + 1]
    return whole or text[: most - 1] + "…"
