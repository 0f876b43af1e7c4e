"""What an operator finds before anything is typed: favourites, recent pages, own calls, notices to confirm."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time

from kb.rules import clock, limits
from kb.rules.calls import Outcome, StepKind
from kb.rules.errors import Conflict, NotFound
from kb.rules.outbound import OUTBOUND, Aim, aim_of, campaigns_of
from kb.rules.roles import Actor, Permission, require
from kb.services import notices, shifting
from kb.services.notices import Shown
from kb.store import at_hand as store
from kb.store import notices as notice_store
from kb.store import pages, shifts
from kb.store.base import Session
from kb.store.calls import Call
from kb.store.pages import Page
from kb.store.shifts import Favourite, NoticeRead

RECENT = 9  # as many as have a key
SCRIPTS = 200


@dataclass(frozen=True)
class Board:
    """The notices that hold now: those that the viewer has still to confirm, and those that they have confirmed."""

    unread: list[Shown]
    confirmed: list[Shown]


@dataclass(frozen=True)
class Told:
    """One of the viewer's calls in short: `words` is its purpose, or what was searched for first."""

    call: Call
    words: str
    used: list[Page]


@dataclass(frozen=True)
class Today:
    """The viewer's calls of this day, the latest first; `counts` is by outcome, None for what has not ended."""

    calls: list[Told]
    counts: dict[Outcome | None, int]


@dataclass(frozen=True)
class Campaign:
    name: str
    scripts: list[Page]


@dataclass(frozen=True)
class Outbound:
    """Where outbound calls begin: campaigns by name, and all scripts by what they are for."""

    campaigns: list[Campaign]
    aims: dict[Aim, list[Page]]
    count: int


def favourites(db: Session, *, viewer: Actor) -> list[Page]:
    """The viewer's favourite pages, the newest favourite first."""
    require(viewer, Permission.READ_STAFF)
    if viewer.id is None:
        return []
    return shifts.favourites(db, viewer.id, viewer=viewer, limit=limits.FAVOURITES)


def is_favourite(db: Session, page_id: int, *, viewer: Actor) -> bool:
    """Whether this page is one of the viewer's favourites."""
    return viewer.id is not None and shifts.favourite(db, viewer.id, page_id) is not None


def add_favourite(db: Session, page_id: int, *, by: Actor) -> None:
    """Put a page among one's favourites; raises NotFound, and Conflict where there are a hundred already."""
    require(by, Permission.READ_STAFF)
    if by.id is None or pages.get(db, page_id, viewer=by) is None:
        raise NotFound()
    if shifts.favourite(db, by.id, page_id) is not None:
        return
    if len(favourites(db, viewer=by)) >= limits.FAVOURITES:
        raise Conflict(
            "お気に入りは%(limit)s件までです。使わなくなった記事を外してから、もう一度お試しください。",
            limit=limits.FAVOURITES,
        )
    db.add(Favourite(user_id=by.id, page_id=page_id, created_at=clock.now()))
    db.flush()
    shifting.touch(db, by=by)


def drop_favourite(db: Session, page_id: int, *, by: Actor) -> None:
    """Take a page out of one's favourites; one that is none stays none."""
    require(by, Permission.READ_STAFF)
    found = shifts.favourite(db, by.id, page_id) if by.id is not None else None
    if found is not None:
        db.delete(found)
        db.flush()


def recent(db: Session, *, viewer: Actor) -> list[Page]:
    """The pages that the viewer opened or used in calls, the latest first."""
    require(viewer, Permission.READ_STAFF)
    return store.recent(db, viewer.id, viewer=viewer, limit=RECENT) if viewer.id is not None else []


def board(db: Session, *, viewer: Actor) -> Board:
    """The notices for the viewer, by whether they have confirmed them."""
    require(viewer, Permission.READ_STAFF)
    holding = notices.current(db, viewer=viewer)
    ids = [one.notice.id for one in holding]
    read = shifts.notices_read(db, viewer.id, ids) if viewer.id is not None and ids else set()
    return Board(
        [one for one in holding if one.notice.id not in read], [one for one in holding if one.notice.id in read]
    )


def confirm_notice(db: Session, notice_id: int, *, by: Actor) -> None:
    """Note that somebody has read a notice; raises NotFound for one that is not for them."""
    require(by, Permission.READ_STAFF)
    if by.id is None or notice_store.get(db, notice_id, viewer=by) is None:
        raise NotFound()
    if db.get(NoticeRead, (by.id, notice_id)) is None:
        db.add(NoticeRead(user_id=by.id, notice_id=notice_id, at=clock.now()))
        db.flush()
    shifting.touch(db, by=by)


def take_back_notice(db: Session, notice_id: int, *, by: Actor) -> None:
    """Undo `confirm_notice`."""
    require(by, Permission.READ_STAFF)
    found = db.get(NoticeRead, (by.id, notice_id)) if by.id is not None else None
    if found is not None:
        db.delete(found)
        db.flush()


def today(db: Session, *, viewer: Actor) -> Today:
    """The viewer's own calls since midnight in Japan."""
    require(viewer, Permission.TAKE_CALLS)
    midnight = datetime.combine(clock.today(), time(), clock.HERE)
    found = store.calls_since(db, viewer.id, midnight) if viewer.id is not None else []
    counts = Counter(call.outcome for call in found)
    order: tuple[Outcome | None, ...] = (*Outcome, None)
    return Today(_told(db, found, viewer=viewer), {outcome: counts[outcome] for outcome in order if counts[outcome]})


def outbound(db: Session, *, viewer: Actor, language: str) -> Outbound:
    """Where outbound calls begin, in one language."""
    require(viewer, Permission.TAKE_CALLS)
    tags = [OUTBOUND[language]]
    found = store.tagged_scripts(db, tags, viewer=viewer, language=language, limit=SCRIPTS)
    aims: dict[Aim, list[Page]] = {aim: [] for aim in Aim}
    campaigns: dict[str, list[Page]] = {}
    for page in found:
        said = page.current.tags if page.current is not None else []
        aims[aim_of(said)].append(page)
        for name in campaigns_of(said):
            campaigns.setdefault(name, []).append(page)
    named = [Campaign(name, scripts) for name, scripts in sorted(campaigns.items())]
    return Outbound(named, {aim: scripts for aim, scripts in aims.items() if scripts}, len(found))


def _told(db: Session, found: list[Call], *, viewer: Actor) -> list[Told]:
    used = {
        call.id: list(
            dict.fromkeys(
                step.page_id
                for step in call.steps
                if step.kind is StepKind.USE and step.undone_at is None and step.page_id is not None
            )
        )
        for call in found
    }
    known = pages.by_ids(db, sorted({one for ids in used.values() for one in ids}), viewer=viewer)
    return [
        Told(call, call.purpose or _first_words(call), [known[one] for one in used[call.id] if one in known])
        for call in found
    ]


def _first_words(call: Call) -> str:
    return next((step.words for step in call.steps if step.kind is StepKind.SEARCH and step.words), "")
