"""Keep what somebody is writing: saved by the editor, never seen by anybody else."""

from typing import Any

from kb.rules import clock, limits
from kb.rules.errors import TooLarge
from kb.rules.roles import Actor, Permission, require
from kb.store import drafts, pages
from kb.store.base import Session
from kb.store.drafts import Draft
from kb.text import blocks

PLACE = 40  # characters, as the table has it


def keep(db: Session, place: str, fields: dict[str, str], *, base_id: int | None, by: Actor) -> Draft:
    """Save the fields of a form for this person and place, over what was kept before."""
    require(by, Permission.PROPOSE)
    place = place[:PLACE]
    # A draft outlives its base: what was typed is kept even when the page has gone meanwhile.
    if base_id is not None and pages.revision(db, base_id, viewer=by) is None:
        base_id = None
    tidy: dict[str, Any] = {name[:40]: blocks.tidy(value) for name, value in fields.items()}
    if sum(map(len, tidy.values())) > limits.BODY + 20_000:
        raise TooLarge("長すぎて下書きを保存できません。記事を分けてください。")
    assert by.id is not None
    draft = drafts.of(db, by.id, place)
    if draft is None:
        draft = Draft(user_id=by.id, place=place)
        db.add(draft)
    draft.fields, draft.base_id, draft.saved_at = tidy, base_id, clock.now()
    db.flush()
    return draft


def kept(db: Session, place: str, *, by: Actor) -> Draft | None:
    """What this person was writing here."""
    return drafts.of(db, by.id, place[:PLACE]) if by.id is not None else None


def kept_everywhere(db: Session, *, by: Actor) -> list[Draft]:
    """Everything this person was writing, the newest first."""
    return drafts.all_of(db, by.id) if by.id is not None else []


def drop(db: Session, place: str, *, by: Actor) -> None:
    """Forget a draft: it was saved for good, or thrown away."""
    draft = kept(db, place, by=by)
    if draft is not None:
        db.delete(draft)
