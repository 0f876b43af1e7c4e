"""Inquiries, from staff's side: list, take, give back, close, and make a page of one."""

from dataclasses import dataclass
from datetime import timedelta

from kb.rules import clock, limits
from kb.rules.errors import Conflict, Invalid, NotFound
from kb.rules.inquiries import InquiryState, number_in, require_move
from kb.rules.roles import Actor, Permission, may, require
from kb.services import masking
from kb.services.checking import one_line
from kb.services.inquiring import TALLY, Count
from kb.store import events, inquiries, pages, tallies
from kb.store.base import Session
from kb.store.inquiries import Inquiry
from kb.store.pages import Page

FIGURE_DAYS = 30


@dataclass(frozen=True)
class Seed:
    """What a new page takes from an inquiry: the customer's own words, without personal data."""

    subject: str
    words: str


def listing(db: Session, state: InquiryState, *, offset: int = 0, limit: int, viewer: Actor) -> list[Inquiry]:
    """Inquiries in a state; what waits longest comes first."""
    require(viewer, Permission.ANSWER_INQUIRIES)
    return inquiries.in_state(db, state, offset=offset, limit=limit)


def counts(db: Session, *, viewer: Actor) -> dict[InquiryState, int]:
    """How many there are in each state."""
    require(viewer, Permission.ANSWER_INQUIRIES)
    return inquiries.counts(db)


def get(db: Session, inquiry_id: int, *, viewer: Actor) -> Inquiry:
    """One inquiry; raises NotFound, also once its time is over."""
    require(viewer, Permission.ANSWER_INQUIRIES)
    found = inquiries.get(db, inquiry_id)
    if found is None:
        raise NotFound()
    return found


def numbered(db: Session, typed: str, *, viewer: Actor) -> Inquiry | None:
    """The inquiry with the receipt number that a customer reads out, however it was typed."""
    require(viewer, Permission.ANSWER_INQUIRIES)
    number = number_in(typed)
    return inquiries.numbered(db, number) if number else None


def figures(db: Session, *, viewer: Actor) -> dict[Count, int]:
    """How often answers were shown, one was enough, and an inquiry was sent, in the last FIGURE_DAYS days."""
    require(viewer, Permission.ANSWER_INQUIRIES)
    since = clock.today() - timedelta(days=FIGURE_DAYS - 1)
    return {what: tallies.total(db, TALLY, what.value, since=since) for what in Count}


def offered(db: Session, inquiry: Inquiry, *, viewer: Actor) -> list[Page]:
    """The pages that its sender was shown, as far as they are still there."""
    known = pages.by_ids(db, inquiry.offered, viewer=viewer)
    return [known[one] for one in inquiry.offered if one in known]


def answer_page(db: Session, inquiry: Inquiry, *, viewer: Actor) -> Page | None:
    """The page that answers it, or what that story became; None while this reader can't see one."""
    found = pages.get(db, inquiry.page_id, viewer=viewer) if inquiry.page_id else None
    revisions = pages.revisions_of(db, inquiry.page_id, viewer=viewer) if inquiry.page_id else []
    became = next((one.outcome_page_id for one in revisions if one.outcome_page_id), None)
    return (pages.get(db, became, viewer=viewer) if became else None) or found


def take(db: Session, inquiry_id: int, *, by: Actor) -> Inquiry:
    """Say that one is on it, or open a closed one again; raises Conflict when somebody else was first."""
    found = _to_change(db, inquiry_id, by=by)
    if found.state is InquiryState.TAKEN and found.handled_by_id == by.id:
        return found
    _move(db, found, InquiryState.TAKEN, "inquiry taken", by=by)
    found.handled_by_id, found.closed_at = by.id, None
    return found


def give_back(db: Session, inquiry_id: int, *, by: Actor) -> Inquiry:
    """Let somebody else do it; an SV may free what another person has taken."""
    found = _to_change(db, inquiry_id, by=by)
    if not may(by, Permission.REVIEW):
        _require_mine(found, by=by)
    _move(db, found, InquiryState.OPEN, "inquiry given back", by=by)
    found.handled_by_id = None
    return found


def close(db: Session, inquiry_id: int, *, note: str, page_id: int | None, by: Actor) -> Inquiry:
    """Say that it is done, how, and which page answered it; raises Invalid for note and page, Conflict."""
    found = _to_change(db, inquiry_id, by=by)
    _require_mine(found, by=by)
    note = one_line(note)
    if len(note) > limits.NOTE:
        raise Invalid("%(limit)s文字までにしてください。", field="note", limit=limits.NOTE)
    if page_id is not None and pages.get(db, page_id, viewer=by) is None:
        raise Invalid("この番号の記事は見つかりません。", field="page")
    _move(db, found, InquiryState.CLOSED, "inquiry closed", by=by)
    found.note, found.closed_at = note, clock.now()
    if page_id is not None:
        found.page_id = page_id
    return found


def seed(db: Session, inquiry_id: int, *, by: Actor) -> Seed:
    """What a page made from this inquiry begins with; raises NotFound."""
    found = get(db, inquiry_id, viewer=by)
    subject, text = masking.masked(db, found.subject), masking.masked(db, found.text)
    return Seed(subject, text if text.startswith(subject) else f"{subject}\n{text}")


def link(db: Session, inquiry_id: int, page: Page, *, by: Actor) -> None:
    """Remember which page was made from an inquiry; one that is gone meanwhile changes nothing."""
    require(by, Permission.ANSWER_INQUIRIES)
    found = inquiries.get(db, inquiry_id, to_change=True)
    if found is not None and found.page_id != page.id:
        found.page_id = page.id
        events.record(db, "inquiry became a page", by=by, page_id=page.id, inquiry=found.id, line=found.number)


def _to_change(db: Session, inquiry_id: int, *, by: Actor) -> Inquiry:
    require(by, Permission.ANSWER_INQUIRIES)
    found = inquiries.get(db, inquiry_id, to_change=True)
    if found is None:
        raise NotFound()
    return found


def _require_mine(found: Inquiry, *, by: Actor) -> None:
    if found.state is InquiryState.TAKEN and found.handled_by_id != by.id:
        raise Conflict("ほかの人が対応しています。その人に手放してもらってください。")


def _move(db: Session, found: Inquiry, to: InquiryState, verb: str, *, by: Actor) -> None:
    require_move(found.state, to)
    found.state = to
    events.record(db, verb, by=by, inquiry=found.id, line=found.number)
