"""Thank authors once a month: in how many calls of the month before their stories were of use."""

from datetime import date, datetime, time, timedelta

from kb.rules import clock
from kb.rules.desk import MessageKind
from kb.rules.roles import SYSTEM
from kb.services import messaging
from kb.store import credits, messages
from kb.store.base import Session

# Later in the month nobody waits for it any more, and what is imported late must not make a message of its own.
DAYS = 7


def thank(db: Session) -> int:
    """Tell every author whose stories answered calls last month in how many; how many were told.

    Each is told once a month, however often this is asked, and nobody is told of none.
    """
    today = clock.today()
    if today.day > DAYS:
        return 0
    until = _begins(today.replace(day=1))
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    found = credits.calls_by_teller(db, since=_begins(month), until=until)
    told = messages.told_since(db, MessageKind.USED, since=until)
    for user_id in sorted(found.keys() - told):
        messaging.tell(db, user_id, MessageKind.USED, by=SYSTEM, month=month.isoformat()[:7], calls=found[user_id])
    return len(found.keys() - told)


def _begins(day: date) -> datetime:
    """When a day begins in Japan."""
    return datetime.combine(day, time.min, clock.HERE)
