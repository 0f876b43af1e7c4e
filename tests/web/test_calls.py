"""Calls on the screen: the supervisors' list, one call, the table for spreadsheets, and the same for programs."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from kb.rules.calls import Channel, Fault, Outcome, StepKind
from kb.rules.pages import Audience
from kb.rules.roles import Actor, Role
from kb.services import flagging, indexing
from kb.services.house import House
from kb.store.base import Session
from kb.store.calls import Call, CallStep
from tests.conftest import Browser
from tests.make import make_page

START = datetime(2026, 11, 20, 1, 15, tzinfo=UTC)


def step(kind: StepKind, after: int, words: str = "", page_id: int | None = None, *, undone: bool = False) -> CallStep:
    at = START + timedelta(seconds=after)
    undone_at = at if undone else None
    return CallStep(key=f"{after}", kind=kind, at=at, words=words, page_id=page_id, undone_at=undone_at)


def call(db: Session, key: str = "k-1", *steps: CallStep, by: Actor | None = None, **more: object) -> int:
    """A call that somebody took; its number."""
    facts = {"key": key, "started_at": START, "user_id": by.id if by else None} | more
    one = Call(**facts, steps=list(steps))
    db.add(one)
    db.flush()
    db.commit()
    return one.id


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_an_empty_house_says_where_calls_come_from(as_sv: Browser) -> None:
    assert "通話の画面で最初の応対が始まると" in as_sv.get("/ja/calls").text


def test_the_list_tells_what_calls_were_about_and_which_pages_answered(as_sv: Browser, db: Session) -> None:
    page = make_page(db, "お届けの日数")
    call(
        db, "k-1", step(StepKind.SEARCH, 1, "届かない"), step(StepKind.USE, 9, page_id=page.id), outcome=Outcome.SOLVED
    )
    text = as_sv.get("/ja/calls").text
    assert "「届かない」" in text and "お届けの日数" in text and "解決" in text and "1件の応対" in text


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ("channel=mail", "a"),
        ("type=配送", "b"),
        ("outcome=callback", "c"),
        ("gap=1", "d"),
        ("from=2026-11-22", "e"),
        ("to=2026-11-20", "abcd"),
        ("from=2026-11-20&to=2026-11-20&channel=phone&gap=1", "d"),
        ("type=知らない種別", ""),
        ("", "abcde"),
    ],
)
def test_the_list_and_the_table_are_narrowed_alike(as_sv: Browser, db: Session, narrowed: str, found: str) -> None:
    for key, more in {
        "a": {"channel": Channel.MAIL},
        "b": {"inquiry_type": "配送"},
        "c": {"outcome": Outcome.CALLBACK},
        "d": {},
        "e": {"started_at": START + timedelta(days=2)},
    }.items():
        gap = [step(StepKind.GAP, 2, "ない言葉")] if key == "d" else []
        call(db, key, step(StepKind.SEARCH, 1, f"言葉{key}"), *gap, **more)
    text = as_sv.get(f"/ja/calls?{narrowed}").text
    assert {key for key in "abcde" if f"言葉{key}」" in text} == set(found)
    assert [row["応対のID"] for row in table(as_sv.get(f"/ja/calls.csv?{narrowed}").text)] == sorted(found)
    programs = as_sv.get(f"/api/v1/calls?{narrowed}").json
    assert programs["total"] == len(found)
    assert {one["queries"][0][-1] for one in programs["calls"]} == set(found)


def test_what_can_not_be_read_as_a_day_is_refused_with_a_sentence(as_sv: Browser) -> None:
    for given in ("from=きのう", "to=0001-01-01", "from=9999-12-31", "from=2026-11-21&to=2026-11-20"):
        answer = as_sv.get(f"/ja/calls?{given}")
        assert answer.status_code == 422 and "日" in answer.text


def test_a_list_that_goes_on_leads_to_its_next_screen(as_sv: Browser, db: Session) -> None:
    for number in range(21):
        call(db, f"k-{number}", step(StepKind.SEARCH, 1, f"その{number:02}"), channel=Channel.CHAT)
    assert "その00" not in as_sv.get("/ja/calls?channel=chat").text
    assert "その00" in as_sv.get("/ja/calls?channel=chat&page=2").text
    assert "page=2" in as_sv.get("/ja/calls?channel=chat").text


def test_one_call_is_told_from_begin_to_end(as_sv: Browser, as_operator: Browser, db: Session) -> None:
    page = make_page(db, "お届けの日数")
    hidden = make_page(db, "しまった記事", archived=True)
    number = call(
        db,
        "k-1",
        step(StepKind.SEARCH, 5, "届かない"),
        step(StepKind.OPEN, 20, page_id=hidden.id),
        step(StepKind.ASK, 30, "いつまでに", page.id),
        step(StepKind.USE, 65, page_id=page.id),
        step(StepKind.DONE, 70, "取り消した手順", page.id, undone=True),
        by=as_operator.actor,
        ended_at=START + timedelta(seconds=390),
        memo="翌朝お電話する",
    )
    text = as_sv.get(f"/ja/calls/{number}").text
    for said in ("「届かない」", "「いつまでに」", "お届けの日数", "6:30", "1:05", "翌朝お電話する", "（取り消した）"):
        assert said in text, said
    assert "しまった記事" not in text and f"#{hidden.id}" in text


def test_a_call_is_there_for_who_took_it_and_for_supervisors_alone(
    as_sv: Browser, as_operator: Browser, sign_in: Callable[[Role], Browser], db: Session
) -> None:
    own = call(db, "k-1", by=as_operator.actor)
    other = call(db, "k-2", by=as_sv.actor)
    assert as_operator.get(f"/ja/calls/{own}").status_code == 200
    assert as_sv.get(f"/ja/calls/{own}").status_code == 200
    missing = as_operator.get("/ja/calls/999")
    assert as_operator.get(f"/ja/calls/{other}").status_code == missing.status_code == 404
    for path in ("/ja/calls", "/ja/calls.csv", "/api/v1/calls"):
        assert as_operator.get(path).status_code == 403


def test_the_table_is_a_file_for_excel_in_the_language_of_the_screen(as_sv: Browser, db: Session) -> None:
    page = make_page(db, "SVだけの記事", audience=Audience.SV)
    call(db, "k-1", step(StepKind.USE, 9, page_id=page.id), memo="=1+1", outcome=Outcome.SOLVED)
    answer = as_sv.get("/ja/calls.csv?from=2026-11-20")
    assert answer.mimetype == "text/csv" and answer.data.startswith(b"\xef\xbb\xbf")
    assert "filename=calls-2026-11-20.csv" in answer.headers["Content-Disposition"]
    [row] = table(answer.text)
    assert (row["一言メモ"], row["使った記事"], row["結果"]) == ("'=1+1", "SVだけの記事", "解決")
    assert "Solved" in as_sv.get("/en/calls.csv").text


def test_programs_read_calls_in_the_words_of_the_import(as_sv: Browser, db: Session) -> None:
    page = make_page(db, "お届けの日数", external_id="delivery")
    call(db, "k-1", step(StepKind.SEARCH, 1, "届かない"), step(StepKind.USE, 9, page_id=page.id), external_id="crm-1")
    answer = as_sv.get("/api/v1/calls").json
    assert answer["total"] == 1
    [one] = answer["calls"]
    assert (one["external_id"], one["started_at"], one["channel"]) == ("crm-1", "2026-11-20T10:15:00+09:00", "phone")
    assert one["queries"] == ["届かない"] and one["outcome"] is None
    [used] = one["used"]
    assert (used["id"], used["external_id"], used["title"]) == (page.id, "delivery", "お届けの日数")
    refused = as_sv.get("/api/v1/calls?from=x")
    assert refused.status_code == 422 and refused.json["error"]["field"] == "from"


def test_programs_read_the_open_flags(as_sv: Browser, as_operator: Browser, db: Session) -> None:
    page, other = make_page(db, "お届けの日数", external_id="delivery"), make_page(db)
    assert as_operator.actor is not None and as_sv.actor is not None
    made = flagging.flag(db, page.id, None, Fault.OUT_OF_DATE, "料金が古い", by=as_operator.actor)
    closed = flagging.flag(db, page.id, None, Fault.WRONG, "", by=as_operator.actor)
    flagging.close(db, closed.id, "直しました", by=as_sv.actor)
    db.commit()
    [one] = as_sv.get("/api/v1/flags").json["flags"]
    assert (one["id"], one["fault"], one["words"]) == (made.id, "out_of_date", "料金が古い")
    assert one["page"]["external_id"] == "delivery"
    assert as_sv.get(f"/api/v1/flags?page={other.id}").json == {"total": 0, "flags": []}
    assert as_operator.get("/api/v1/flags").status_code == 403


def test_hits_tell_how_many_calls_they_answered(as_operator: Browser, db: Session, house: House) -> None:
    page = make_page(db, "返品の手順", "返品の手順です。")
    make_page(db, "返品の送料", "返品の送料です。")
    for number in range(3):
        call(db, f"k-{number}", step(StepKind.USE, 1, page_id=page.id))
    indexing.drain_all(house.store, house.index)
    text = as_operator.get("/ja/console?q=返品&part=list").text
    assert text.count("使った 3回") == 1 and text.count("使った ") == 1
