"""Tell how often pages answered calls, and which purposes were picked; for pages that the reader may read anyway."""

from collections.abc import Sequence
from datetime import datetime, time

from kb.rules import clock
from kb.rules.calls import StepKind
from kb.store import call_lists
from kb.store.base import Session


def used(db: Session, page_ids: Sequence[int]) -> dict[int, int]:
    """Page → the number of calls that it answered; pages that answered none are left out."""
    return call_lists.calls_with(db, StepKind.USE, page_ids)


def this_month(db: Session, page_ids: Sequence[int]) -> dict[int, int]:
    """Page → the number of calls that it answered since the first of the month in Japan; none is left out."""
    return call_lists.calls_with(db, StepKind.USE, page_ids, since=_month_began())


def purposes(db: Session, page_id: int) -> dict[str, int]:
    """Title of a purpose → in how many calls of this month it was picked on this page, the most picked first."""
    return call_lists.words_with(db, StepKind.PURPOSE, page_id, since=_month_began())


def _month_began() -> datetime:
    return datetime.combine(clock.today().replace(day=1), time.min, clock.HERE)
