"""How long a page that was drawn for customers may be given again: until something that it shows changes."""

from datetime import datetime, timedelta

from kb.rules import clock
from kb.rules.roles import VISITOR
from kb.store import notices
from kb.store.base import Store
from kb.store.stamp import Stamp

# What many ask now moves with every view; this often it is counted anew. Midnight is among these moments.
PACE = timedelta(minutes=10)


class Freshness:
    """Ask it for a mark of this moment: as long as it stays the same, so do pages; None where nobody can tell.

    It changes with the database, with the moments at which a notice begins or ends, and every PACE.
    """

    def __init__(self, store: Store) -> None:
        self._store, self._stamp = store, Stamp(store)
        self._known: tuple[int | None, datetime, datetime] | None = None

    def __call__(self) -> object | None:
        stamp = self._stamp()
        if stamp is None:
            return None
        now, known = clock.now(), self._known
        if known is None or known[0] != stamp or not known[1] <= now < known[2]:
            known = self._known = stamp, *self._span(now)
        return known

    def _span(self, now: datetime) -> tuple[datetime, datetime]:
        """From when, and until when, time alone changes nothing."""
        whole = (now - now.replace(hour=0, minute=0, second=0, microsecond=0)) // PACE
        start = now.replace(hour=0, minute=0, second=0, microsecond=0) + whole * PACE
        with self._store.reading() as db:
            change = notices.next_change(db, now, viewer=VISITOR)
        return start, min(start + PACE, change or start + PACE)
