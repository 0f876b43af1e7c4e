"""How often pages answered is told in calls, without what was taken back, and by the month of Japan."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from kb.rules import clock as real_clock
from kb.rules.calls import StepKind
from kb.services import using
from kb.store.base import Session
from kb.store.calls import Call, CallStep
from kb.store.pages import Page
from tests.conftest import StoppedClock
from tests.make import make_page

_keys = count(1)


def call(db: Session, *steps: tuple[StepKind, Page, str], at: datetime | None = None, undone: bool = False) -> Call:
    """A call in which these steps were made, now unless told."""
    at = at or real_clock.now()
    made = [
        CallStep(key=str(next(_keys)), kind=kind, page_id=page.id, words=words, at=at, undone_at=at if undone else None)
        for kind, page, words in steps
    ]
    one = Call(key=str(next(_keys)), started_at=at, steps=made)
    db.add(one)
    db.flush()
    return one


def use(page: Page) -> tuple[StepKind, Page, str]:
    return StepKind.USE, page, ""


def picked(page: Page, title: str) -> tuple[StepKind, Page, str]:
    return StepKind.PURPOSE, page, title


def test_a_page_that_was_used_twice_in_one_call_answered_one_call(db: Session) -> None:
    page, other = make_page(db), make_page(db)
    call(db, use(page), use(page))
    call(db, use(page), use(other))
    assert using.used(db, [page.id, other.id]) == {page.id: 2, other.id: 1}


def test_what_was_opened_copied_or_taken_back_is_no_use(db: Session) -> None:
    page = make_page(db)
    call(db, (StepKind.OPEN, page, ""), (StepKind.COPY, page, ""))
    call(db, use(page), undone=True)
    assert using.used(db, [page.id]) == {}
    call(db, use(page))
    assert using.used(db, [page.id]) == {page.id: 1}


def test_a_page_that_nobody_asks_about_is_not_counted(db: Session) -> None:
    page, other = make_page(db), make_page(db)
    call(db, use(other))
    assert using.used(db, [page.id]) == {}
    assert using.used(db, []) == {}


@pytest.mark.parametrize("number", [499, 500, 501, 1001])
def test_more_pages_than_a_statement_takes_are_all_counted(db: Session, number: int) -> None:
    page = make_page(db)
    call(db, use(page))
    far = range(page.id + 1, page.id + number)
    assert using.used(db, [*far, page.id]) == {page.id: 1}


def test_a_month_begins_at_midnight_in_japan(db: Session, clock: StoppedClock) -> None:
    page = make_page(db)
    midnight = datetime(2030, 3, 31, 15, tzinfo=UTC)
    call(db, use(page), picked(page, "急ぎ"), at=midnight - timedelta(seconds=1))
    call(db, use(page), picked(page, "急ぎ"), at=midnight)
    assert using.used(db, [page.id]) == {page.id: 2}
    assert using.this_month(db, [page.id]) == {page.id: 1}
    assert using.purposes(db, page.id) == {"急ぎ": 1}


def test_purposes_are_counted_by_their_title_and_the_most_picked_comes_first(db: Session) -> None:
    page, other = make_page(db), make_page(db)
    call(db, picked(page, "安く済ませたい"))
    for _ in range(2):
        call(db, picked(page, "日に間に合わせたい"), picked(other, "ほかの記事の目的"))
    call(db, picked(page, "安く済ませたい"), undone=True)
    assert list(using.purposes(db, page.id).items()) == [("日に間に合わせたい", 2), ("安く済ませたい", 1)]


def test_counts_are_read_from_the_index_alone(db: Session) -> None:
    # A popular page has thousands of steps, and the list is drawn at every key press.
    told = db.connection().exec_driver_sql(
        "EXPLAIN QUERY PLAN SELECT page_id, count(DISTINCT call_id) FROM call_steps "
        "WHERE page_id IN (1, 2) AND kind = 'use' AND undone_at IS NULL GROUP BY page_id"
    )
    assert "COVERING INDEX ix_call_steps_page_id_kind_at" in " ".join(str(row) for row in told)
