"""Tell people what concerns them: one message a step, and none to whoever did it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kb.rules import clock
from kb.rules.desk import MessageKind, Way
from kb.rules.errors import NotFound
from kb.rules.roles import Actor, Permission, require
from kb.services import settings
from kb.store import messages, pages
from kb.store.base import Session
from kb.store.messages import Delivery, Message
from kb.store.pages import Page
from kb.store.users import User

__all__ = ["Item", "Message", "MessageKind", "Way"]

# What concerns one person alone does not go to an address that a whole house reads.
PRIVATE = frozenset({MessageKind.COACHED, MessageKind.USED})


@dataclass(frozen=True)
class Item:
    """A message with what its reader may know: `title` is empty, and `page` None, where they may not read it any more.

    `is_own`: it is about something that the reader wrote.
    """

    message: Message
    title: str
    page: Page | None
    is_own: bool


def tell(
    db: Session,
    user_id: int | None,
    kind: MessageKind,
    *,
    by: Actor,
    page_id: int | None = None,
    revision_id: int | None = None,
    session_id: int | None = None,
    **facts: Any,
) -> None:
    """Leave a message for this person; nobody is told of their own deeds, and nobody by nobody's name.

    Where mail or a webhook is set, the message is put down for these as well, in the same transaction.
    """
    if user_id is None or user_id == by.id:
        return
    made = Message(
        user_id=user_id,
        kind=kind,
        from_id=by.id,
        page_id=page_id,
        revision_id=revision_id,
        session_id=session_id,
        facts=facts,
        at=clock.now(),
    )
    db.add(made)
    for way in _ways(db, user_id, kind):
        db.add(Delivery(message=made, way=way, tries=0, due_at=made.at))


def thank_for_flag(db: Session, user_id: int | None, page_id: int, revision_id: int | None, *, by: Actor) -> None:
    """Tell whoever flagged a page that it was put right, with thanks; `revision_id` is the version that did so."""
    tell(db, user_id, MessageKind.FIXED, by=by, page_id=page_id, revision_id=revision_id)


def unread(db: Session, *, by: Actor) -> int:
    """How many messages this person has not read."""
    return messages.unread(db, by.id) if by.id is not None else 0


def inbox(db: Session, *, offset: int = 0, limit: int, by: Actor) -> tuple[int, list[Item]]:
    """How many messages this person has, and one screen of them, the newest first."""
    require(by, Permission.READ_STAFF)
    assert by.id is not None
    found = messages.of_user(db, by.id, offset=offset, limit=limit)
    return messages.count(db, by.id), items(db, found, viewer=by)


def newest(db: Session, *, by: Actor) -> int:
    """The number of this person's newest message, 0 for none."""
    return messages.newest(db, by.id) if by.id is not None else 0


def items(db: Session, found: Sequence[Message], *, viewer: Actor) -> list[Item]:
    """The messages with what this viewer may know of their pages: everything else stays out of their sentences."""
    wanted = {one.id: _place(one) for one in found}
    known = pages.by_ids(db, [page_id for page_id in set(wanted.values()) if page_id is not None], viewer=viewer)
    return [_item(one, known.get(wanted[one.id] or 0), viewer) for one in found]


def one(db: Session, message_id: int, *, by: Actor) -> Item:
    """One's own message; raises NotFound for anybody else's."""
    require(by, Permission.READ_STAFF)
    assert by.id is not None
    found = messages.get(db, message_id, by.id)
    if found is None:
        raise NotFound()
    return items(db, [found], viewer=by)[0]


def read(db: Session, message_id: int, *, by: Actor) -> Item:
    """Mark one's own message as read; raises NotFound for anybody else's."""
    found = one(db, message_id, by=by)
    if found.message.read_at is None:
        found.message.read_at = clock.now()
    # Whoever reads of an outcome need not say on the story's own screen that they did.
    revision = found.message.revision
    if revision is not None and revision.author_id == by.id and revision.decided_at is not None:
        revision.author_seen_at = revision.author_seen_at or clock.now()
    return found


def read_all(db: Session, *, up_to: int, by: Actor) -> int:
    """Mark everything as read that was there when the list was drawn (its highest id); how many that were."""
    require(by, Permission.READ_STAFF)
    assert by.id is not None
    return messages.read_all(db, by.id, up_to=up_to, at=clock.now())


def given_up(db: Session, *, by: Actor) -> int:
    """How many letters did not leave the house after the last try, for those who can mend that."""
    require(by, Permission.MANAGE_SETTINGS)
    return messages.given_up(db)


def forget(db: Session) -> int:
    """Delete every message whose time is over; how many that were. The indexer asks for it every hour."""
    return messages.forget(db, before=clock.now() - timedelta(days=settings.current(db).message_days))


def _ways(db: Session, user_id: int, kind: MessageKind) -> list[Way]:
    now = settings.current(db)
    user = db.get(User, user_id)
    ways = [Way.MAIL] if now.sends_mail and user is not None and user.mail and user.disabled_at is None else []
    return [*ways, Way.WEBHOOK] if now.webhook_url and kind not in PRIVATE else ways


def _place(message: Message) -> int | None:
    """The page that a message is about: what became part of another page leads there."""
    revision = message.revision
    if revision is not None and message.kind in (MessageKind.MERGED, MessageKind.DUPLICATE):
        return revision.outcome_page_id or message.page_id
    return message.page_id or (revision.page_id if revision is not None else None)


def _item(message: Message, page: Page | None, viewer: Actor) -> Item:
    revision = message.revision
    if revision is not None and viewer.id is not None and revision.author_id == viewer.id:
        return Item(message, revision.title, page, True)
    return Item(message, page.shown.title if page is not None and page.shown is not None else "", page, False)
