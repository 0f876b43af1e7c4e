"""Say who looks after a page: a group with a person of it, never a person alone."""

from kb.rules import limits
from kb.rules.errors import Invalid, NotFound
from kb.rules.roles import Actor, Permission, require
from kb.services.checking import one_line
from kb.store import events, looks, pages, users
from kb.store.base import Session
from kb.store.looks import Owner
from kb.store.users import User

__all__ = ["Owner"]


def of_page(db: Session, page_id: int, *, viewer: Actor) -> Owner | None:
    """Who looks after a page; ask for the page first."""
    require(viewer, Permission.READ_STAFF)
    return looks.owner(db, page_id)


def groups(db: Session, *, viewer: Actor) -> list[str]:
    """The groups that look after any page, for completion and for filters."""
    require(viewer, Permission.REVIEW)
    return looks.groups(db)


def people(db: Session, *, viewer: Actor) -> list[User]:
    """Everybody who can be the person of a group: whoever can sign in."""
    require(viewer, Permission.REVIEW)
    return [one for one in users.everybody(db) if one.disabled_at is None]


def set_owner(db: Session, page_id: int, group: str, user_id: int | None, *, by: Actor) -> Owner | None:
    """Name group and person, or nobody where both are empty; raises Invalid for one without the other."""
    require(by, Permission.REVIEW)
    page = pages.get(db, page_id, viewer=by)
    if page is None:
        raise NotFound()
    group = one_line(group)
    known = looks.owner(db, page_id)
    if not group and user_id is None:
        if known is not None:
            db.delete(known)
            events.record(db, "owner removed", by=by, page_id=page_id)
        return None
    if not group:
        raise Invalid("グループも書いてください。担当は、ひとりだけにはしません。", field="group")
    if len(group) > limits.CATEGORY:
        raise Invalid("%(limit)s文字までにしてください。", field="group", limit=limits.CATEGORY)
    person = db.get(User, user_id) if user_id is not None else None
    if person is None or person.disabled_at is not None:
        raise Invalid("グループの中の担当者を選んでください。", field="owner")
    if known is None:
        known = Owner(page_id=page_id, group=group, user_id=person.id)
        db.add(known)
    elif (known.group, known.user_id) == (group, person.id):
        return known
    known.group, known.user_id = group, person.id
    events.record(db, "owner set", by=by, page_id=page_id, user_id=person.id)
    db.flush()
    return known
