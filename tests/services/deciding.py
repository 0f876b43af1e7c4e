"""Every deed at the review desk as one function, and the table of who may do it."""

from collections.abc import Callable
from typing import Any

from kb.rules.errors import KbError, NotAllowed, NotFound, NotSignedIn
from kb.rules.review_states import State
from kb.rules.roles import Actor
from kb.services import reviewing, talking
from kb.store.base import Session
from kb.store.pages import Revision
from tests.make import make_page, text

WHY = {"reason": "理由はこうです。"}


def approve(db: Session, revision: Revision, by: Actor) -> Any:
    return reviewing.approve(db, revision.id, seen_current=revision.page.current_revision_id, by=by)


def send_back(db: Session, revision: Revision, by: Actor) -> Any:
    return reviewing.send_back(db, revision.id, **WHY, by=by)


def reject(db: Session, revision: Revision, by: Actor) -> Any:
    return reviewing.reject(db, revision.id, **WHY, by=by)


def mark_duplicate(db: Session, revision: Revision, by: Actor) -> Any:
    return reviewing.mark_duplicate(db, revision.id, of=make_page(db).id, **WHY, by=by)


def merge(db: Session, revision: Revision, by: Actor) -> Any:
    target = make_page(db)
    base = target.current_revision_id or 0
    return reviewing.merge(db, revision.id, text(body="足した文"), into=target.id, base_id=base, **WHY, by=by)


def make_faq(db: Session, revision: Revision, by: Actor) -> Any:
    return reviewing.make_faq(db, revision.id, text(body="書き直した文"), category_id=None, **WHY, by=by)


def take(db: Session, revision: Revision, by: Actor) -> Any:
    return reviewing.take(db, revision.id, by=by)


def give_back(db: Session, revision: Revision, by: Actor) -> Any:
    return reviewing.give_back(db, revision.id, by=by)


def comment(db: Session, revision: Revision, by: Actor) -> Any:
    return talking.comment(db, revision.id, "ひとこと", by=by)


Act = Callable[[Session, Revision, Actor], Any]


DECIDING: dict[str, tuple[Act, State]] = {
    "approve": (approve, State.APPROVED),
    "send_back": (send_back, State.RETURNED),
    "reject": (reject, State.REJECTED),
    "mark_duplicate": (mark_duplicate, State.DUPLICATE),
    "merge": (merge, State.MERGED),
    "make_faq": (make_faq, State.MERGED),
}


# Action → what it says to a visitor, another operator, the author (an operator), an SV, an admin.
YES = None


ACTIONS: dict[str, tuple[Act, tuple[type[KbError] | None, ...]]] = {
    name: (act, (NotSignedIn, NotAllowed, NotAllowed, YES, YES)) for name, (act, _state) in DECIDING.items()
}


ACTIONS["take"] = take, (NotSignedIn, NotAllowed, NotAllowed, YES, YES)


ACTIONS["give_back"] = give_back, (NotSignedIn, NotAllowed, NotAllowed, YES, YES)


ACTIONS["comment"] = comment, (NotSignedIn, NotFound, YES, YES, YES)
