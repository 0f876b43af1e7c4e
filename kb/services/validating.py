"""Let use count as review: a validated page that answers a solved call is confirmed by it, without an SV."""

from collections.abc import Iterable
from datetime import datetime

from kb.rules.calls import Outcome, StepKind
from kb.rules.roles import Actor, Permission, require
from kb.store import looks
from kb.store.base import Session
from kb.store.calls import Call
from kb.store.looks import Confirmation
from kb.store.pages import Page

__all__ = ["Confirmation"]


def answered_by(call: Call) -> frozenset[int]:
    """The pages that answered this call, as it is told now; none while it is not solved."""
    if call.outcome is not Outcome.SOLVED:
        return frozenset()
    used = (step for step in call.steps if step.kind is StepKind.USE and step.undone_at is None)
    return frozenset(step.page_id for step in used if step.page_id is not None)


def call_told(db: Session, call: Call, before: frozenset[int]) -> None:
    """Confirm the validated pages that a call answers now, or take that back; `before`: those that it answered before.

    A call that is told once more changes nothing. The stamp of a page (validated_at) stays.
    """
    now = answered_by(call)
    if added := sorted(now - before):
        looks.confirm_by(db, call.id, added)
    if taken_back := before - now:
        count_anew(db, taken_back)


def count_anew(db: Session, page_ids: Iterable[int | None]) -> None:
    """Count the solved calls of these pages since they were validated, however many there are."""
    looks.confirm(db, sorted({page_id for page_id in page_ids if page_id is not None}))


def confirmed(db: Session, page_id: int, *, viewer: Actor) -> Confirmation | None:
    """The latest solved call that this page answered since it was validated; None without one."""
    require(viewer, Permission.READ_STAFF)
    return looks.confirmation(db, page_id)


def fresh_at(db: Session, page: Page) -> datetime | None:
    """When this page was last known to hold: validated by an SV, used in a solved call, or kept by a look.

    None for a page that nobody has validated.
    """
    if page.validated_at is None:
        return None
    found = looks.confirmation(db, page.id)
    kept = looks.kept_at(db, page.id)
    return max(at for at in (page.validated_at, found.at if found else None, kept) if at is not None)
