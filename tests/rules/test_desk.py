"""The words of the desk: when a take frees itself."""

from datetime import UTC, datetime, timedelta

from kb.rules import limits
from kb.rules.desk import is_held

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_a_take_holds_until_its_time_is_over_and_not_a_moment_longer() -> None:
    over = NOW - timedelta(minutes=limits.HOLD_MINUTES)
    assert is_held(7, NOW, NOW)
    assert is_held(7, over + timedelta(seconds=1), NOW)
    assert not is_held(7, over, NOW)


def test_what_nobody_took_is_free_and_what_was_taken_without_a_time_is_not() -> None:
    assert not is_held(None, NOW, NOW)
    assert is_held(7, None, NOW)
