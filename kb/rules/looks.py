"""When a page has to be looked at again: what speaks against it, what comes first, and when to look next."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kb.rules import limits


class Sign(StrEnum):
    """What wears the support of a page off, the heaviest first."""

    EXPIRED = "expired"
    CONTRADICTED = "contradicted"
    FLAGGED = "flagged"
    UNSOLVED = "unsolved"
    UNHELPFUL = "unhelpful"
    OWNER = "owner"
    AGE = "age"


# What one of each weighs. A limit that has ended is given away in the next call; a vote may be somebody's bad day.
WEIGHTS = {
    Sign.EXPIRED: 8,
    Sign.CONTRADICTED: 5,
    Sign.FLAGGED: 4,
    Sign.UNSOLVED: 2,
    Sign.UNHELPFUL: 1,
    Sign.OWNER: 1,
    Sign.AGE: 1,
}
# What time does by itself speaks against nothing that the page says.
_OF_TIME = (Sign.OWNER, Sign.AGE)


@dataclass(frozen=True)
class Evidence:
    """What speaks against a page or a passage since it was last found to hold; counts, and `days` overdue by age.

    `unhelpful` of `votes` on the current version said no; `unsolved` calls used it and ended unsolved.
    """

    expired: int = 0
    contradicted: int = 0
    flagged: int = 0
    unsolved: int = 0
    unhelpful: int = 0
    votes: int = 0
    owner: int = 0
    days: int = 0

    @property
    def signs(self) -> tuple[Sign, ...]:
        """What of all this is there, the heaviest first."""
        return tuple(sign for sign in Sign if self.count(sign))

    def count(self, sign: Sign) -> int:
        """How often a sign counts: its number, for age one for each year begun."""
        if sign is Sign.AGE:
            return -(-self.days // 365)
        return int(getattr(self, sign.value))


def weight(evidence: Evidence) -> int:
    """What comes first in the list: the sum of weight times count over all signs, none counted over LOOK_COUNTS."""
    return sum(WEIGHTS[sign] * min(evidence.count(sign), limits.LOOK_COUNTS) for sign in Sign)


def speaks(unhelpful: int, votes: int) -> bool:
    """Whether votes say anything: three "no" or more, and a third of all."""
    return unhelpful >= limits.LOOK_VOTES and 3 * unhelpful >= votes


def next_look(evidence: Evidence, at: datetime, backstop: int) -> datetime:
    """When to look again after a decision: after `backstop` days, the sooner the more spoke against the page.

    days = backstop / (1 + weight / 5), where age and owner weigh nothing, and LOOK_SOONEST days at the least: one story
    that contradicts halves them, three make them a quarter.
    """
    against = sum(WEIGHTS[s] * min(evidence.count(s), limits.LOOK_COUNTS) for s in Sign if s not in _OF_TIME)
    days = round(backstop / (1 + against / 5))
    return at + timedelta(days=min(backstop, max(limits.LOOK_SOONEST, days)))


def due_at(fresh_at: datetime, look_at: datetime | None, next_at: datetime | None, backstop: int) -> datetime:
    """When age alone asks for a look: on the date that the last look set by evidence, else `backstop` days after use.

    A date that was set because something spoke against the page stays, however often it is used meanwhile; it counts as
    long as nobody has validated the page since that look.
    """
    if look_at is not None and next_at is not None and next_at - look_at < timedelta(days=backstop):
        return next_at
    return fresh_at + timedelta(days=backstop)
