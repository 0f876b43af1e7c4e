"""What weighs against a page puts it forward in the list, and sets when to look at it again."""

from datetime import UTC, datetime, timedelta

from kb.rules import limits
from kb.rules.looks import Evidence, due_at, next_look, weight


def test_weight_is_the_sum_of_weights_and_no_sign_counts_without_end() -> None:
    assert weight(Evidence()) == 0
    assert weight(Evidence(expired=1, contradicted=2, flagged=1, unsolved=2, unhelpful=3)) == 8 + 10 + 4 + 4 + 3
    assert weight(Evidence(unhelpful=500)) == weight(Evidence(unhelpful=limits.LOOK_COUNTS))
    assert weight(Evidence(days=1)) == 1 and weight(Evidence(days=366)) == 2


def test_the_more_speaks_against_a_page_the_sooner_it_is_looked_at_again() -> None:
    at = datetime(2030, 1, 1, tzinfo=UTC)
    days = [
        (next_look(one, at, 365) - at).days
        for one in (Evidence(days=900, owner=1), Evidence(contradicted=1), Evidence(contradicted=3))
    ]
    assert days == [365, 182, 91]
    assert (next_look(Evidence(5, 5, 5, 5, 5), at, 365) - at).days == limits.LOOK_SOONEST


def test_a_date_set_by_evidence_stays_and_one_of_the_calendar_moves_with_use() -> None:
    at = datetime(2030, 1, 1, tzinfo=UTC)
    soon, late = at + timedelta(days=60), at + timedelta(days=365)
    used = at + timedelta(days=30)
    assert due_at(used, at, soon, 365) == soon
    assert due_at(used, at, late, 365) == used + timedelta(days=365)
    assert due_at(used, None, None, 365) == used + timedelta(days=365)
