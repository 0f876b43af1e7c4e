"""Tasks that somebody promised to do: made at the end of a session, seen by their owner, and done once."""

from datetime import date

from kb.rules import clock, limits
from kb.rules.desk import MessageKind
from kb.rules.errors import Conflict, Invalid, NotFound
from kb.rules.roles import Actor, Permission, may, require
from kb.services import messaging
from kb.services.checking import one_line
from kb.store import events, users, voices
from kb.store.base import Session
from kb.store.voices import Task


def give(
    db: Session, words: str, owner_id: int | None, due: date | None, *, session_id: int | None = None, by: Actor
) -> Task:
    """Give somebody a task, with a day if there is one; raises Invalid for words, owner and a day that is over."""
    require(by, Permission.HOLD_SESSIONS)
    words = one_line(words)
    if not words:
        raise Invalid("何をするかを書いてください。", field="words")
    if len(words) > limits.REASON:
        raise Invalid("%(limit)s文字までにしてください。", field="words", limit=limits.REASON)
    owner = next((one for one in users.everybody(db) if one.id == owner_id and one.disabled_at is None), None)
    if owner is None or not owner.actor.is_staff:
        raise Invalid("だれがするかを選んでください。", field="owner")
    if due is not None and due < clock.today():
        raise Invalid("きょうか、きょうより後の日を選んでください。", field="due")
    assert by.id is not None
    made = Task(
        words=words, owner_id=owner.id, due=due, session_id=session_id, created_by_id=by.id, created_at=clock.now()
    )
    db.add(made)
    db.flush()
    events.record(db, "task given", by=by, user_id=owner.id, task=made.id)
    messaging.tell(db, owner.id, MessageKind.MENTIONED, by=by, session_id=session_id, task=made.id, words=words)
    return made


def finish(db: Session, task_id: int, *, by: Actor) -> Task:
    """Say that it is done, as its owner or as an SV; raises NotFound for anybody else's, Conflict when it was done."""
    require(by, Permission.READ_STAFF)
    found = voices.task(db, task_id)
    if found is None or (found.owner_id != by.id and not may(by, Permission.HOLD_SESSIONS)):
        raise NotFound()
    if found.done_at is not None:
        raise Conflict("これは、もう済みになっています。")
    found.done_at = clock.now()
    events.record(db, "task done", by=by, user_id=found.owner_id, task=found.id)
    return found


def many(db: Session, *, mine: bool, done: bool, viewer: Actor) -> list[Task]:
    """One's own tasks, or everybody's for SVs; what is open by its day, or what is done with the newest first."""
    require(viewer, Permission.READ_STAFF)
    if not mine:
        require(viewer, Permission.HOLD_SESSIONS)
    return voices.tasks(db, owner_id=viewer.id if mine else None, done=done, limit=limits.CANDIDATES)


def count_mine(db: Session, *, viewer: Actor) -> int:
    """How many tasks this person has still to do."""
    return voices.count_open_tasks(db, viewer.id) if viewer.id is not None else 0
