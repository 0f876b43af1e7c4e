"""Take calls: begin, note what is known, end, write about it; nothing that was sent is lost or kept twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from kb.rules import clock, limits
from kb.rules.calls import Channel, Customer, Direction, Outcome
from kb.rules.errors import Conflict, Invalid, NotFound, NotSignedIn
from kb.rules.roles import Actor, Permission, require
from kb.services import harassment, masking, settings, shifting, validating
from kb.services.recording import Step, add, between, standing
from kb.store import calls
from kb.store.base import Session
from kb.store.calls import Call

__all__ = ["SET", "WORDS", "Call", "End", "Kept", "Message", "current", "keep", "mine", "standing", "state_of"]

WORDS: dict[str, type[StrEnum]] = {"channel": Channel, "direction": Direction, "customer": Customer}
TEXTS = {"purpose": limits.PURPOSE, "ticket": limits.TICKET, "ivr": limits.TICKET, "campaign": limits.TAG}
SET = (*WORDS, *TEXTS, "inquiry_type", "memo", *harassment.MOMENTS)


@dataclass(frozen=True)
class End:
    outcome: Outcome
    at: datetime


@dataclass(frozen=True)
class Message:
    """What a browser tells of a call; `key` is its own, times are by its clock, `set` is as typed.

    `is_asked`: somebody has decided on the personal data in the memo; otherwise it is masked like everything else.
    """

    key: str
    started_at: datetime
    set: Mapping[str, str] = field(default_factory=dict)
    steps: Sequence[Step] = ()
    end: End | None = None
    reopen: bool = False
    wrapped: bool = False
    is_asked: bool = False


@dataclass(frozen=True)
class Kept:
    """The call that a message was put into, and the texts that were not kept as they were sent, by field."""

    call: Call
    texts: dict[str, str]


def keep(db: Session, message: Message, *, by: Actor) -> Kept:
    """Write down what a message tells; the same message twice changes nothing.

    A call that is unknown is begun, or belongs to the one that this person has open. Raises NotFound for somebody
    else's call, Conflict where a call that is done can't be opened again.
    """
    require(by, Permission.TAKE_CALLS)
    if by.id is None:
        raise NotSignedIn()
    calls.hold(db, by.id)
    shifting.touch(db, by=by)
    now = clock.now()
    call = _call_of(db, message, by.id, now)
    answered = validating.answered_by(call)
    texts = _set(db, call, message)
    add(db, call, message.steps, by=by, now=now)
    if message.reopen and not (message.end is not None and _is_ended(call, message.end, now)):
        _reopen(db, call, by.id)
    if message.end is not None:
        _end(call, message.end, now)
    if message.wrapped and call.ended_at is not None and call.wrapped_at is None:
        call.wrapped_at = now
    db.flush()
    validating.call_told(db, call, answered)
    return Kept(call, texts)


def state_of(call: Call, now: datetime) -> str:
    """What a call is to the one who took it: "on", "wrap" while they may be writing about it, else "off"."""
    if call.ended_at is None:
        return "on" if now - call.started_at <= timedelta(seconds=limits.CALL_LONGEST) else "off"
    is_fresh = now - call.ended_at <= timedelta(seconds=limits.WRAP_LONGEST)
    return "wrap" if call.wrapped_at is None and is_fresh else "off"


def current(db: Session, *, viewer: Actor) -> Call | None:
    """The call that this person has open, or else is writing about; None without one."""
    require(viewer, Permission.TAKE_CALLS)
    if viewer.id is None:
        return None
    now = clock.now()
    for call in calls.unended(db, viewer.id)[:1]:
        if state_of(call, now) == "on":
            return call
    last = calls.newest(db, viewer.id)
    return last if last is not None and state_of(last, now) == "wrap" else None


def mine(db: Session, key: str, *, by: Actor) -> Call:
    """One's own call by its key; raises NotFound for an unknown one and for somebody else's."""
    require(by, Permission.TAKE_CALLS)
    call = calls.keyed(db, key)
    if call is None or by.id is None or call.user_id != by.id:
        raise NotFound()
    return call


def _call_of(db: Session, message: Message, user_id: int, now: datetime) -> Call:
    known = calls.keyed(db, message.key)
    if known is not None:
        if known.user_id != user_id:
            raise NotFound()
        return known
    if (message.reopen or message.wrapped) and not (message.end or message.set or message.steps):
        raise NotFound()
    for earlier in calls.unended(db, user_id):
        if state_of(earlier, now) == "off":
            _forget(earlier)
        elif message.end is None:
            return earlier
    first = now - timedelta(seconds=limits.CALL_LATE)
    call = Call(key=message.key, user_id=user_id, started_at=between(message.started_at, first, now))
    if message.end is None:
        for done in calls.unwrapped(db, user_id, since=now - timedelta(seconds=limits.WRAP_LONGEST)):
            done.wrapped_at = now
    db.add(call)
    db.flush()
    return call


def _forget(call: Call) -> None:
    """Close a call that nobody ended: as unsolved, at the last thing that is known of it."""
    call.outcome = Outcome.UNSOLVED
    call.ended_at = call.wrapped_at = max((step.at for step in call.steps), default=call.started_at)


def _end(call: Call, end: End, now: datetime) -> None:
    at = between(end.at, call.started_at, now)
    # A call that was closed as forgotten has no time for writing; its real end may have been on its way.
    was_forgotten = call.ended_at is not None and call.wrapped_at == call.ended_at and at >= call.ended_at
    if call.ended_at is None or was_forgotten:
        call.outcome, call.ended_at = end.outcome, at


def _is_ended(call: Call, end: End, now: datetime) -> bool:
    """Whether the call ended just so: then a message that opens it and ends it again has been here before."""
    return call.ended_at == between(end.at, call.started_at, now) and call.outcome is end.outcome


def _reopen(db: Session, call: Call, user_id: int) -> None:
    if call.ended_at is None:
        return
    if call.wrapped_at is not None or calls.newest(db, user_id) is not call:
        raise Conflict("この応対は、もう締めくくられています。新しい応対を始めてください。")
    call.ended_at = call.outcome = None


def _set(db: Session, call: Call, message: Message) -> dict[str, str]:
    """Set what can be used, and leave out what can't: one bad word must not lose the rest of a message."""
    texts = {}
    for name, typed in message.set.items():
        value = " ".join(typed.split())
        if name in WORDS:
            if value in set(WORDS[name]):
                setattr(call, name, WORDS[name](value))
            elif name == "customer" and not value:
                call.customer = None
        elif name == "inquiry_type":
            if not value or value in settings.current(db).inquiry_types:
                call.inquiry_type = value
        elif name in harassment.MOMENTS:
            harassment.mark(call, name, value, clock.now())
        elif name in TEXTS or name == "memo":
            fit = _text(db, name, typed.strip() if name == "memo" else value, message)
            setattr(call, name, fit)
            if fit != value:
                texts[name] = fit
    return texts


def _text(db: Session, name: str, value: str, message: Message) -> str:
    if name == "memo":
        if len(value) > limits.NOTE:
            raise Invalid("%(limit)s文字までにしてください。", field="memo", limit=limits.NOTE)
        return value if message.is_asked else masking.masked(db, value)[: limits.NOTE]
    if name == "ticket" and not masking.leads_to_somebody(value):
        return value[: limits.TICKET]
    return masking.masked(db, value[: TEXTS[name]])[: TEXTS[name]]
