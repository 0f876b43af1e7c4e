"""The review queue: what waits, who wrote it, and what became of it."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from kb.rules.review_states import WAITING, State
from kb.rules.roles import Actor
from kb.store.pages import Page, Revision, readable

LOADED = (
    joinedload(Revision.page).joinedload(Page.category),
    joinedload(Revision.author),
    joinedload(Revision.taken_by),
    joinedload(Revision.decided_by),
    joinedload(Revision.outcome_page),
)


def waiting(db: Session, *, viewer: Actor, limit: int = 200) -> list[Revision]:
    """Every revision that waits for a decision, as far as the viewer may read it; the oldest submission first."""
    rows = select(Revision).join(Page, Page.id == Revision.page_id).where(readable(viewer), Revision.state.in_(WAITING))
    return list(db.scalars(rows.options(*LOADED).order_by(Revision.submitted_at, Revision.id).limit(limit)))


def count_waiting(db: Session, *, viewer: Actor) -> int:
    """How many revisions wait."""
    rows = select(func.count()).select_from(Revision).join(Page, Page.id == Revision.page_id)
    return db.scalar(rows.where(readable(viewer), Revision.state.in_(WAITING))) or 0


def locked(db: Session, revision_id: int, *, viewer: Actor) -> Revision | None:
    """One revision, held against other writers until the transaction ends."""
    rows = select(Revision).join(Page, Page.id == Revision.page_id).where(Revision.id == revision_id, readable(viewer))
    # What this session read before the lock may be out of date by now.
    return db.scalar(rows.with_for_update(of=Revision).execution_options(populate_existing=True))


def written_by(db: Session, user_id: int, *, viewer: Actor, limit: int = 100) -> list[Revision]:
    """A person's stories and proposals that went, or may go, through the review; the newest first."""
    rows = (
        select(Revision).join(Page, Page.id == Revision.page_id).where(readable(viewer), Revision.author_id == user_id)
    )
    # What somebody published directly never waited, so it is no proposal.
    rows = rows.where((Revision.submitted_at.is_not(None)) | (Revision.state.in_([State.DRAFT, State.WITHDRAWN])))
    return list(db.scalars(rows.options(*LOADED).order_by(Revision.id.desc()).limit(limit)))


def approved_before(db: Session, revision: Revision) -> bool:
    """Whether anything of the page had been approved before this revision: then it is an edit, not a story."""
    rows = select(Revision.id).where(Revision.page_id == revision.page_id, Revision.number < revision.number)
    return db.scalar(rows.where(Revision.state == State.APPROVED).limit(1)) is not None
