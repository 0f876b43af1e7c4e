"""The order of the review queue: whoever is on the line first, then what deciding would change, then age."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from kb.rules import ranking
from kb.rules.ranking import Reason

NOW = datetime(2030, 4, 1, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Weight:
    since: datetime
    searches: int = 0
    calls: int = 0
    asked: bool = False
    on_the_line: bool = False
    ages: bool = True


def weight(days: float = 0, **more: int | bool) -> Weight:
    return Weight(NOW - timedelta(days=days), **more)  # type: ignore[arg-type]


def in_order(*weights: Weight) -> bool:
    places = [ranking.place(one, NOW) for one in weights]
    return places == sorted(places) and len(set(places)) == len(places)


def test_an_operator_on_the_line_comes_before_everything_else() -> None:
    assert in_order(weight(on_the_line=True, asked=True), weight(30, searches=9_000, calls=900))


def test_of_those_on_the_line_the_longest_wait_comes_first() -> None:
    assert in_order(weight(0.2, on_the_line=True), weight(0.1, on_the_line=True, calls=50))


def test_a_call_weighs_as_much_as_three_searches() -> None:
    assert ranking.worth(weight(calls=1), NOW) == ranking.worth(weight(searches=3), NOW) == 3
    assert in_order(weight(calls=2), weight(searches=5))


def test_who_asked_comes_before_twenty_calls_less_one_and_after_twenty_one() -> None:
    assert in_order(weight(calls=21), weight(asked=True), weight(calls=19))


def test_age_lifts_what_touches_little_and_only_for_thirty_days() -> None:
    assert in_order(weight(10), weight(9), weight(searches=1))
    assert ranking.worth(weight(30), NOW) == ranking.worth(weight(300), NOW) == 30


def test_what_nobody_handed_in_does_not_grow_with_age() -> None:
    assert ranking.worth(weight(20, ages=False, searches=4), NOW) == 4
    assert in_order(weight(1), weight(20, ages=False))


def test_what_is_worth_the_same_is_not_overtaken_by_the_younger_one() -> None:
    assert in_order(weight(0.5, searches=4), weight(0.4, searches=4))


def test_a_clock_that_was_put_back_makes_nothing_worth_less_than_nothing() -> None:
    assert ranking.worth(weight(-3), NOW) == 0


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (weight(on_the_line=True, asked=True, calls=9), Reason.ON_THE_LINE),
        (weight(asked=True, calls=9), Reason.ASKED),
        (weight(calls=1, searches=3), Reason.CALLS),
        (weight(calls=1, searches=4), Reason.SEARCHES),
        (weight(searches=1), Reason.SEARCHES),
        (weight(1), Reason.AGE),
        (weight(0.9), Reason.NEW),
    ],
)
def test_the_reason_is_what_weighs_most(known: Weight, reason: Reason) -> None:
    assert ranking.reason(known, NOW) is reason
