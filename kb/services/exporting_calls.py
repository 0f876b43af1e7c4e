"""Give calls out: as CSV for spreadsheets, and as the JSON lines that the import takes in again."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from kb.rules import clock
from kb.rules.calls import Channel, Customer, Direction, Outcome, StepKind
from kb.rules.roles import Actor, Permission, require
from kb.store import call_lists, external
from kb.store.base import Session
from kb.store.call_lists import Wanted
from kb.store.calls import Call, CallStep

__all__ = ["BOM", "HEADINGS", "WORDS", "Wanted", "csv_lines", "facts", "form", "json_lines", "safe"]

# Excel in Japan reads UTF-8 only with the mark in front.
BOM = "\ufeff"
WORDS: dict[StrEnum, str] = {
    Channel.PHONE: "電話",
    Channel.MAIL: "メール",
    Channel.CHAT: "チャット",
    Channel.SNS: "SNS",
    Channel.STORE: "来店",
    Direction.INBOUND: "受信",
    Direction.OUTBOUND: "発信",
    Customer.INDIVIDUAL: "個人",
    Customer.BUSINESS: "法人",
    Customer.PARTNER: "取引先",
    Customer.INTERNAL: "社内",
    Outcome.SOLVED: "解決",
    Outcome.CALLBACK: "折り返し",
    Outcome.HANDED_OVER: "引き継ぎ",
    Outcome.UNSOLVED: "未解決",
}
# What spreadsheets take for the beginning of a formula (OWASP, CSV injection); a Japanese one reads the wide signs too.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
_BETWEEN = "\n"


@dataclass(frozen=True)
class _Told:
    """A call with what its row needs beside: titles that the reader may read, and words in the reader's language."""

    call: Call
    titles: Mapping[int, str]
    say: Callable[[str], str]

    def word(self, value: StrEnum | None) -> str:
        return self.say(WORDS[value]) if value is not None else ""

    def words(self, kind: StepKind) -> str:
        return _BETWEEN.join(step.words for step in standing(self.call, kind) if step.words)

    def pages(self) -> str:
        ids = dict.fromkeys(step.page_id for step in standing(self.call, StepKind.USE) if step.page_id)
        return _BETWEEN.join(self.titles.get(page_id, f"#{page_id}") for page_id in ids)


_Cell = Callable[[_Told], str | int]


def _column(sentence: str, cell: _Cell) -> tuple[str, _Cell]:
    """A column of the CSV: its heading, and what stands under it."""
    return sentence, cell


COLUMNS = (
    _column("応対のID", lambda told: told.call.external_id or told.call.key),
    _column("開始", lambda told: _local(told.call.started_at)),
    _column("終了", lambda told: _local(told.call.ended_at)),
    _column("チャネル", lambda told: told.word(told.call.channel)),
    _column("受発信", lambda told: told.word(told.call.direction)),
    _column("お客様", lambda told: told.word(told.call.customer)),
    _column("種別", lambda told: told.call.inquiry_type),
    _column("本当の目的", lambda told: told.call.purpose),
    _column("選んだ目的", lambda told: told.words(StepKind.PURPOSE)),
    _column("検索した言葉", lambda told: told.words(StepKind.SEARCH)),
    _column("使った記事", lambda told: told.pages()),
    _column("見つからなかった言葉", lambda told: told.words(StepKind.GAP)),
    _column("結果", lambda told: told.word(told.call.outcome)),
    _column("応対の秒数", lambda told: _blank(seconds(told.call))),
    _column("使った記事までの秒数", lambda told: _blank(seconds_to_use(told.call))),
    _column("チケット番号", lambda told: told.call.ticket),
    _column("キャンペーン", lambda told: told.call.campaign),
    _column("一言メモ", lambda told: told.call.memo),
)

HEADINGS = tuple(sentence for sentence, _cell in COLUMNS)


def csv_lines(
    db: Session,
    wanted: Wanted,
    *,
    by: Actor,
    say: Callable[[str], str] = str,
    progress: Callable[[int], None] | None = None,
) -> Iterator[str]:
    """A CSV table of calls in parts, the heading first: one row a call, the earliest first, times of Japan.

    However many calls there are, only some hundred are in memory. `say` puts headings and words into a language.
    """
    _require(by)
    return _csv_lines(_batches(db, wanted, progress), db, by, say)


def json_lines(
    db: Session, wanted: Wanted, *, by: Actor, progress: Callable[[int], None] | None = None
) -> Iterator[str]:
    """Calls as `kb import --as calls` takes them, a line each with its end, the earliest first."""
    _require(by)
    return _json_lines(_batches(db, wanted, progress), external.names(db))


def count(db: Session, wanted: Wanted, *, by: Actor) -> int:
    """How many calls there are to give out."""
    _require(by)
    return call_lists.count(db, wanted)


def _require(by: Actor) -> None:
    require(by, Permission.READ_CALLS)
    require(by, Permission.EXPORT)


def _batches(db: Session, wanted: Wanted, progress: Callable[[int], None] | None) -> Iterator[list[Call]]:
    for calls in call_lists.in_order(db, wanted):
        yield calls
        if progress is not None:
            progress(len(calls))


def _csv_lines(batches: Iterator[list[Call]], db: Session, by: Actor, say: Callable[[str], str]) -> Iterator[str]:
    yield BOM + _rows([[say(sentence) for sentence in HEADINGS]])
    for calls in batches:
        used = {step.page_id for call in calls for step in call.steps if step.page_id and step.kind is StepKind.USE}
        titles = call_lists.titles(db, sorted(used), viewer=by)
        every = (_Told(call, titles, say) for call in calls)
        yield _rows([safe(cell(told)) for _sentence, cell in COLUMNS] for told in every)


def _json_lines(batches: Iterator[list[Call]], names: Mapping[int, str]) -> Iterator[str]:
    for calls in batches:
        for call in calls:
            yield json.dumps(form(call, names), ensure_ascii=False) + "\n"


def form(call: Call, names: Mapping[int, str]) -> dict[str, Any]:
    """A call as the import's own row; `names` has what pages are called outside. What is empty is left out."""
    used = dict.fromkeys(step.page_id for step in standing(call, StepKind.USE) if step.page_id)
    return facts(call) | {"used": [names[page_id] for page_id in used]}


def facts(call: Call) -> dict[str, Any]:
    """The same row with no page in it."""
    row: dict[str, Any] = {"id": call.external_id or call.key, "started_at": _zoned(call.started_at)}
    if call.ended_at is not None:
        row["ended_at"] = _zoned(call.ended_at)
    row |= {"channel": call.channel.value, "direction": call.direction.value}
    if call.customer is not None:
        row["customer"] = call.customer.value
    lines = ("inquiry_type", "purpose", "ticket", "campaign")
    row |= {name: getattr(call, name) for name in lines if getattr(call, name)}
    row["queries"] = [step.words for step in standing(call, StepKind.SEARCH) if step.words]
    row["used"] = []
    row["outcome"] = call.outcome.value if call.outcome else None
    return row | ({"memo": call.memo} if call.memo else {})


def standing(call: Call, *kinds: StepKind) -> list[CallStep]:
    """The steps of these kinds that were not taken back, in order."""
    return [step for step in call.steps if step.kind in kinds and step.undone_at is None]


def seconds(call: Call) -> int | None:
    """How long the customer was there; None while that is not known."""
    return round((call.ended_at - call.started_at).total_seconds()) if call.ended_at else None


def seconds_to_use(call: Call) -> int | None:
    """How long it took to the first page that answered; None where none did, or another system took the call."""
    used = standing(call, StepKind.USE)
    if not used or call.external_id is not None:
        return None
    return max(0, round((used[0].at - call.started_at).total_seconds()))


def safe(cell: str | int) -> str | int:
    """A cell that no spreadsheet takes for a formula, whatever blanks stand in front of it; numbers stay numbers."""
    return "'" + cell if isinstance(cell, str) and cell.lstrip(" 　\u00a0").startswith(_FORMULA) else cell


def _rows(rows: Iterable[list[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _blank(number: int | None) -> str | int:
    return "" if number is None else number


def _local(at: datetime | None) -> str:
    """A moment as spreadsheets read it, in Japan."""
    return f"{at.astimezone(clock.HERE):%Y-%m-%d %H:%M:%S}" if at else ""


def _zoned(at: datetime) -> str:
    return at.astimezone(clock.HERE).isoformat(timespec="seconds")
