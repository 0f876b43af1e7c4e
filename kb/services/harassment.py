"""Harassment in a call: when it began and ended, what was demanded again, what was said against it, and the record."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kb.rules import clock
from kb.rules.calls import Ending, HelpKind, StepKind
from kb.rules.errors import Invalid, NotFound
from kb.rules.roles import Actor, Permission, require
from kb.services import helping
from kb.services.recording import between
from kb.store.base import Session
from kb.store.calls import Call, CallStep
from kb.store.help_requests import HelpRequest

# What a browser may tell of it among the facts of a call; an empty text means: not any more.
MOMENTS = ("harassment_at", "harassment_over_at")


@dataclass(frozen=True)
class Record:
    """What a call knows of it; `over_at` is empty while it goes on, and `minutes` are whole ones that have begun."""

    began_at: datetime
    over_at: datetime | None
    minutes: int
    demands: list[CallStep]
    said: list[CallStep]


def mark(call: Call, name: str, typed: str, now: datetime) -> None:
    """Set when it began or was over, from a time as browsers write it; what can't be read changes nothing.

    It begins once: going on after a pause keeps the first moment.
    """
    try:
        at = datetime.fromisoformat(typed) if typed else None
    except ValueError:
        return
    if at is not None and at.tzinfo is None:
        return
    fit = between(at, call.started_at, now) if at is not None else None
    if name == "harassment_at":
        call.harassment_at = call.harassment_at or fit
    else:
        call.harassment_over_at = fit


def begin(db: Session, call: Call, *, by: Actor) -> None:
    """It begins, or goes on after a pause."""
    _require_own(call, by=by)
    call.harassment_at = call.harassment_at or clock.now()
    call.harassment_over_at = None


def end(db: Session, call: Call, *, by: Actor) -> None:
    """It is over, for now."""
    _require_own(call, by=by)
    if call.harassment_at is not None and call.harassment_over_at is None:
        call.harassment_over_at = clock.now()


def record(call: Call | None) -> Record | None:
    """What a call knows of it; None for one in which it never began."""
    if call is None or call.harassment_at is None:
        return None
    until = call.harassment_over_at or call.ended_at or clock.now()
    seconds = max(0.0, (until - call.harassment_at).total_seconds())
    steps = [step for step in call.steps if step.undone_at is None]
    return Record(
        call.harassment_at,
        call.harassment_over_at,
        max(1, -int(-seconds // 60)),
        [step for step in steps if step.kind is StepKind.DEMAND],
        [step for step in steps if step.kind is StepKind.BOUNDARY],
    )


def report(db: Session, call: Call, ending: Ending | None, line: str, *, by: Actor) -> HelpRequest:
    """Put the record before the SVs, and end it; raises Invalid with the field at fault.

    Times are kept as they were noted: a record that can be written anew afterwards is worth little.
    """
    _require_own(call, by=by)
    if ending is None:
        raise Invalid("どうなったかを選んでください。", field="ending")
    found = record(call)
    if found is None:
        raise Invalid("この応対では、まだ記録が始まっていません。", field="form")
    end(db, call, by=by)
    found = record(call)
    assert found is not None
    card: dict[str, Any] = {
        "began_at": found.began_at.isoformat(),
        "over_at": found.over_at.isoformat() if found.over_at else "",
        "minutes": found.minutes,
        "demands": _lines(found.demands),
        "said": _lines(found.said),
        "ending": ending.value,
        "line": line,
    }
    return helping.send(db, HelpKind.HARASSMENT, "", card, call=call, by=by)


def _lines(steps: list[CallStep]) -> list[list[str]]:
    return [[step.at.isoformat(), step.words] for step in steps]


def _require_own(call: Call, *, by: Actor) -> None:
    require(by, Permission.TAKE_CALLS)
    if call.user_id != by.id:
        raise NotFound()
