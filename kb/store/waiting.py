"""What waits at the review desk: few columns of everything, so that thousands can be ranked, and one screen in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, String, and_, func, select, type_coerce
from sqlalchemy.orm import Session, joinedload

from kb.rules.calls import HelpKind
from kb.rules.desk import ItemKind
from kb.rules.pages import Kind
from kb.rules.review_states import WAITING
from kb.rules.roles import Actor
from kb.store import flags, help_requests
from kb.store.calls import Call
from kb.store.flags import Flag
from kb.store.gaps import Gap
from kb.store.help_requests import HelpRequest
from kb.store.pages import Page, Revision, readable, visible_to
from kb.store.reaches import Reach
from kb.store.review import LOADED

_REACH = (func.coalesce(Reach.searches, 0), func.coalesce(Reach.calls, 0))


# A tuple, for thousands of them are made for every screen.
class Line(NamedTuple):
    """Of one waiting item only what its place and the filters need; `asked`: a person waits for an answer."""

    kind: ItemKind
    id: int
    since: datetime
    searches: int
    calls: int
    taken_by_id: int | None
    taken_at: datetime | None
    language: str | None = None
    category_id: int | None = None
    asked: bool = False
    on_the_line: bool = False

    @property
    def ages(self) -> bool:
        """Whether somebody handed it in, and waits; words that found nothing were handed in by nobody."""
        return self.kind is not ItemKind.GAP


def lines(db: Session, *, viewer: Actor) -> list[Line]:
    """Everything that waits and that this viewer may read, in no order; four questions, however much it is."""
    return [*_proposals(db, viewer), *_flags(db, viewer), *_requests(db), *_gaps(db)]


def count(db: Session, *, viewer: Actor) -> int:
    """How much waits in all, for the bar."""
    revisions = select(func.count()).select_from(Revision).join(Page, Page.id == Revision.page_id)
    flagged = select(func.count(Flag.id)).join(Page, Page.id == Flag.page_id)
    waiting = (
        revisions.where(readable(viewer), Revision.state.in_(WAITING)),
        flagged.where(Flag.closed_at.is_(None), visible_to(viewer)),
        select(func.count()).select_from(HelpRequest).where(HelpRequest.state.in_(help_requests.WAITING)),
        select(func.count()).select_from(Gap).where(Gap.closed_at.is_(None)),
    )
    return sum(db.scalar(rows) or 0 for rows in waiting)


def revisions(db: Session, ids: Sequence[int], *, viewer: Actor) -> dict[int, Revision]:
    """Those of the waiting revisions that the viewer may read, with everything that a list of them draws."""
    rows = select(Revision).join(Page, Page.id == Revision.page_id).where(readable(viewer), Revision.id.in_(ids))
    live = joinedload(Revision.page).joinedload(Page.current)
    return {one.id: one for one in db.scalars(rows.options(*LOADED, live))} if ids else {}


def flagged(db: Session, ids: Sequence[int], *, viewer: Actor) -> dict[int, Flag]:
    """Those of the flags whose page the viewer may read."""
    return {one.id: one for one in db.scalars(flags.shown(viewer).where(Flag.id.in_(ids)))} if ids else {}


def asked(db: Session, ids: Sequence[int]) -> dict[int, HelpRequest]:
    """These help requests."""
    return {one.id: one for one in db.scalars(help_requests.shown().where(HelpRequest.id.in_(ids)))} if ids else {}


def _rows(db: Session, question: Select[*tuple[Any, ...]]) -> Sequence[Any]:
    """The rows as the driver tells them: to make thousands of them the ORM's takes a quarter longer."""
    db.flush()
    return db.connection().execute(question).all()


def _proposals(db: Session, viewer: Actor) -> list[Line]:
    rows = (
        select(
            and_(Page.kind == Kind.CASE, Page.current_revision_id.is_(None)),
            Revision.id,
            func.coalesce(Revision.submitted_at, Revision.created_at),
            *_REACH,
            Revision.taken_by_id,
            Revision.taken_at,
            type_coerce(Page.language, String),
            Page.category_id,
        )
        .join(Page, Page.id == Revision.page_id)
        .outerjoin(Reach, and_(Reach.item_id == Revision.id, Reach.kind.in_([ItemKind.STORY, ItemKind.EDIT])))
        .where(readable(viewer), Revision.state.in_(WAITING))
    )
    return [Line(ItemKind.STORY if row[0] else ItemKind.EDIT, *row[1:]) for row in _rows(db, rows)]


def _flags(db: Session, viewer: Actor) -> list[Line]:
    rows = (
        select(
            Flag.id,
            Flag.created_at,
            *_REACH,
            Flag.taken_by_id,
            Flag.taken_at,
            type_coerce(Page.language, String),
            Page.category_id,
        )
        .join(Page, Page.id == Flag.page_id)
        .outerjoin(Reach, and_(Reach.item_id == Flag.id, Reach.kind == ItemKind.FLAG))
        .where(Flag.closed_at.is_(None), visible_to(viewer))
    )
    return [Line(ItemKind.FLAG, *row) for row in _rows(db, rows)]


def _requests(db: Session) -> list[Line]:
    # Nobody holds the line for a record of harassment: it is sent when that is over.
    on_the_line = and_(HelpRequest.kind != HelpKind.HARASSMENT, Call.id.is_not(None), Call.ended_at.is_(None))
    rows = (
        select(
            HelpRequest.id,
            HelpRequest.created_at,
            HelpRequest.taken_by_id,
            HelpRequest.taken_at,
            on_the_line,
        )
        .outerjoin(Call, Call.id == HelpRequest.call_id)
        .where(HelpRequest.state.in_(help_requests.WAITING))
    )
    return [
        Line(ItemKind.HELP, number, since, 0, 0, taken_by, taken_at, asked=True, on_the_line=bool(is_open))
        for number, since, taken_by, taken_at, is_open in _rows(db, rows)
    ]


def _gaps(db: Session) -> list[Line]:
    rows = (
        select(Gap.id, Gap.first_at, *_REACH, Gap.taken_by_id, Gap.taken_at)
        .outerjoin(Reach, and_(Reach.item_id == Gap.id, Reach.kind == ItemKind.GAP))
        .where(Gap.closed_at.is_(None))
    )
    return [Line(ItemKind.GAP, *row) for row in _rows(db, rows)]


@dataclass(frozen=True, slots=True)
class About:
    """Which page a waiting proposal or flag is about, and in which words a story tells of it."""

    kind: ItemKind
    id: int
    page_id: int
    title: str = ""
    phrases: tuple[str, ...] = ()


def about(db: Session, *, viewer: Actor) -> list[About]:
    """What every waiting proposal and flag is about that this viewer may read."""
    rows = select(Page.kind, Page.current_revision_id, Revision.id, Page.id, Revision.title, Revision.phrases)
    rows = rows.join(Page, Page.id == Revision.page_id).where(readable(viewer), Revision.state.in_(WAITING))
    found = [
        About(_kind(kind, current), number, page_id, title, tuple(phrases))
        for kind, current, number, page_id, title, phrases in _rows(db, rows)
    ]
    flagged = select(Flag.id, Flag.page_id).join(Page, Page.id == Flag.page_id)
    flagged = flagged.where(Flag.closed_at.is_(None), visible_to(viewer))
    return [*found, *(About(ItemKind.FLAG, number, page_id) for number, page_id in db.execute(flagged))]


def _kind(kind: Kind, current: int | None) -> ItemKind:
    """A story is a case of which nothing was ever approved; everything else is an edit."""
    return ItemKind.STORY if kind is Kind.CASE and current is None else ItemKind.EDIT
