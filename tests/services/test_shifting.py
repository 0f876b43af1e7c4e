"""Shifts: when one begins, what keeps it going, and since when somebody was away."""

from datetime import timedelta

from kb.rules import limits
from kb.rules.roles import SYSTEM, Actor
from kb.services import shifting
from kb.store.base import Session
from kb.store.shifts import Shift
from tests.conftest import StoppedClock


def times(db: Session, who: Actor) -> list[tuple[float, float]]:
    """Each shift of this person as hours on the clock from the first one's start."""
    rows = db.query(Shift).filter(Shift.user_id == who.id).order_by(Shift.id).all()
    first = rows[0].started_at
    return [
        ((one.started_at - first).total_seconds() / 3600, (one.last_at - first).total_seconds() / 3600) for one in rows
    ]


def test_work_without_a_long_break_is_one_shift_and_a_long_break_begins_another(
    db: Session, operator: Actor, clock: StoppedClock
) -> None:
    for hours in (0, 1, 3.9, 4.1):
        clock.advance(hours=hours)
        shifting.touch(db, by=operator)
    assert times(db, operator) == [(0, 4.9), (9, 9)]


def test_a_break_of_just_the_longest_length_still_belongs_to_the_shift(
    db: Session, operator: Actor, clock: StoppedClock
) -> None:
    shifting.touch(db, by=operator)
    clock.advance(seconds=limits.SHIFT_GAP)
    shifting.touch(db, by=operator)
    assert times(db, operator) == [(0, 4)]


def test_within_five_minutes_nothing_is_written_again(db: Session, operator: Actor, clock: StoppedClock) -> None:
    shifting.touch(db, by=operator)
    clock.advance(seconds=limits.SHIFT_TOUCH - 1)
    shifting.touch(db, by=operator)
    assert times(db, operator) == [(0, 0)]
    clock.advance(seconds=1)
    shifting.touch(db, by=operator)
    assert times(db, operator) == [(0, limits.SHIFT_TOUCH / 3600)]


def test_nobody_is_away_on_their_first_day(db: Session, operator: Actor, clock: StoppedClock) -> None:
    assert shifting.away(db, viewer=operator) is None
    shifting.touch(db, by=operator)
    clock.advance(hours=1)
    assert shifting.away(db, viewer=operator) is None


def test_away_is_since_the_end_of_the_shift_before_this_one(db: Session, operator: Actor, clock: StoppedClock) -> None:
    shifting.touch(db, by=operator)
    clock.advance(hours=2)
    shifting.touch(db, by=operator)
    left = clock.now()
    clock.advance(hours=15)
    # Whoever comes back and has sent nothing yet was away since then as well.
    found = shifting.away(db, viewer=operator)
    assert found is not None and found.since == left
    shifting.touch(db, by=operator)
    clock.advance(hours=3)
    shifting.touch(db, by=operator)
    found = shifting.away(db, viewer=operator)
    assert found is not None and found.since == left


def test_two_shifts_that_two_screens_began_at_once_do_not_hide_the_one_before(
    db: Session, operator: Actor, clock: StoppedClock
) -> None:
    shifting.touch(db, by=operator)
    left = clock.now()
    clock.advance(hours=15)
    shifting.touch(db, by=operator)
    db.add(Shift(user_id=operator.id, started_at=clock.now(), last_at=clock.now()))
    db.flush()
    found = shifting.away(db, viewer=operator)
    assert found is not None and found.since == left


def test_what_matters_more_is_kept_for_two_weeks_but_not_from_before_somebody_began(
    db: Session, operator: Actor, clock: StoppedClock
) -> None:
    began = clock.now()
    for _ in range(2):
        shifting.touch(db, by=operator)
        clock.advance(days=1)
    found = shifting.away(db, viewer=operator)
    assert found is not None and found.kept_since == began
    for _ in range(30):
        shifting.touch(db, by=operator)
        clock.advance(days=1)
    found = shifting.away(db, viewer=operator)
    assert found is not None and found.kept_since == clock.now() - timedelta(days=limits.CHANGES_KEPT)
    clock.advance(days=60)
    # After a long leave everything since then is news.
    found = shifting.away(db, viewer=operator)
    assert found is not None and found.kept_since == found.since == clock.now() - timedelta(days=61)


def test_the_system_works_no_shifts(db: Session) -> None:
    shifting.touch(db, by=SYSTEM)
    assert db.query(Shift).count() == 0 and shifting.away(db, viewer=SYSTEM) is None
