"""Gaps: what was searched for in vain is gathered without a word about whom, decided on once, and may come back."""

from datetime import datetime
from itertools import count

import pytest

from kb.rules import clock as real_clock
from kb.rules import limits
from kb.rules.calls import StepKind
from kb.rules.desk import GapDecision
from kb.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from kb.rules.roles import Actor, Role
from kb.services import gapping, tallying
from kb.store import synonyms, tallies
from kb.store.base import Session, Store
from kb.store.calls import Call, CallStep
from kb.store.gaps import Gap
from tests.conftest import StoppedClock
from tests.make import make_actor, make_page

_keys = count(1)


def missed(store: Store, words: str, times: int = 1, *, clock: StoppedClock) -> None:
    """Customers searched for these words in vain, this often today."""
    with store.writing() as db:
        tallies.add(db, {(clock.now().date(), tallying.ZERO, words): times})


def called(store: Store, words: str, *, clock: StoppedClock, kind: StepKind = StepKind.SEARCH, found: int = 0) -> int:
    """An operator searched for these words in a call, or said that there was nothing."""
    with store.writing() as db:
        call = Call(key=f"call-{next(_keys)}", user_id=make_actor(db).id, started_at=clock.now())
        db.add(call)
        db.flush()
        counted = found if kind is StepKind.SEARCH else None
        db.add(CallStep(call_id=call.id, key="1", kind=kind, at=clock.now(), words=words, count=counted))
        return call.id


def known(store: Store) -> dict[str, Gap]:
    gapping.note(store)
    with store.reading() as db:
        return {one.words: one for one in db.query(Gap)}


def only(store: Store) -> Gap:
    [found] = known(store).values()
    return found


def test_what_customers_miss_twice_is_a_gap_and_once_is_not(store: Store, clock: StoppedClock) -> None:
    missed(store, "適格請求書", clock=clock)
    assert known(store) == {}
    missed(store, "適格請求書", clock=clock)
    assert known(store)["適格請求書"].times == 2


def test_once_is_enough_where_an_operator_says_that_there_is_nothing(store: Store, clock: StoppedClock) -> None:
    called(store, "海外の電圧", clock=clock, kind=StepKind.GAP)
    called(store, "深夜の受け取り", clock=clock)
    called(store, "返品", clock=clock, found=3)
    assert known(store).keys() == {"海外の電圧"}


def test_customers_and_calls_are_put_together_and_a_call_counts_once(store: Store, clock: StoppedClock) -> None:
    missed(store, "海外 電圧", 3, clock=clock)
    call = called(store, "海外 電圧", clock=clock)
    with store.writing() as db:
        again = {"key": "2", "kind": StepKind.GAP, "at": clock.now(), "words": "電圧　海外"}
        db.add(CallStep(call_id=call, **again))
    found = only(store)
    assert (found.words, found.times) == ("海外 電圧", 4)


def test_spellings_and_orders_of_the_same_words_are_one_gap_under_its_most_frequent_spelling(
    store: Store, clock: StoppedClock
) -> None:
    missed(store, "振込 手数料", 2, clock=clock)
    missed(store, "手数料 振り込み", 3, clock=clock)
    assert only(store).words == "手数料 振り込み"


@pytest.mark.parametrize(
    "words", ["090-1234-5678", "山田太郎様 返品", "taro@example.com 届かない", "［電話番号］に電話", "の は を"]
)
def test_whatever_tells_of_a_person_or_says_nothing_is_no_gap(store: Store, clock: StoppedClock, words: str) -> None:
    missed(store, words, 9, clock=clock)
    called(store, words, clock=clock, kind=StepKind.GAP)
    missed(store, "適格請求書", 2, clock=clock)
    assert known(store).keys() == {"適格請求書"}


def test_counting_again_changes_nothing(store: Store, clock: StoppedClock) -> None:
    missed(store, "適格請求書", 2, clock=clock)
    called(store, "適格請求書", clock=clock)
    first, second = only(store), only(store)
    assert (first.id, first.times, first.last_at) == (second.id, second.times, second.last_at)
    assert second.times == 3


def test_what_was_silent_for_long_is_forgotten_unless_somebody_is_on_it(store: Store, clock: StoppedClock) -> None:
    missed(store, "適格請求書", 2, clock=clock)
    missed(store, "会員証", 2, clock=clock)
    taken = known(store)["会員証"].id
    clock.advance(days=limits.GAP_DAYS + 2)
    with store.writing() as db:
        gapping.take(db, taken, by=make_actor(db, Role.SV))
    assert known(store).keys() == {"会員証"}
    clock.advance(minutes=limits.HOLD_MINUTES)
    assert known(store) == {}


def dismissed(store: Store, clock: StoppedClock) -> Gap:
    missed(store, "下取り 査定", 2, clock=clock)
    found = only(store)
    with store.writing() as db:
        gapping.dismiss(db, found.id, "扱わないサービス", by=make_actor(db, Role.SV))
    return found


def test_a_dismissed_gap_comes_back_when_it_is_missed_again_and_again(store: Store, clock: StoppedClock) -> None:
    dismissed(store, clock)
    assert only(store).closed_at is not None
    clock.advance(days=1)
    missed(store, "下取り 査定", limits.GAP_AGAIN - 1, clock=clock)
    assert only(store).closed_at is not None
    called(store, "下取り 査定", clock=clock)
    found = only(store)
    # What was decided before is told to whoever decides again.
    assert (found.closed_at, found.decision, found.reason) == (None, GapDecision.DISMISSED, "扱わないサービス")
    assert found.taken_by_id is None


def test_what_was_missed_before_the_decision_opens_nothing(store: Store, clock: StoppedClock) -> None:
    missed(store, "下取り 査定", 30, clock=clock)
    dismissed(store, clock)
    assert only(store).closed_at is not None


def test_a_gap_that_a_page_was_to_answer_comes_back_at_once(store: Store, clock: StoppedClock) -> None:
    missed(store, "会員証 再発行", 2, clock=clock)
    found = only(store)
    with store.writing() as db:
        page, sv = make_page(db, "会員カードについて"), make_actor(db, Role.SV)
        gapping.answer_by(db, found.id, page.id, by=sv)
    closed = only(store)
    assert (closed.decision, closed.page_id, closed.closed_by_id) == (GapDecision.PAGE, page.id, sv.id)
    clock.advance(days=1)
    missed(store, "会員証 再発行", 1, clock=clock)
    assert only(store).closed_at is None


@pytest.fixture
def gap(db: Session) -> int:
    made = Gap(
        key="かいいんしょう", words="かいいんしょう", times=2, first_at=real_clock.now(), last_at=real_clock.now()
    )
    db.add(made)
    db.flush()
    return made.id


def test_a_synonym_is_kept_with_the_words_and_closes_the_gap(db: Session, sv: Actor, gap: int) -> None:
    found = gapping.teach(db, gap, "会員カード", by=sv)
    assert found.decision is GapDecision.SYNONYM and found.closed_at is not None
    assert [sorted(one.wordings) for one in synonyms.texts(db)] == [sorted(["かいいんしょう", "会員カード"])]


@pytest.mark.parametrize("typed", ["", "  ", "かいいんしょう", "長" * 61])
def test_a_synonym_that_says_nothing_new_is_refused(db: Session, sv: Actor, gap: int, typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        gapping.teach(db, gap, typed, by=sv)
    assert refused.value.field == "line"
    assert db.get_one(Gap, gap).closed_at is None


def test_dismissing_needs_a_reason_of_some_length(db: Session, sv: Actor, gap: int) -> None:
    for reason in ("", "　", "長" * (limits.NOTE + 1)):
        with pytest.raises(Invalid) as refused:
            gapping.dismiss(db, gap, reason, by=sv)
        assert refused.value.field == "reason"
    assert gapping.dismiss(db, gap, "扱わない", by=sv).decision is GapDecision.DISMISSED


def test_a_page_that_nobody_sees_answers_nothing(db: Session, sv: Actor, gap: int) -> None:
    archived = make_page(db, archived=True)
    for page_id in (999, archived.id):
        with pytest.raises(Invalid):
            gapping.answer_by(db, gap, page_id, by=sv)


def test_a_new_page_closes_the_gap_that_it_was_written_for_and_never_a_decided_one(
    db: Session, sv: Actor, gap: int
) -> None:
    first, second = make_page(db), make_page(db)
    gapping.link(db, gap, first, by=sv)
    gapping.link(db, gap, second, by=sv)
    gapping.link(db, 999, second, by=sv)
    assert db.get_one(Gap, gap).page_id == first.id


@pytest.mark.parametrize(
    "decide",
    [
        lambda db, gap, sv: gapping.dismiss(db, gap, "理由", by=sv),
        lambda db, gap, sv: gapping.teach(db, gap, "会員カード", by=sv),
        lambda db, gap, sv: gapping.answer_by(db, gap, make_page(db).id, by=sv),
        lambda db, gap, sv: gapping.take(db, gap, by=sv),
        lambda db, gap, sv: gapping.give_back(db, gap, by=sv),
    ],
)
def test_what_is_decided_or_another_ones_is_not_decided_again(db: Session, sv: Actor, gap: int, decide: object) -> None:
    assert callable(decide)
    other = make_actor(db, Role.SV)
    gapping.take(db, gap, by=other)
    with pytest.raises(Conflict) as held:
        decide(db, gap, sv)
    assert held.value.facts["who"] == other.display_name
    gapping.dismiss(db, gap, "理由", by=other)
    with pytest.raises(Conflict) as late:
        decide(db, gap, sv)
    assert late.value.facts["who"] == other.display_name


def test_gaps_are_the_svs_alone(db: Session, operator: Actor, gap: int) -> None:
    editor = make_actor(db, Role.EDITOR)
    for who in (operator, editor):
        for verb in (
            lambda who=who: gapping.get(db, gap, viewer=who),
            lambda who=who: gapping.take(db, gap, by=who),
            lambda who=who: gapping.dismiss(db, gap, "理由", by=who),
            lambda who=who: gapping.teach(db, gap, "会員カード", by=who),
            lambda who=who: gapping.link(db, gap, make_page(db), by=who),
        ):
            with pytest.raises(NotAllowed):
                verb()


def test_a_gap_that_is_not_there_is_not_found(db: Session, sv: Actor) -> None:
    with pytest.raises(NotFound):
        gapping.get(db, 999, viewer=sv)
    with pytest.raises(NotFound):
        gapping.take(db, 999, by=sv)


def test_the_days_of_a_gap_begin_when_it_came_again(store: Store, clock: StoppedClock) -> None:
    dismissed(store, clock)
    before: datetime = only(store).first_at
    clock.advance(days=2)
    missed(store, "下取り 査定", limits.GAP_AGAIN, clock=clock)
    assert only(store).first_at > before
