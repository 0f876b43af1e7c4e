"""A limit holds from its first day to its last, is told before it changes, and is never in force after it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.rules import limits
from kb.rules.errors import Invalid
from kb.rules.pages import Audience
from kb.text import block_faults, blocks, dated_limits
from kb.text.blocks import BlockKind, Segment
from kb.text.dated_limits import Standing, Term, on, past, term

LAST = date(2026, 12, 31)
NEXT = date(2027, 1, 1)
BODY = """公開の文。

:::limit operator 〜2026-12-31
- 送料は500円まで
:::

:::limit operator 2027-01-01〜
- 送料は800円まで
:::

:::limit sv
- それより上
:::
"""


def read(body: str, day: date) -> dated_limits.Day[Segment]:
    return on(day, [one for one in blocks.split(body) if one.kind is BlockKind.LIMIT])


@pytest.mark.parametrize(
    "argument",
    [
        *("operator 〜2026-12-31", "operator ～2026-12-31", "operator ~2026-12-31", "operator 2026-12-31まで"),
        *(
            "ＯＰＥＲＡＴＯＲ　〜２０２６－１２－３１",
            "operator〜2026/12/31",
            "operator ～ 2026年12月31日",
            "operator 2026年12月31日まで",
        ),
    ],
)
def test_the_last_day_is_read_in_every_spelling(argument: str) -> None:
    assert term(argument) == Term("operator", None, LAST)


@pytest.mark.parametrize("argument", ["sv 2027-01-01〜", "sv 2027-01-01～", "sv 2027-01-01から", "sv 2027/1/1 ~"])
def test_the_first_day_is_read_in_every_spelling(argument: str) -> None:
    assert term(argument) == Term("sv", NEXT, None)


@pytest.mark.parametrize("span", ["2026-07-01〜2026-12-31", "2026-07-01から2026-12-31まで", "2026/7/1 ～ 2026/12/31"])
def test_both_days_are_read(span: str) -> None:
    assert term(f"admin {span}") == Term("admin", date(2026, 7, 1), LAST)


def test_without_a_date_a_limit_holds_always() -> None:
    assert term("operator") == Term("operator")
    assert term("operator").standing(date.min) is term("operator").standing(date.max) is Standing.NOW


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("operator 〜2026-02-30", "2026-02-30"),
        ("operator 〜来月末", "来月末"),
        ("operator 2026-12-31", "2026-12-31"),
        ("operator 〜", "〜"),
        ("operator 2027-01-01〜2026-12-31", "前"),
        ("operator 〜2026-13-01", "2026-13-01"),
        ("operator 〜26-12-31", "26-12-31"),
        ("店長 〜2026-12-31", "operator"),
        ("〜2026-12-31", "operator"),
    ],
)
def test_a_wrong_date_is_told_with_its_line_and_what_to_write(argument: str, said: str) -> None:
    found = block_faults.faults(f"一行目\n\n:::limit {argument}\nx\n:::")
    assert len(found) == 1
    assert found[0].facts["line"] == 3 and said in str(found[0])
    good = argument.replace(argument, "operator 〜2026-12-31")
    assert block_faults.faults(f"一行目\n\n:::limit {good}\nx\n:::") == []


@given(st.text(alphabet="operatsv 〜~からまで0123456789-/年月日", max_size=30))
def test_whatever_is_typed_is_read_or_refused(argument: str) -> None:
    try:
        held = term(argument)
    except Invalid:
        return
    assert held.role in blocks.LIMIT_ROLES


def test_the_last_day_still_counts_and_the_day_after_does_not() -> None:
    for day, value in ((LAST, "500円"), (NEXT, "800円")):
        now = read(BODY, day).now
        assert [value in one.block.source for one in now if one.term.role == "operator"] == [True]


@pytest.mark.parametrize(("before", "days"), [(0, 0), (3, 3), (limits.SOON_DAYS, limits.SOON_DAYS)])
def test_what_ends_soon_comes_with_what_follows_it(before: int, days: int) -> None:
    found = read(BODY, LAST - timedelta(days=before))
    one = found.now[0]
    assert one.days == days and one.next is not None and "800円" in one.next.source
    assert found.coming == ()


def test_before_that_the_successor_waits_among_what_is_coming() -> None:
    found = read(BODY, LAST - timedelta(days=limits.SOON_DAYS + 1))
    assert found.now[0].days is None and found.now[0].next is None
    assert [one.block.source for one in found.coming] == ["- 送料は800円まで"]


def test_nothing_of_another_role_follows() -> None:
    found = read(BODY.replace("operator 2027", "sv 2027"), LAST)
    assert found.now[0].days == 0 and found.now[0].next is None
    assert len(found.coming) == 1


def test_a_limit_that_cannot_be_read_is_nobodys_below_administrators() -> None:
    assert [one.term for one in read(":::limit operator 〜いつか\nx\n:::", LAST).now] == [Term("admin")]


def test_what_has_ended_is_found_with_its_very_lines() -> None:
    assert past(BODY, LAST) == ()
    (one,) = past(BODY, NEXT)
    assert one.until == LAST and one.text == "送料は500円まで"
    assert one.source == ":::limit operator 〜2026-12-31\n- 送料は500円まで\n:::" and one.source in BODY


def test_what_has_ended_is_found_behind_a_full_width_fence() -> None:
    assert [one.text for one in past("：：：ｌｉｍｉｔ　ｓｖ　〜２０２６－１２－３１\n千円\n：：：", NEXT)] == ["千円"]


def test_what_only_svs_read_has_ended_for_nobody_else() -> None:
    body = f":::sv\n{BODY}\n:::"
    assert past(body, NEXT, Audience.STAFF) == ()
    assert past(BODY, NEXT, Audience.PUBLIC) == ()
    assert past(BODY, NEXT, Audience.STAFF) != ()
