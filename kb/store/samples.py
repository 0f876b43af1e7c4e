"""Samples: which directly published changes are looked at afterwards, and what came of it."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from kb.rules.pages import Significance
from kb.rules.review_states import State
from kb.rules.roles import Actor, Role
from kb.store.looks import Sample
from kb.store.pages import Page, Revision, readable
from kb.store.users import User


def published_directly(
    db: Session, roles: Iterable[Role], *, since: datetime, until: datetime
) -> list[tuple[int, Revision]]:
    """(author, revision) of what people of these roles published without review, and nobody has drawn yet.

    Mere slips of the pen are left out, and so are pages that have been archived meanwhile.
    """
    drawn = select(Sample.id).where(Sample.revision_id == Revision.id)
    rows = select(User.id, Revision).join(User, User.id == Revision.author_id).join(Page, Page.id == Revision.page_id)
    rows = rows.where(User.role.in_(list(roles)), Page.archived_at.is_(None), ~drawn.exists())
    rows = rows.where(Revision.state == State.APPROVED, Revision.submitted_at.is_(None))
    rows = rows.where(Revision.significance != Significance.TYPO, Revision.created_at >= since)
    found = db.execute(rows.where(Revision.created_at < until).order_by(Revision.id)).all()
    return [(author_id, revision) for author_id, revision in found]


def authors_drawn(db: Session, *, since: datetime, until: datetime) -> set[int]:
    """Whose changes of this time have been drawn already."""
    rows = select(Sample.author_id).join(Revision, Revision.id == Sample.revision_id)
    return set(db.scalars(rows.where(Revision.created_at >= since, Revision.created_at < until)))


def drawn(db: Session, month: date) -> Counter[int]:
    """How many changes of each author were drawn for this month."""
    rows = select(Sample.author_id, func.count()).where(Sample.month == month).group_by(Sample.author_id)
    return Counter(dict(db.execute(rows).all()))


def _shown(viewer: Actor) -> Select[Sample]:
    """Samples of revisions that the viewer may read, with everything that a list of them draws."""
    rows = select(Sample).join(Revision, Revision.id == Sample.revision_id).join(Page, Page.id == Revision.page_id)
    revision = joinedload(Sample.revision, innerjoin=True)
    return rows.where(readable(viewer)).options(
        revision.joinedload(Revision.page), joinedload(Sample.author), joinedload(Sample.looked_by)
    )


def get(db: Session, sample_id: int, *, viewer: Actor, to_change: bool = False) -> Sample | None:
    """The sample, if its revision may be read; `to_change` keeps others from changing it until the transaction ends."""
    rows = _shown(viewer).where(Sample.id == sample_id)
    return db.scalar(rows.with_for_update(of=Sample) if to_change else rows)


def listing(db: Session, *, looked: bool, offset: int = 0, limit: int, viewer: Actor) -> list[Sample]:
    """Samples that wait, the longest drawn first; or those that were looked at, the latest first."""
    rows = _shown(viewer)
    if looked:
        rows = rows.where(Sample.looked_at.is_not(None)).order_by(Sample.looked_at.desc(), Sample.id.desc())
    else:
        rows = rows.where(Sample.looked_at.is_(None)).order_by(Sample.drawn_at, Sample.id)
    return list(db.scalars(rows.offset(offset).limit(limit)))


def count(db: Session, *, looked: bool, viewer: Actor) -> int:
    """How many samples wait, or were looked at."""
    rows = select(func.count(Sample.id)).join(Revision, Revision.id == Sample.revision_id)
    rows = rows.join(Page, Page.id == Revision.page_id).where(readable(viewer))
    return db.scalar(rows.where(Sample.looked_at.is_not(None) if looked else Sample.looked_at.is_(None))) or 0
