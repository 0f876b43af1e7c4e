"""A validated page that answers a solved call is confirmed by it: once a call, whatever is told again or otherwise."""

from datetime import timedelta
from itertools import count

import pytest

from kb.rules.calls import Outcome, StepKind
from kb.rules.errors import NotSignedIn
from kb.rules.pages import Confidence, Significance
from kb.rules.roles import SYSTEM, VISITOR, Actor
from kb.services import calling, editing, importing_calls, sheets, validating
from kb.services.calling import End, Message
from kb.services.recording import Step
from kb.store import stamp
from kb.store.base import Session
from kb.store.looks import Confirmation
from kb.store.pages import Page
from tests.conftest import StoppedClock
from tests.make import edit_page, make_page

_keys = count(1)


def times(db: Session, page: Page) -> int:
    """In how many solved calls the page was the answer."""
    db.expire_all()
    found = validating.confirmed(db, page.id, viewer=SYSTEM)
    return found.times if found else 0


class Telling:
    """A call as a browser tells it, again and again if it has to."""

    def __init__(self, db: Session, clock: StoppedClock, by: Actor) -> None:
        self.db, self.clock, self.by = db, clock, by
        self.key, self.began = f"call-{next(_keys)}", clock.now()

    def tell(self, *steps: Step, outcome: Outcome | None = None, **more: bool) -> None:
        end = End(outcome, self.clock.now()) if outcome else None
        calling.keep(self.db, Message(self.key, self.began, steps=steps, end=end, **more), by=self.by)

    def use(self, page: Page, *, undone: bool = False, revision: int | None = None, key: str = "") -> Step:
        key = key or f"use-{page.id}"
        return Step(key, StepKind.USE, self.clock.now(), page=page.id, revision=revision, undone=undone)


@pytest.fixture
def page(db: Session) -> Page:
    return make_page(db)


@pytest.fixture
def call(db: Session, clock: StoppedClock, operator: Actor, page: Page) -> Telling:
    clock.advance(days=30)
    return Telling(db, clock, operator)


def test_a_page_used_in_a_solved_call_is_fresh_again_and_keeps_its_stamp(
    db: Session, page: Page, call: Telling, clock: StoppedClock
) -> None:
    stamped = page.validated_at
    assert validating.fresh_at(db, page) == stamped
    call.tell(call.use(page))
    assert times(db, page) == 0
    call.tell(outcome=Outcome.SOLVED)
    assert times(db, page) == 1
    assert validating.fresh_at(db, page) == clock.now() != stamped
    assert page.validated_at == stamped


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.SOLVED])
def test_a_call_that_was_not_solved_confirms_nothing(db: Session, page: Page, call: Telling, outcome: Outcome) -> None:
    call.tell(call.use(page), outcome=outcome)
    assert times(db, page) == 0


def test_a_call_that_is_told_twice_counts_once(db: Session, page: Page, call: Telling) -> None:
    for _again in range(3):
        call.tell(call.use(page), call.use(page, key="other tab"), outcome=Outcome.SOLVED)
    assert times(db, page) == 1
    other = Telling(db, call.clock, call.by)
    other.tell(other.use(page), outcome=Outcome.SOLVED)
    assert times(db, page) == 2


def test_another_outcome_takes_the_confirmation_back(db: Session, page: Page, call: Telling) -> None:
    call.tell(call.use(page), outcome=Outcome.SOLVED)
    assert times(db, page) == 1
    call.tell(reopen=True)
    assert times(db, page) == 0
    call.tell(outcome=Outcome.UNSOLVED)
    assert times(db, page) == 0 and validating.fresh_at(db, page) == page.validated_at
    call.tell(reopen=True)
    call.tell(outcome=Outcome.SOLVED)
    assert times(db, page) == 1


def test_what_is_told_after_the_end_counts_and_can_be_taken_back(db: Session, page: Page, call: Telling) -> None:
    call.tell(outcome=Outcome.SOLVED)
    call.tell(call.use(page))
    assert times(db, page) == 1
    call.tell(call.use(page, undone=True))
    assert times(db, page) == 0


def test_a_page_that_nobody_validated_is_not_confirmed(db: Session, page: Page, call: Telling) -> None:
    page.confidence, page.validated_at = Confidence.UNVALIDATED, None
    call.tell(call.use(page), outcome=Outcome.SOLVED)
    assert times(db, page) == 0 and validating.fresh_at(db, page) is None


def test_only_uses_of_what_the_page_says_now_confirm_it(db: Session, page: Page, call: Telling) -> None:
    old = page.current_revision_id
    edit_page(db, page, "あたらしい本文です。")
    call.tell(call.use(page, revision=old), outcome=Outcome.SOLVED)
    assert times(db, page) == 0
    other = Telling(db, call.clock, call.by)
    other.tell(other.use(page, revision=page.current_revision_id), outcome=Outcome.SOLVED)
    assert times(db, page) == 1


def test_a_mended_typo_leaves_the_confirmations(db: Session, page: Page, call: Telling) -> None:
    read = page.current_revision_id
    edit_page(db, page, "誤字を直した本文です。", significance=Significance.TYPO)
    call.tell(call.use(page, revision=read), outcome=Outcome.SOLVED)
    assert times(db, page) == 1


def test_a_new_stamp_begins_the_count_anew(db: Session, page: Page, call: Telling) -> None:
    call.tell(call.use(page), outcome=Outcome.SOLVED)
    call.clock.advance(minutes=1)
    editing.validate(db, page.id, by=SYSTEM)
    db.flush()
    assert times(db, page) == 0
    assert validating.fresh_at(db, page) == call.clock.now()


def test_a_confirmation_keeps_the_pages_that_customers_have(db: Session, page: Page, call: Telling) -> None:
    rows = stamp._NUMBER
    before = db.scalar(rows)
    call.tell(call.use(page), outcome=Outcome.SOLVED)
    assert db.get(Confirmation, page.id) is not None and db.scalar(rows) == before
    page.confidence = Confidence.UNVALIDATED
    db.flush()
    assert db.scalar(rows) != before


def test_imported_calls_confirm_once_and_follow_their_file(db: Session, clock: StoppedClock) -> None:
    page = make_page(db, external_id="delivery")
    clock.advance(days=1)

    def take_in(outcome: str) -> None:
        at = (clock.now() - timedelta(minutes=5)).isoformat()
        values = {"id": "crm-1", "started_at": at, "used": ["delivery"], "outcome": outcome}
        sheet = sheets.Sheet([sheets.Row("calls.jsonl", 1, values)], [])
        importing_calls.take_in(db, importing_calls.check(sheet), by=SYSTEM)

    take_in("solved")
    take_in("solved")
    assert times(db, page) == 1
    take_in("unsolved")
    assert times(db, page) == 0


def test_customers_are_not_told_of_confirmations(db: Session, page: Page) -> None:
    with pytest.raises(NotSignedIn):
        validating.confirmed(db, page.id, viewer=VISITOR)
