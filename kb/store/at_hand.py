"""What lies at hand for one person: the pages of their calls, what changed meanwhile, and the outbound scripts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from kb.rules.calls import StepKind
from kb.rules.pages import Kind, Significance
from kb.rules.review_states import State
from kb.rules.roles import Actor
from kb.store.calls import Call, CallStep
from kb.store.pages import CHUNK, Page, PageTag, Revision, Tag, listed, visible_to

RECENT_CALLS = 60  # whose pages are the recent ones
USUAL_CALLS = 200  # from which one sees what somebody uses
TOUCHED = (StepKind.OPEN, StepKind.USE, StepKind.COPY)
# Said the other way round: SQLite would take the index of states, under which nearly every revision stands, instead of
# beginning with the few pages that are asked for.
_IS_APPROVED = Revision.state.not_in([state for state in State if state is not State.APPROVED])


@dataclass(frozen=True, slots=True)
class Change:
    """A version that became what readers see; `title` is what the page is called now."""

    page_id: int
    kind: Kind
    title: str
    revision_id: int
    number: int
    significance: Significance
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """A page that was archived, with the version that readers saw last."""

    page_id: int
    kind: Kind
    title: str
    revision_id: int
    number: int
    at: datetime
    moved_to: int | None


def _latest_calls(user_id: int, most: int) -> Select[int]:
    return select(Call.id).where(Call.user_id == user_id).order_by(Call.started_at.desc()).limit(most)


def recent(db: Session, user_id: int, *, viewer: Actor, limit: int) -> list[Page]:
    """The pages that this person opened, used or copied in their last calls, the latest first, each once."""
    mine = _latest_calls(user_id, RECENT_CALLS).subquery()
    last = select(CallStep.page_id, func.max(CallStep.at).label("at")).join(mine, mine.c.id == CallStep.call_id)
    seen = last.where(CallStep.kind.in_(TOUCHED)).group_by(CallStep.page_id).subquery()
    rows = listed(viewer).join(seen, seen.c.page_id == Page.id)
    return list(db.scalars(rows.order_by(seen.c.at.desc(), Page.id.desc()).limit(limit)))


def used_by(db: Session, user_id: int) -> dict[int, int]:
    """Page → how often this person opened or used it in their last calls."""
    mine = _latest_calls(user_id, USUAL_CALLS).subquery()
    rows = select(CallStep.page_id, func.count()).join(mine, mine.c.id == CallStep.call_id)
    rows = rows.where(CallStep.kind.in_(TOUCHED), CallStep.undone_at.is_(None)).group_by(CallStep.page_id)
    return {page_id: count for page_id, count in db.execute(rows) if page_id is not None}


def calls_since(db: Session, user_id: int, at: datetime) -> list[Call]:
    """This person's calls that began since then, the latest first, with their steps."""
    rows = select(Call).where(Call.user_id == user_id, Call.started_at >= at)
    return list(db.scalars(rows.options(selectinload(Call.steps)).order_by(Call.started_at.desc(), Call.id.desc())))


def changes(db: Session, since: datetime, advice_since: datetime, *, viewer: Actor, limit: int) -> list[Change]:
    """What was approved since then, but for typos and what the viewer wrote or approved, the newest first.

    A change of how to advise is there from `advice_since` on, which is earlier. Only what the viewer may read counts:
    the page as it is, and the version itself.
    """
    current = aliased(Revision)
    moment = func.coalesce(Revision.decided_at, Revision.created_at)
    rows = select(
        *(Page.id, Page.kind, current.title, Revision.id, Revision.number),
        *(Revision.significance, Revision.note, moment.label("at")),
    )
    rows = rows.select_from(Page).join(Revision, Revision.page_id == Page.id)
    rows = rows.join(current, current.id == Page.current_revision_id)
    rows = rows.where(
        visible_to(viewer),
        # Both the page and the version: a page that was opened to more readers does not tell them its past.
        Revision.audience.in_(viewer.audience.readable),
        # Whatever becomes what readers see moves this, and it has an index.
        Page.updated_at > advice_since,
        _IS_APPROVED,
        Revision.significance != Significance.TYPO,
        or_(moment > since, and_(Revision.significance == Significance.ADVICE, moment > advice_since)),
        func.coalesce(Revision.author_id, 0) != (viewer.id or -1),
        func.coalesce(Revision.decided_by_id, 0) != (viewer.id or -1),
    )
    rows = rows.order_by(moment.desc(), Revision.id.desc()).limit(limit)
    return [Change(*row) for row in db.execute(rows)]


def ended(db: Session, since: datetime, *, viewer: Actor, among: Sequence[int] | None, limit: int) -> list[Ended]:
    """The pages that were archived since then and were readable to the viewer, optionally only those in `among`."""
    rows = select(
        *(Page.id, Page.kind, Revision.title, Revision.id, Revision.number, Page.archived_at, Page.moved_to_id)
    ).join(Revision, Revision.id == Page.current_revision_id)
    allowed = viewer.audience.readable
    rows = rows.where(Page.updated_at > since, Page.archived_at > since)
    rows = rows.where(Page.audience.in_(allowed), Revision.audience.in_(allowed))
    rows = rows.order_by(Page.archived_at.desc(), Page.id.desc())
    found = db.execute(rows.limit(None if among is not None else limit))
    known = set(among) if among is not None else None
    ends = [Ended(*row[:5], row[5], row[6]) for row in found if row[5] is not None]
    return [one for one in ends if known is None or one.page_id in known][:limit]


def approved_numbers(db: Session, page_ids: Sequence[int], *, viewer: Actor) -> dict[int, list[int]]:
    """Page → the numbers of its approved versions that the viewer may read, in order."""
    found: dict[int, list[int]] = {}
    rows = select(Revision.page_id, Revision.number).join(Page, Page.id == Revision.page_id)
    rows = rows.where(_IS_APPROVED, visible_to(viewer), Revision.audience.in_(viewer.audience.readable))
    for start in range(0, len(page_ids), CHUNK):
        some = rows.where(Revision.page_id.in_(page_ids[start : start + CHUNK])).order_by(Revision.number)
        for page_id, number in db.execute(some):
            found.setdefault(page_id, []).append(number)
    return found


def tagged_scripts(db: Session, tags: Sequence[str], *, viewer: Actor, language: str, limit: int) -> list[Page]:
    """The scripts of a language under one of these tags that the viewer may read, by title."""
    under = select(PageTag.page_id).join(Tag, Tag.id == PageTag.tag_id).where(Tag.name.in_(tags))
    rows = listed(viewer).join(Revision, Revision.id == Page.current_revision_id)
    rows = rows.where(Page.kind == Kind.SCRIPT, Page.language == language, Page.id.in_(under))
    return list(db.scalars(rows.order_by(Revision.title, Page.id).limit(limit)))
