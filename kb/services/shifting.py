"""Know when each person worked: stretches without a long break, noted by what they send anyway."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kb.rules import clock, limits
from kb.rules.roles import Actor, Permission, require
from kb.store import shifts
from kb.store.base import Session
from kb.store.shifts import Shift

GAP = timedelta(seconds=limits.SHIFT_GAP)
TOUCH = timedelta(seconds=limits.SHIFT_TOUCH)
KEPT = timedelta(days=limits.CHANGES_KEPT)


@dataclass(frozen=True)
class Away:
    """`since` is when the viewer worked last before this shift; what matters more is told from `kept_since` on."""

    since: datetime
    kept_since: datetime


def touch(db: Session, *, by: Actor) -> None:
    """Note that somebody is at work; written once in five minutes, so that it costs nothing beside what was sent."""
    require(by, Permission.READ_STAFF)
    if by.id is None:
        return
    now, last = clock.now(), shifts.latest(db, by.id)
    if last is None or now - last.last_at > GAP:
        db.add(Shift(user_id=by.id, started_at=now, last_at=now))
        db.flush()
    elif now - last.last_at >= TOUCH:
        last.last_at = now


def away(db: Session, *, viewer: Actor) -> Away | None:
    """Since when the viewer has not seen what changed; None on their first day.

    Reading writes nothing, so a shift whose first call is still to come has begun all the same: then the last one is
    the one before.
    """
    require(viewer, Permission.READ_STAFF)
    last = shifts.latest(db, viewer.id) if viewer.id is not None else None
    if last is None or viewer.id is None:
        return None
    now = clock.now()
    since: datetime | None = last.last_at
    if now - last.last_at <= GAP:
        since = shifts.last_before(db, viewer.id, last.started_at - GAP)
    first = shifts.first_start(db, viewer.id)
    if since is None or first is None:
        return None
    return Away(since, min(since, max(first, now - KEPT)))
