"""Calls go out as a table that spreadsheets read and never obey, part by part."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event

from kb.rules.calls import Channel, Customer, Outcome, StepKind
from kb.rules.errors import NotAllowed, NotSignedIn
from kb.rules.pages import Audience
from kb.rules.roles import SYSTEM, Role
from kb.services import editing, exporting_calls
from kb.services.exporting_calls import Wanted
from kb.store import pages
from kb.store.base import Session
from kb.store.calls import Call, CallStep
from kb.web import filters
from tests.make import make_actor, make_page

START = datetime(2026, 11, 20, 1, 15, tzinfo=UTC)


def call(db: Session, key: str = "k-1", *steps: CallStep, **more: object) -> Call:
    one = Call(**{"key": key, "started_at": START, "steps": list(steps)} | more)
    db.add(one)
    db.flush()
    return one


def step(kind: StepKind, after: int, words: str = "", page_id: int | None = None, *, undone: bool = False) -> CallStep:
    at = START + timedelta(seconds=after)
    undone_at = at if undone else None
    return CallStep(key=f"{after}", kind=kind, at=at, words=words, page_id=page_id, undone_at=undone_at)


def table(db: Session, wanted: Wanted | None = None, role: Role = Role.SV) -> list[dict[str, str]]:
    """The table as a spreadsheet reads it."""
    text = "".join(exporting_calls.csv_lines(db, wanted or Wanted(), by=make_actor(db, role)))
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_a_row_tells_a_call_in_words_and_in_times_of_japan(db: Session) -> None:
    page = make_page(db, "お届けの日数")
    call(
        db,
        "k-1",
        step(StepKind.SEARCH, 5, "届かない"),
        step(StepKind.SEARCH, 20, "配送 日数"),
        step(StepKind.USE, 30, page_id=page.id, undone=True),
        step(StepKind.PURPOSE, 40, "日に間に合わせたい", page.id),
        step(StepKind.USE, 48, page_id=page.id),
        step(StepKind.GAP, 50, "深夜の受け取り"),
        channel=Channel.CHAT,
        customer=Customer.BUSINESS,
        inquiry_type="配送",
        outcome=Outcome.SOLVED,
        ended_at=START + timedelta(seconds=390),
        memo="翌朝お電話する",
    )
    assert table(db) == [
        {
            "応対のID": "k-1",
            "開始": "2026-11-20 10:15:00",
            "終了": "2026-11-20 10:21:30",
            "チャネル": "チャット",
            "受発信": "受信",
            "お客様": "法人",
            "種別": "配送",
            "本当の目的": "",
            "選んだ目的": "日に間に合わせたい",
            "検索した言葉": "届かない\n配送 日数",
            "使った記事": "お届けの日数",
            "見つからなかった言葉": "深夜の受け取り",
            "結果": "解決",
            "応対の秒数": "390",
            "使った記事までの秒数": "48",
            "チケット番号": "",
            "キャンペーン": "",
            "一言メモ": "翌朝お電話する",
        }
    ]


def test_what_is_not_known_is_blank_and_not_zero(db: Session) -> None:
    page = make_page(db)
    call(db, "k-1")
    call(db, "k-2", step(StepKind.USE, 0, page_id=page.id), external_id="crm-1", started_at=START + timedelta(1))
    here, elsewhere = table(db)
    assert here["応対の秒数"] == here["使った記事までの秒数"] == here["結果"] == ""
    assert elsewhere["応対のID"] == "crm-1" and elsewhere["使った記事までの秒数"] == ""


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t=", "\r", "\n=", " =", "　＝"])
def test_no_cell_begins_a_formula(db: Session, sign: str) -> None:
    evil = f"{sign}HYPERLINK(1)"
    page = make_page(db)
    call(
        db,
        "k-1",
        step(StepKind.SEARCH, 1, evil),
        step(StepKind.PURPOSE, 2, evil, page.id),
        **dict.fromkeys(("inquiry_type", "purpose", "ticket", "campaign", "memo", "external_id"), evil),
    )
    [row] = table(db)
    dangerous = [cell for cell in row.values() if evil in cell]
    assert len(dangerous) == 8
    assert all(cell == f"'{evil}" for cell in dangerous)


def test_a_harmless_cell_stays_as_it_is_and_a_number_a_number(db: Session) -> None:
    assert exporting_calls.safe("1-2 = 3") == "1-2 = 3"
    assert exporting_calls.safe(-1) == -1


def test_titles_are_those_that_the_reader_may_read(db: Session) -> None:
    hidden, gone = make_page(db, "SVの心得", audience=Audience.SV), make_page(db, "古い手順")
    call(db, "k-1", step(StepKind.USE, 1, page_id=hidden.id), step(StepKind.USE, 2, page_id=gone.id))
    assert table(db)[0]["使った記事"] == "SVの心得\n古い手順"
    editing.archive(db, gone.id, by=SYSTEM)
    db.flush()
    assert table(db)[0]["使った記事"] == f"SVの心得\n#{gone.id}"


def test_days_are_those_of_japan_and_both_count(db: Session) -> None:
    midnight = datetime(2026, 11, 19, 15, tzinfo=UTC)
    for key, seconds in (("before", -1), ("first", 0), ("last", 86_399), ("after", 86_400)):
        call(db, key, started_at=midnight + timedelta(seconds=seconds))
    day = date(2026, 11, 20)
    assert [row["応対のID"] for row in table(db, Wanted(day, day))] == ["first", "last"]
    assert len(table(db, Wanted(since=day))) == 3 and len(table(db, Wanted(until=day))) == 3


def test_a_call_is_told_once_wherever_the_parts_end(db: Session) -> None:
    # More of one moment than a part holds, so that a part ends among them.
    same = [f"same-{number}" for number in range(pages.CHUNK + 3)]
    for key, seconds in (("c", 0), *((key, 5) for key in same), ("z", 9), ("a", 7)):
        call(db, key, started_at=START + timedelta(seconds=seconds))
    assert [row["応対のID"] for row in table(db)] == ["c", *same, "a", "z"]


def test_the_first_rows_leave_before_the_last_are_read(db: Session) -> None:
    for number in range(pages.CHUNK + 1):
        call(db, f"k-{number}", started_at=START + timedelta(seconds=number))
    asked: list[str] = []
    event.listen(db.get_bind(), "before_cursor_execute", lambda *facts: asked.append(facts[2]))
    done: list[int] = []
    lines = exporting_calls.csv_lines(db, Wanted(), by=make_actor(db, Role.SV), progress=done.append)
    next(lines), next(lines)
    early = sum("FROM calls" in sql for sql in asked)
    assert "".join(lines).count("\r\n") == 1 and done == [500, 1]
    assert early == 1 and sum("FROM calls" in sql for sql in asked) == 3


def test_words_are_those_of_the_screen() -> None:
    of_screen = [filters.channel_word, filters.direction_word, filters.customer_word, filters.outcome_word]
    for word, told in exporting_calls.WORDS.items():
        assert any(told == _said(say, word) for say in of_screen)


def _said(say: object, word: str) -> str | None:
    try:
        return say(word)  # type: ignore[operator,no-any-return]
    except KeyError:
        return None


@pytest.mark.parametrize(("role", "refusal"), [(Role.CUSTOMER, NotSignedIn), (Role.OPERATOR, NotAllowed)])
def test_whoever_may_not_read_all_calls_is_refused_before_the_first_row(
    db: Session, role: Role, refusal: type[Exception]
) -> None:
    for give in (exporting_calls.csv_lines, exporting_calls.json_lines):
        with pytest.raises(refusal):
            give(db, Wanted(), by=make_actor(db, role))
