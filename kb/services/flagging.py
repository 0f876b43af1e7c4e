"""Flag a page that is wrong, unclear or out of date; close a flag with a reply, and tell its author."""

from collections.abc import Sequence

from kb.rules import clock, limits
from kb.rules.calls import Fault
from kb.rules.errors import Conflict, Invalid, NotFound
from kb.rules.roles import Actor, Permission, require
from kb.services import holding, messaging, reading
from kb.services.checking import one_line
from kb.store import events, flags, pages
from kb.store.base import Session
from kb.store.flags import Flag

__all__ = ["Flag"]

SHOWN = 20  # of one's own flags


def flag(
    db: Session,
    page_id: int,
    revision_id: int | None,
    fault: Fault | None,
    words: str,
    *,
    call_id: int | None = None,
    by: Actor,
) -> Flag:
    """Say what is wrong with a page, of the revision that was read (the shown one if None).

    Raises NotFound or Gone for a page that can't be read, Invalid for no fault, a line that is too long, and a revision
    of another page.
    """
    require(by, Permission.FLAG)
    page = pages.get(db, page_id, viewer=by)
    if page is None or page.shown is None:
        raise reading.missing(db, page_id, viewer=by)
    revision = page.shown if revision_id is None else pages.revision(db, revision_id, viewer=by)
    if revision is None or revision.page_id != page.id:
        raise Invalid("画面が古くなっています。開き直してから、もう一度お試しください。", field="revision")
    if fault is None:
        raise Invalid("何が気になったかを選んでください。", field="fault")
    words = one_line(words)
    if len(words) > limits.NOTE:
        raise Invalid("%(limit)s文字までにしてください。", field="words", limit=limits.NOTE)
    assert by.id is not None
    made = Flag(
        page_id=page.id,
        revision_id=revision.id,
        call_id=call_id,
        user_id=by.id,
        fault=fault,
        words=words,
        created_at=clock.now(),
    )
    db.add(made)
    db.flush()
    # The line is for supervisors; operators read the history of a page as well.
    events.record(db, "page flagged", by=by, page_id=page.id, revision_id=revision.id, flag=made.id, fault=fault.value)
    return made


def take(db: Session, flag_id: int, *, by: Actor) -> Flag:
    """Say that one looks into it; raises NotFound, Conflict when it is closed or another one is on it."""
    found = _waiting(db, flag_id, by=by)
    if holding.claim(found, by=by):
        _record(db, "flag taken", found, by=by)
    return found


def give_back(db: Session, flag_id: int, *, by: Actor) -> Flag:
    """Let another SV look into it; raises NotFound, Conflict when it is closed or another one is on it."""
    found = _waiting(db, flag_id, by=by)
    holding.require_free(found, by=by)
    if found.taken_by_id is not None:
        holding.free(found)
        _record(db, "flag given back", found, by=by)
    return found


def get(db: Session, flag_id: int, *, viewer: Actor) -> Flag:
    """One flag, closed or not; raises NotFound, also for a page that the viewer can't read."""
    require(viewer, Permission.HELP)
    found = flags.get(db, flag_id, viewer=viewer)
    if found is None:
        raise NotFound()
    return found


def close(db: Session, flag_id: int, reply: str, *, by: Actor) -> Flag:
    """Say what became of a flag; raises NotFound, Invalid for no reply, Conflict when somebody else was first."""
    found = _waiting(db, flag_id, by=by)
    holding.require_free(found, by=by)
    reply = one_line(reply)
    if not reply:
        raise Invalid("指摘した人への返事を書いてください。", field="reply")
    if len(reply) > limits.NOTE:
        raise Invalid("%(limit)s文字までにしてください。", field="reply", limit=limits.NOTE)
    found.reply, found.closed_at, found.closed_by_id = reply, clock.now(), by.id
    if found.user_id == by.id:
        found.read_at = found.closed_at
    _record(db, "flag closed", found, by=by)
    # The page says something else since somebody flagged it: their word has changed it.
    if found.page.current is not None and found.page.current.number > found.revision.number:
        messaging.thank_for_flag(db, found.user_id, found.page_id, found.page.current_revision_id, by=by)
    return found


def waiting(db: Session, *, viewer: Actor, page_id: int | None = None) -> list[Flag]:
    """The open flags with what was written, optionally of one page; what waits longest comes first."""
    require(viewer, Permission.HELP)
    return flags.waiting(db, viewer=viewer, page_id=page_id)


def is_flagged(db: Session, page_id: int, *, viewer: Actor) -> bool:
    """Whether a flag on this page is open, for every reader of the staff; not what it says."""
    require(viewer, Permission.READ_STAFF)
    return flags.count_waiting(db, viewer=viewer, page_id=page_id) > 0


def mine(db: Session, *, by: Actor, unread: bool = False) -> list[Flag]:
    """What this person flagged, the newest first; `unread`: only what was closed since they looked."""
    require(by, Permission.FLAG)
    assert by.id is not None
    return flags.of_user(db, by.id, viewer=by, unread=unread, limit=SHOWN)


def fixed_in(db: Session, some: Sequence[Flag], *, by: Actor) -> dict[int, int]:
    """Flag → the number of the version that a fix brought before it was closed; the rest was answered without one."""
    require(by, Permission.FLAG)
    return flags.fixed_in(db, [one.id for one in some if one.closed_at is not None])


def read(db: Session, flag_id: int, *, by: Actor) -> None:
    """Remember that the author of a flag has seen its reply; raises NotFound for anybody else's."""
    require(by, Permission.FLAG)
    found = flags.get(db, flag_id, viewer=by, to_change=True)
    if found is None or found.user_id != by.id:
        raise NotFound()
    if found.closed_at is not None and found.read_at is None:
        found.read_at = clock.now()


def _waiting(db: Session, flag_id: int, *, by: Actor) -> Flag:
    require(by, Permission.HELP)
    found = flags.get(db, flag_id, viewer=by, to_change=True)
    if found is None:
        raise NotFound()
    if found.closed_at is not None:
        raise Conflict("先にほかの人が返事をしていました。")
    return found


def _record(db: Session, verb: str, found: Flag, *, by: Actor) -> None:
    events.record(db, verb, by=by, page_id=found.page_id, revision_id=found.revision_id, flag=found.id)
