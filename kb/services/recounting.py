"""Tell what happened in calls: the supervisors' list of them, and one call from its beginning to its end."""

from collections.abc import Iterable
from dataclasses import dataclass

from kb.rules.calls import StepKind
from kb.rules.errors import NotFound
from kb.rules.roles import Actor, Permission, may, require
from kb.services.exporting_calls import facts, seconds, seconds_to_use, standing
from kb.store import call_lists
from kb.store import pages as store
from kb.store.base import Session
from kb.store.call_lists import Wanted
from kb.store.calls import Call
from kb.store.pages import Page

__all__ = [
    "Call",
    "Listing",
    "Wanted",
    "facts",
    "listing",
    "one",
    "pages",
    "seconds",
    "seconds_to_use",
    "standing",
    "titles",
]


@dataclass(frozen=True)
class Listing:
    """One screen of calls, the latest first, and how many there are in all; `types` are those that calls have."""

    calls: list[Call]
    total: int
    types: list[str]


def listing(db: Session, wanted: Wanted, *, viewer: Actor, offset: int = 0, limit: int) -> Listing:
    """The calls that fit. They are in the order of their time alone: nobody is ranked by them."""
    require(viewer, Permission.READ_CALLS)
    total, found = call_lists.find(db, wanted, offset=offset, limit=limit)
    return Listing(found, total, call_lists.inquiry_types(db))


def one(db: Session, call_id: int, *, viewer: Actor) -> Call:
    """A call with its steps, for who took it and for supervisors; for everybody else it is not there (NotFound)."""
    require(viewer, Permission.TAKE_CALLS)
    call = call_lists.get(db, call_id)
    is_own = call is not None and viewer.id is not None and call.user_id == viewer.id
    if call is None or not (is_own or may(viewer, Permission.READ_CALLS)):
        raise NotFound()
    return call


def titles(db: Session, calls: Iterable[Call], *, viewer: Actor) -> dict[int, str]:
    """What the pages in these calls are called, as far as this viewer may read them."""
    found = {step.page_id for call in calls for step in call.steps if step.page_id is not None}
    found |= {call.story_id for call in calls if call.story_id is not None}
    return call_lists.titles(db, sorted(found), viewer=viewer)


def pages(db: Session, calls: Iterable[Call], *, viewer: Actor) -> dict[int, Page]:
    """The pages that answered these calls, as far as this viewer may read them."""
    used = {step.page_id for call in calls for step in standing(call, StepKind.USE) if step.page_id is not None}
    return store.by_ids(db, sorted(used), viewer=viewer)
