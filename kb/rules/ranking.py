"""The order of what waits at the review desk: one small formula, and the reason for an item's place in words."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

# What a place in the queue is made of; to change the order, change these five numbers.
CALL = 3  # a call that it touches: a customer was on the line, and an operator needed it
SEARCH = 1  # a search that it touches
DAY = 1  # a day that somebody's work has waited, so that what touches little comes up as well
DAYS = 30  # that count at most: beyond that, age says no more
ASKED = 60  # somebody asked and waits for an answer, though nobody is on the line any more


class Reason(StrEnum):
    """Why an item is where it is: what weighs most in its place."""

    ON_THE_LINE = "on_the_line"
    ASKED = "asked"
    CALLS = "calls"
    SEARCHES = "searches"
    AGE = "age"
    NEW = "new"


class Weight(Protocol):
    """What is known of an item: since when it waits, what it touched lately, and whether a person waits for it.

    `on_the_line`: an operator waits for it in a call that goes on. `ages`: somebody handed it in and waits; words that
    found nothing were handed in by nobody, and mean less the longer they are silent.
    """

    @property
    def since(self) -> datetime: ...
    @property
    def searches(self) -> int: ...
    @property
    def calls(self) -> int: ...
    @property
    def asked(self) -> bool: ...
    @property
    def on_the_line(self) -> bool: ...
    @property
    def ages(self) -> bool: ...


def worth(weight: Weight, now: datetime) -> int:
    """What deciding on an item would change: 3 × calls + searches + days (30 at most) + 60 where somebody asked."""
    worth = CALL * weight.calls + SEARCH * weight.searches
    if weight.asked:
        worth += ASKED
    if weight.ages:
        worth += DAY * min(DAYS, max(0, (now - weight.since).days))
    return worth


def place(weight: Weight, now: datetime) -> tuple[bool, int, datetime]:
    """Where an item stands (sort by it): operators on the line first, the longest wait first; then the greatest worth.

    What is worth the same is ordered by age, so that nothing is overtaken by its like.
    """
    return not weight.on_the_line, 0 if weight.on_the_line else -worth(weight, now), weight.since


def reason(weight: Weight, now: datetime) -> Reason:
    """What weighs most in an item's place; what touches nothing is explained by its age."""
    if weight.on_the_line:
        return Reason.ON_THE_LINE
    if weight.asked:
        return Reason.ASKED
    if weight.calls or weight.searches:
        return Reason.CALLS if CALL * weight.calls >= SEARCH * weight.searches else Reason.SEARCHES
    return Reason.AGE if (now - weight.since).days else Reason.NEW
