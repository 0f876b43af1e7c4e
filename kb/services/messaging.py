"""Tell people what concerns them: one message a step, and none to whoever did it."""

from typing import Any

from kb.rules import clock
from kb.rules.desk import MessageKind
from kb.rules.roles import Actor
from kb.store.base import Session
from kb.store.messages import Message


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
    """Leave a message for this person; nobody is told of their own deeds, and nobody by nobody's name."""
    if user_id is None or user_id == by.id:
        return
    db.add(
        Message(
            user_id=user_id,
            kind=kind,
            from_id=by.id,
            page_id=page_id,
            revision_id=revision_id,
            session_id=session_id,
            facts=facts,
            at=clock.now(),
        )
    )
