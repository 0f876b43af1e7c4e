"""What a browser tells of a call, from JSON to plain values; a shape that none of ours sends is refused."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from kb.rules import limits
from kb.rules.calls import Outcome, StepKind
from kb.rules.errors import Invalid
from kb.services.calling import SET, End, Message
from kb.services.recording import Step
from kb.web.forms import BIGGEST

W = TypeVar("W", bound=StrEnum)

COUNT = 1_000_000


def read(told: Any) -> Message:
    """The message in this JSON object; raises Invalid, with the key at fault."""
    if not isinstance(told, dict):
        raise _bad("message")
    end, given, steps = told.get("end"), told.get("set", {}), told.get("steps", [])
    if not isinstance(given, dict) or not isinstance(steps, list) or len(steps) > limits.CALL_BATCH:
        raise _bad("steps" if isinstance(given, dict) else "set")
    if end is not None and not isinstance(end, dict):
        raise _bad("end")
    return Message(
        key=_key(told, "call"),
        started_at=_time(told, "started_at"),
        set={name: value for name, value in given.items() if name in SET and isinstance(value, str)},
        steps=[_step(one) for one in steps],
        end=End(_word(end, "outcome", Outcome), _time(end, "at")) if end is not None else None,
        reopen=told.get("reopen") is True,
        wrapped=told.get("wrapped") is True,
    )


def _step(told: Any) -> Step:
    if not isinstance(told, dict):
        raise _bad("steps")
    words = told.get("words") or ""
    if not isinstance(words, str):
        raise _bad("words")
    return Step(
        key=_key(told, "key"),
        kind=_word(told, "kind", StepKind),
        at=_time(told, "at"),
        words=words[: limits.QUERY],
        count=_number(told, "count", COUNT),
        page=_number(told, "page", BIGGEST),
        revision=_number(told, "revision", BIGGEST),
        undone=bool(told.get("undone")),
    )


def _bad(field: str) -> Invalid:
    return Invalid("送られた内容を読み取れませんでした。画面を開き直してから、もう一度お試しください。", field=field)


def _key(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    fits = isinstance(value, str) and 8 <= len(value) <= limits.CALL_KEY and value.isascii()
    if not fits or not str(value).replace("-", "").isalnum():
        raise _bad(name)
    return str(value)


def _time(told: dict[str, Any], name: str) -> datetime:
    value = told.get(name)
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= 40 else None
        if at is None or at.tzinfo is None:
            raise _bad(name)
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _bad(name) from None


def _word(told: dict[str, Any], name: str, words: type[W]) -> W:
    try:
        return words(told.get(name))
    except ValueError:
        raise _bad(name) from None


def _number(told: dict[str, Any], name: str, most: int) -> int | None:
    value = told.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < most:
        raise _bad(name)
    return value
