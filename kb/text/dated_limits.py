"""Limits with a date: from when and until when what a role may decide holds, read as of one day."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from kb.rules import limits
from kb.rules.errors import Invalid
from kb.rules.pages import Audience
from kb.text import audience as audiences
from kb.text import plain
from kb.text.blocks import LIMIT_ROLES, BlockKind, split, walk

_DAY = r"(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?"
_TO = r"\s*[~〜∼]\s*"
# 「〜2026-12-31」「2026-12-31まで」「2027-01-01〜」「2027-01-01から」, and both together.
_SPAN = re.compile(rf"(?:{_DAY})?(?:{_TO}|\s*から\s*|\s*)(?:{_DAY}\s*(?:まで)?)?")
_ONLY_UNTIL = re.compile(rf"{_DAY}\s*まで")
_WORD = re.compile(r"([^\s\d~〜∼]*)\s*(.*)", re.DOTALL)
# Most bodies have no such block, and to walk through one takes a hundred times as long.
_HINT = re.compile(r"[:：﹕︓∶]\s*[lｌ][iｉ][mｍ][iｉ][tｔ][^\n]*[0-9０-９]", re.IGNORECASE)


class Standing(StrEnum):
    """Whether a limit holds on a day: it does, it will, it did."""

    NOW = "now"
    COMING = "coming"
    OVER = "over"


@dataclass(frozen=True)
class Term:
    """What stands behind `:::limit`: the role, and the first and the last day, both within; None is open."""

    role: str
    since: date | None = None
    until: date | None = None

    def standing(self, day: date) -> Standing:
        if self.until is not None and self.until < day:
            return Standing.OVER
        return Standing.COMING if self.since is not None and self.since > day else Standing.NOW


class Block(Protocol):
    """A limit, rendered or as source."""

    @property
    def argument(self) -> str: ...


B = TypeVar("B", bound=Block)


@dataclass(frozen=True)
class Dated(Generic[B]):
    """One limit as it reads on a day.

    `days`: whole days until its last one, told within limits.SOON_DAYS of it; `next` is what holds after it.
    """

    block: B
    term: Term
    standing: Standing
    days: int | None = None
    next: B | None = None


@dataclass(frozen=True)
class Day(Generic[B]):
    """The limits of a page on one day: in force, beginning later (but for what follows one in force), ended."""

    now: tuple[Dated[B], ...]
    coming: tuple[Dated[B], ...]
    over: tuple[Dated[B], ...]


@dataclass(frozen=True)
class Past:
    """A limit that has ended: its last day, its plain text, and its lines in the body with the fences."""

    until: date
    text: str
    source: str


def term(argument: str) -> Term:
    """Read what stands behind `:::limit`; raises Invalid for a role or a date that can't be read."""
    words = unicodedata.normalize("NFKC", argument).strip().lower()
    match = _WORD.fullmatch(words)
    role, rest = (match[1], match[2].strip()) if match else ("", "")
    if role not in LIMIT_ROLES:
        raise Invalid("「:::limit」のあとに、operator、sv、admin のどれかを書いてください。", field="body")
    if not rest:
        return Term(role)
    until_only = _ONLY_UNTIL.fullmatch(rest)
    found = until_only or _SPAN.fullmatch(rest)
    groups = (None,) * 3 + until_only.groups() if until_only else found.groups() if found else ()
    since, until = _day(groups[:3], rest), _day(groups[3:], rest)
    # A day alone says neither from nor until.
    is_alone = until is None and not re.search("[~〜∼]|から", rest)
    if (since is None and until is None) or is_alone:
        raise _unreadable(rest)
    if since is not None and until is not None and until < since:
        raise Invalid("期限「%(typed)s」は、終わりの日が始まりの日より前です。", field="body", typed=rest[:40])
    return Term(role, since, until)


def _day(parts: Sequence[str | None], typed: str) -> date | None:
    if not parts or parts[0] is None:
        return None
    try:
        year, month, day = (int(part or 0) for part in parts)
        return date(year, month, day)
    except ValueError:
        raise _unreadable(typed) from None


def _unreadable(typed: str) -> Invalid:
    return Invalid(
        "期限「%(typed)s」が読めません。「〜2026-12-31」や「2027-01-01〜」のように書いてください。",
        field="body",
        typed=typed[:40],
    )


def _term(argument: str) -> Term:
    """The term, or the strictest one where it can't be read: such a limit is shown as nobody's below administrators."""
    try:
        return term(argument)
    except Invalid:
        return Term(LIMIT_ROLES[-1])


def on(day: date, blocks: Sequence[B]) -> Day[B]:
    """Read the limits of a page as of a day; what ends soon comes with the limit of its role that begins next."""
    found = [Dated(block, held, held.standing(day)) for block in blocks for held in [_term(block.argument)]]
    coming = sorted((one for one in found if one.standing is Standing.COMING), key=lambda one: one.term.since or day)
    now: list[Dated[B]] = []
    followed: set[int] = set()
    for one in found:
        if one.standing is not Standing.NOW:
            continue
        until = one.term.until
        if until is not None and until - day <= timedelta(days=limits.SOON_DAYS):
            after = next((other for other in coming if other.term.role == one.term.role), None)
            if after is not None:
                followed.add(id(after))
            one = replace(one, days=(until - day).days, next=after.block if after else None)
        now.append(one)
    over = tuple(one for one in found if one.standing is Standing.OVER)
    return Day(tuple(now), tuple(one for one in coming if id(one) not in followed), over)


def may_end(body: str) -> bool:
    """Whether a body could hold a limit with a date: a glance, right wherever it says no."""
    return _HINT.search(body) is not None


def past(body: str, day: date, audience: Audience = Audience.SV) -> tuple[Past, ...]:
    """The limits in a body that ended before a day, as far as this audience may read them, in their order."""
    if not may_end(body):
        return ()
    cut = audiences.cut(body, audience)
    ended: dict[int, date] = {}
    for segment in split(cut):
        if segment.kind is BlockKind.LIMIT:
            until = _term(segment.argument).until
            if until is not None and until < day:
                ended[segment.line] = until
    found: list[Past] = []
    lines: list[str] = []
    until = None
    for line in walk(cut) if ended else ():
        if line.opens and until is None:
            until, lines = ended.get(line.number), []
        if until is None:
            continue
        lines.append(line.text)
        if line.closes:
            source = "\n".join(lines)
            found.append(Past(until, plain.plain(source), source))
            until = None
    return tuple(found)
