"""Read what administrators have set for the whole house, and change it."""

import json
from collections.abc import Mapping
from typing import Any

from kb.rules import clock
from kb.rules import settings as rules
from kb.rules.roles import Actor, Permission, require
from kb.rules.settings import Settings
from kb.store import events, inquiries
from kb.store import settings as store
from kb.store.base import Session


def current(db: Session) -> Settings:
    """What holds now: a few short rows read anew, so that no process goes by an old one."""
    return rules.settings(store.chosen(db))


def is_untouched(db: Session) -> bool:
    """Whether nobody has ever set anything."""
    return not store.chosen(db)


def change(db: Session, values: Mapping[str, Any], *, by: Actor) -> tuple[str, ...]:
    """Set values (as typed or as they are) by name; the names whose value is another one now.

    Raises Faults with a refusal for each field, and then nothing is set. Fewer days for inquiries hold for those that
    are here already; more days do not, since their senders were told the old number.
    """
    require(by, Permission.MANAGE_SETTINGS)
    before = current(db)
    fit = {name: value for name, value in rules.checked(values).items() if value != getattr(before, name)}
    for name, value in fit.items():
        store.choose(db, name, json.loads(json.dumps(value)), by_id=by.id, at=clock.now())
    if "inquiry_days" in fit:
        inquiries.shorten(db, days=fit["inquiry_days"])
    if fit:
        events.record(db, "settings changed", by=by, settings=sorted(fit))
    return tuple(fit)
