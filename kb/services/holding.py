"""Hold an item of the review desk, so that two people never work on it: one rule for everything that can be taken."""

from datetime import datetime
from typing import Protocol

from kb.rules import clock, desk
from kb.rules.errors import Conflict
from kb.rules.roles import Actor
from kb.store.users import User


class Held(Protocol):
    """What somebody can take: who has it, and since when they have done nothing on it."""

    taken_by_id: int | None
    taken_at: datetime | None

    @property
    def taken_by(self) -> User | None: ...


def holder(item: Held) -> int | None:
    """The id of whoever has the item now; an abandoned take is nobody's."""
    return item.taken_by_id if desk.is_held(item.taken_by_id, item.taken_at, clock.now()) else None


def require_free(item: Held, *, by: Actor) -> None:
    """Raise Conflict with the name of another person who has the item."""
    if holder(item) not in (None, by.id):
        who = item.taken_by.display_name if item.taken_by is not None else ""
        raise Conflict("いまは%(who)sさんが確認しています。手放すか、30分動きがなければ、引き受けられます。", who=who)


def claim(item: Held, *, by: Actor) -> bool:
    """Make the item this person's from now on; whether it was not before. Raises Conflict while another one has it."""
    require_free(item, by=by)
    is_new = holder(item) != by.id
    item.taken_by_id, item.taken_at = by.id, clock.now()
    return is_new


def free(item: Held) -> None:
    """Make the item nobody's."""
    item.taken_by_id, item.taken_at = None, None
