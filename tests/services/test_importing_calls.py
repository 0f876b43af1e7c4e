"""Calls of another system come in whole or not at all, masked, and go out as they came."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kb.rules.calls import Channel, Customer, Direction, Outcome, StepKind
from kb.rules.errors import Invalid, NotAllowed
from kb.rules.roles import SYSTEM, Role
from kb.services import exporting_calls, importing_calls, sheets, using
from kb.services.exporting_calls import Wanted
from kb.services.importing import Tally
from kb.store.base import Session
from kb.store.calls import Call, CallStep
from kb.store.events import Event
from tests.conftest import StoppedClock
from tests.make import make_actor, make_page

WHOLE: dict[str, Any] = {
    "id": "crm-1",
    "started_at": "2026-11-20T10:15:00+09:00",
    "ended_at": "2026-11-20T10:21:30+09:00",
    "channel": "chat",
    "direction": "outbound",
    "customer": "business",
    "inquiry_type": "配送",
    "purpose": "誕生日に間に合わせたい",
    "ticket": "CRM-20261120-7",
    "campaign": "冬の更新案内",
    "queries": ["届かない", "配送 日数"],
    "used": ["delivery", "page-2"],
    "outcome": "callback",
    "memo": "翌朝お電話する",
}


def sheet(folder: Path, *rows: Any) -> sheets.Sheet:
    """A file of JSON lines, as it is read; a text stands there as it is."""
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    path = folder / "calls.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return sheets.read(path)


def take_in(db: Session, folder: Path, *rows: Any) -> Tally:
    tally = importing_calls.take_in(db, importing_calls.check(sheet(folder, *rows)), by=SYSTEM)
    db.flush()
    return tally


def row(**more: Any) -> dict[str, Any]:
    """The least that a row may say, and more."""
    return {"id": "crm-1", "started_at": "2026-11-20T10:15:00"} | more


def only_call(db: Session) -> Call:
    db.expire_all()
    return db.query(Call).one()


@pytest.fixture(autouse=True)
def pages(db: Session, clock: StoppedClock) -> None:
    """A page with a name outside, and one without."""
    make_page(db, "お届けの日数", external_id="delivery")
    assert make_page(db, "返品の手順").id == 2


def test_a_call_comes_in_with_everything_that_the_file_tells(db: Session, tmp_path: Path) -> None:
    assert take_in(db, tmp_path, WHOLE) == Tally(added=1)
    call = only_call(db)
    assert (call.channel, call.direction, call.customer, call.outcome) == (
        Channel.CHAT,
        Direction.OUTBOUND,
        Customer.BUSINESS,
        Outcome.CALLBACK,
    )
    assert call.started_at == datetime(2026, 11, 20, 1, 15, tzinfo=UTC)
    assert exporting_calls.seconds(call) == 390
    assert [(step.kind, step.words, step.page_id) for step in call.steps] == [
        (StepKind.SEARCH, "届かない", None),
        (StepKind.SEARCH, "配送 日数", None),
        (StepKind.USE, "", 1),
        (StepKind.USE, "", 2),
    ]
    assert using.used(db, [1, 2]) == {1: 1, 2: 1}
    assert call.user_id is None and call.wrapped_at == call.ended_at


def test_what_comes_in_goes_out_as_it_was(db: Session, tmp_path: Path) -> None:
    least = row(id="crm-2", channel="phone", direction="inbound", queries=[], used=[], outcome=None)
    least["started_at"] = "2026-11-21T09:00:00+09:00"
    take_in(db, tmp_path, WHOLE, least)
    given = [json.loads(line) for line in exporting_calls.json_lines(db, Wanted(), by=SYSTEM)]
    assert given == [WHOLE, least]
    assert take_in(db, tmp_path, *given) == Tally(unchanged=2)


def test_the_same_file_again_changes_nothing_and_records_nothing(db: Session, tmp_path: Path) -> None:
    typed = WHOLE | {"queries": ["090-1234-5678 に電話"], "memo": "taro@example.com へ返信"}
    take_in(db, tmp_path, typed)
    steps = {step.id for step in only_call(db).steps}
    assert take_in(db, tmp_path, typed) == Tally(unchanged=1)
    assert {step.id for step in only_call(db).steps} == steps
    assert [event.facts for event in db.query(Event).filter(Event.verb == "calls imported")] == [
        {"added": 1, "changed": 0}
    ]


def test_a_known_call_becomes_what_the_file_tells_now(db: Session, tmp_path: Path) -> None:
    take_in(db, tmp_path, WHOLE)
    later = {key: value for key, value in WHOLE.items() if key != "memo"} | {"used": ["delivery"], "outcome": "solved"}
    assert take_in(db, tmp_path, later) == Tally(changed=1)
    assert using.used(db, [1, 2]) == {1: 1}
    assert [json.loads(line) for line in exporting_calls.json_lines(db, Wanted(), by=SYSTEM)] == [later]


def test_what_was_typed_is_masked_and_codes_stay(db: Session, tmp_path: Path) -> None:
    secret = "090-1234-5678"
    texts = {"queries": [f"{secret} 届かない"], "purpose": f"{secret} へ", "memo": f"折り返し {secret}"}
    take_in(db, tmp_path, row(**texts, ticket="CRM-77"))
    call = only_call(db)
    assert not any(secret in text for text in (call.steps[0].words, call.purpose, call.memo))
    assert "届かない" in call.steps[0].words
    assert call.ticket == "CRM-77"


def test_a_ticket_that_is_a_way_to_reach_the_customer_is_masked(db: Session, tmp_path: Path) -> None:
    take_in(db, tmp_path, row(ticket="090-1234-5678"))
    assert only_call(db).ticket == "［電話番号］"


@pytest.mark.parametrize(
    ("typed", "hour"),
    [
        ("2026-11-20T10:15:00", 1),
        ("2026-11-20 10:15", 1),
        ("2026/11/20 10:15:00", 1),
        ("2026-11-20T10:15:00Z", 10),
        ("2026-11-20T10:15:00.987+02:00", 8),
    ],
)
def test_a_moment_without_a_zone_is_one_of_japan(db: Session, tmp_path: Path, typed: str, hour: int) -> None:
    take_in(db, tmp_path, row(started_at=typed))
    assert only_call(db).started_at == datetime(2026, 11, 20, hour, 15, tzinfo=UTC)


def test_a_day_alone_is_its_midnight_in_japan(db: Session, tmp_path: Path) -> None:
    take_in(db, tmp_path, row(started_at="2026/1/5"))
    assert only_call(db).started_at == datetime(2026, 1, 4, 15, tzinfo=UTC)


BAD = {
    "id がありません": {"id": " "},
    "id は120文字まで": {"id": "x" * 121},
    "started_at がありません": {"started_at": None},
    "「きのう」が読めません": {"started_at": "きのう"},
    "「1969-12-31」が読めません": {"started_at": "1969-12-31"},
    "「2026-02-30」が読めません": {"started_at": "2026-02-30"},
    "まだ来ていません": {"started_at": "2999-01-01"},
    "「started_at」は文字で": {"started_at": 1763600000.5},
    "ended_at が started_at より前": {"ended_at": "2026-11-20T10:14:59"},
    "「channel」は phone・mail・chat・sns・store のどれか": {"channel": "電話"},
    "「direction」は inbound・outbound のどれか": {"direction": "in"},
    "「outcome」は": {"outcome": "done"},
    "「customer」は": {"customer": "vip"},
    "「queries」は文字の並び": {"queries": "届かない"},
    "queries の1つは400文字まで": {"queries": ["あ" * 401]},
    "queries は200個まで": {"queries": ["あ"] * 201},
    "used の「nobody」という記事がありません": {"used": ["delivery", "nobody"]},
    "memo は300文字まで": {"memo": "あ" * 301},
    "「phone_number」という項目はありません": {"phone_number": "090-1234-5678"},
}


@pytest.mark.parametrize("why", BAD)
def test_a_bad_row_stops_everything_and_says_where_and_what_to_do(db: Session, tmp_path: Path, why: str) -> None:
    good = row(id="crm-0")
    with pytest.raises(Invalid) as refused:
        take_in(db, tmp_path, good, good | {"id": "crm-00"}, row() | BAD[why])
    told = refused.value
    assert "calls.jsonl の 3 行目：" in str(told)
    assert why in str(told)


def test_one_id_twice_is_refused_with_both_lines(db: Session, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        take_in(db, tmp_path, row(), row(id="crm-2"), row())
    assert "3 行目" in str(refused.value) and "1 行目" in str(refused.value)


def test_a_call_that_was_taken_here_is_known_by_its_key_and_never_written_over(db: Session, tmp_path: Path) -> None:
    step = CallStep(key="1", kind=StepKind.SEARCH, words="返品", at=datetime(2026, 11, 20, 1, 16, tzinfo=UTC))
    own = make_actor(db)
    db.add(Call(key="k-1", user_id=own.id, started_at=datetime(2026, 11, 20, 1, 15, tzinfo=UTC), steps=[step]))
    db.flush()
    given = [json.loads(line) for line in exporting_calls.json_lines(db, Wanted(), by=SYSTEM)]
    assert [one["id"] for one in given] == ["k-1"]
    assert take_in(db, tmp_path, *given) == Tally(unchanged=1)
    with pytest.raises(Invalid, match="この通話画面で記録した応対"):
        take_in(db, tmp_path, given[0] | {"outcome": "solved"})
    assert only_call(db).outcome is None


def test_only_who_may_import_can(db: Session, tmp_path: Path) -> None:
    rows = importing_calls.check(sheet(tmp_path, row()))
    with pytest.raises(NotAllowed):
        importing_calls.take_in(db, rows, by=make_actor(db, Role.SV))
    assert importing_calls.take_in(db, rows, by=make_actor(db, Role.ADMIN)).added == 1
