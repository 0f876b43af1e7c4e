"""Take in the calls of another system from JSON lines: all or nothing, and the same file twice changes nothing."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

from kb.rules import clock, limits
from kb.rules.calls import Channel, Customer, Direction, Outcome, StepKind
from kb.rules.errors import Invalid
from kb.rules.roles import Actor, Permission, require
from kb.services import exporting_calls, masking, settings, validating
from kb.services.checking import one_line
from kb.services.importing import Tally
from kb.services.sheets import Row, Sheet
from kb.store import call_lists, events, external
from kb.store.base import Session
from kb.store.calls import Call, CallStep
from kb.text import personal_data

__all__ = ["KEYS", "Checked", "check", "take_in"]

W = TypeVar("W", bound=StrEnum)

KEYS = (
    *("id", "started_at", "ended_at", "channel", "direction", "customer", "inquiry_type", "purpose"),
    *("ticket", "campaign", "queries", "used", "outcome", "memo"),
)
_LINES = {
    "inquiry_type": limits.INQUIRY_TYPE,
    "purpose": limits.PURPOSE,
    "ticket": limits.TICKET,
    "campaign": limits.TAG,
    "memo": limits.NOTE,
}
_TYPED = ("purpose", "memo")  # the others are codes
_MOST = 200  # searches of one call, and pages
_FIRST_YEAR = 1970
# As spreadsheets in Japan write a moment; without a zone it is Japan's.
_MOMENT = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?)?")


@dataclass(frozen=True)
class Checked:
    """A row that can be stored, as soon as its pages are known and its texts are masked."""

    row: Row
    id: str
    started_at: datetime
    ended_at: datetime | None
    channel: Channel
    direction: Direction
    customer: Customer | None
    outcome: Outcome | None
    lines: dict[str, str]
    queries: tuple[str, ...]
    used: tuple[str, ...]


def check(sheet: Sheet) -> list[Checked]:
    """Every row made fit to be stored; the first bad row raises Invalid with file, line and remedy."""
    found: dict[str, Checked] = {}
    for row in sheet.rows:
        try:
            one = _checked(row)
            if one.id in found:
                raise Invalid(
                    "id「%(id)s」が %(name)s の %(line)s 行目と重なっています。どちらかを直してください。",
                    id=one.id,
                    name=found[one.id].row.name,
                    line=found[one.id].row.line,
                    field="id",
                )
        except Invalid as why:
            raise row.wrong(why) from why
        found[one.id] = one
    return list(found.values())


def take_in(db: Session, rows: list[Checked], *, by: Actor, progress: Callable[[int], None] | None = None) -> Tally:
    """Store the calls in the caller's one transaction: new ones, what changed of known ones, nothing of the rest.

    What was typed is masked. Raises Invalid, with the place, for a page that is not there, and for a call that was
    taken here and is told otherwise: nobody's own record is written over.
    """
    require(by, Permission.IMPORT)
    names = external.names(db)
    pages = {name: page_id for page_id, name in names.items()}
    mask = _masker(db)
    tally = Tally()
    touched: set[int | None] = set()
    for start in range(0, len(rows), limits.CALL_BATCH):
        some = rows[start : start + limits.CALL_BATCH]
        known = call_lists.by_names(db, [one.id for one in some])
        touched |= {step.page_id for call in known.values() for step in call.steps}
        touched |= {pages[name] for one in some for name in one.used if name in pages}
        for one in some:
            try:
                _take(db, one, known.get(one.id), tally, pages=pages, names=names, mask=mask)
            except Invalid as why:
                raise one.row.wrong(why) from why
        # What was stored may leave the memory.
        db.flush()
        if progress is not None:
            progress(len(some))
    if tally.added or tally.changed:
        validating.count_anew(db, touched)
        events.record(db, "calls imported", by=by, added=tally.added, changed=tally.changed)
    return tally


def _take(
    db: Session,
    one: Checked,
    known: Call | None,
    tally: Tally,
    *,
    pages: dict[str, int],
    names: dict[int, str],
    mask: Callable[[str], str],
) -> None:
    made = _made(one, pages, mask)
    if known is None:
        db.add(made)
        tally.added += 1
    elif exporting_calls.form(known, names) == exporting_calls.form(made, names) | {"id": one.id}:
        tally.unchanged += 1
    elif known.external_id is None:
        raise Invalid(
            "id「%(id)s」は、この通話画面で記録した応対です。取り込みでは変えられません。この行を消してください。",
            id=one.id,
            field="id",
        )
    else:
        _become(db, known, made)
        tally.changed += 1


def _made(one: Checked, pages: dict[str, int], mask: Callable[[str], str]) -> Call:
    steps: list[tuple[StepKind, str, int | None]] = [
        (StepKind.SEARCH, mask(words)[: limits.QUERY], None) for words in one.queries
    ]
    for name in one.used:
        if name not in pages:
            raise Invalid(
                "used の「%(id)s」という記事がありません。先に記事を取り込むか、id を確かめてください。",
                id=name[: limits.EXTERNAL_ID],
                field="used",
            )
        steps.append((StepKind.USE, "", pages[name]))
    typed = _TYPED if not masking.leads_to_somebody(one.lines["ticket"]) else (*_TYPED, "ticket")
    return Call(
        key=str(uuid.uuid4()),
        external_id=one.id,
        channel=one.channel,
        direction=one.direction,
        customer=one.customer,
        outcome=one.outcome,
        started_at=one.started_at,
        ended_at=one.ended_at,
        # It lies behind us, however little is known about its end.
        wrapped_at=one.ended_at or one.started_at,
        ivr="",
        **one.lines | {name: mask(one.lines[name])[: _LINES[name]] for name in typed},
        steps=[
            CallStep(key=str(number), kind=kind, at=one.started_at, words=words, page_id=page_id)
            for number, (kind, words, page_id) in enumerate(steps, 1)
        ],
    )


def _become(db: Session, known: Call, made: Call) -> None:
    """Let a known call be told as the file tells it now."""
    for name in ("channel", "direction", "customer", "outcome", "started_at", "ended_at", "wrapped_at", *_LINES):
        setattr(known, name, getattr(made, name))
    steps, made.steps = list(made.steps), []
    for step in known.steps:
        db.delete(step)
    # The old steps leave first: the new ones have the same keys.
    db.flush()
    db.expire(known, ["steps"])
    known.steps.extend(steps)


def _masker(db: Session) -> Callable[[str], str]:
    """What hides personal data in a text, with the patterns that hold now; many calls repeat the same words."""
    patterns = settings.current(db).number_patterns

    @lru_cache(maxsize=10_000)
    def masked(text: str) -> str:
        return personal_data.put_masks(text, personal_data.find(text, patterns)) if text else ""

    return masked


def _checked(row: Row) -> Checked:
    values = {key: value for key, value in row.values.items() if value is not None}
    for key in values:
        if key not in KEYS:
            raise Invalid(
                "「%(key)s」という項目はありません。使える項目：%(keys)s",
                key=str(key)[:40],
                keys=", ".join(KEYS),
                field=str(key)[:40],
            )
    name = one_line(_string(values, "id"))
    if not name:
        raise Invalid("id がありません。応対ごとに違う id を付けてください。", field="id")
    if len(name) > limits.EXTERNAL_ID:
        raise Invalid("id は%(limit)s文字までにしてください。", field="id", limit=limits.EXTERNAL_ID)
    started_at, ended_at = _moment(values, "started_at"), _moment(values, "ended_at")
    if started_at is None:
        raise Invalid("started_at がありません。2026-11-20T10:15:00 のように書いてください。", field="started_at")
    if ended_at is not None and ended_at < started_at:
        raise Invalid("ended_at が started_at より前です。どちらかを直してください。", field="ended_at")
    return Checked(
        row,
        name,
        started_at,
        ended_at,
        _word(values, "channel", Channel) or Channel.PHONE,
        _word(values, "direction", Direction) or Direction.INBOUND,
        _word(values, "customer", Customer),
        _word(values, "outcome", Outcome),
        {key: _line(values, key, most) for key, most in _LINES.items()},
        _list(values, "queries", limits.QUERY),
        tuple(dict.fromkeys(_list(values, "used", limits.EXTERNAL_ID))),
    )


def _string(values: dict[str, Any], key: str) -> str:
    value = values.get(key, "")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Invalid("「%(key)s」は文字で書いてください。", key=key, field=key)
    return str(value)


def _line(values: dict[str, Any], key: str, most: int) -> str:
    line = one_line(_string(values, key))
    if len(line) > most:
        raise Invalid("%(key)s は%(limit)s文字までにしてください。", key=key, limit=most, field=key)
    return line


def _list(values: dict[str, Any], key: str, most: int) -> tuple[str, ...]:
    value = values.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Invalid("「%(key)s」は文字の並びで書いてください。", key=key, field=key)
    found = tuple(line for line in map(one_line, value) if line)
    if len(found) > _MOST:
        raise Invalid("%(key)s は%(limit)s個までにしてください。", key=key, limit=_MOST, field=key)
    if any(len(line) > most for line in found):
        raise Invalid("%(key)s の1つは%(limit)s文字までにしてください。", key=key, limit=most, field=key)
    return found


def _word(values: dict[str, Any], key: str, words: type[W]) -> W | None:
    value = _string(values, key).strip()
    if not value:
        return None
    try:
        return words(value)
    except ValueError:
        choices = "・".join(words)
        why = Invalid("「%(key)s」は %(choices)s のどれかにしてください。", key=key, choices=choices, field=key)
        raise why from None


def _moment(values: dict[str, Any], key: str) -> datetime | None:
    """A moment to the second; one without a zone is Japan's."""
    typed = _string(values, key).strip()
    if not typed:
        return None
    found: datetime | None
    plain = _MOMENT.fullmatch(typed)
    try:
        if plain:
            year, month, day, hour, minute, second = (int(part or 0) for part in plain.groups())
            found = datetime(year, month, day, hour, minute, second)
        else:
            found = datetime.fromisoformat(typed)
    except ValueError:
        found = None
    if found is None or found.year < _FIRST_YEAR:
        raise Invalid(
            "%(key)s の「%(typed)s」が読めません。2026-11-20T10:15:00 のように書いてください。",
            key=key,
            typed=typed[:40],
            field=key,
        )
    found = (found if found.tzinfo else found.replace(tzinfo=clock.HERE)).replace(microsecond=0)
    if found > clock.now():
        raise Invalid(
            "%(key)s の「%(typed)s」はまだ来ていません。年と時差を確かめてください。", key=key, typed=typed, field=key
        )
    return found
