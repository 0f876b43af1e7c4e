"""What changed since somebody worked last, what they use most on top; and what of it they have confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kb.rules import clock, limits
from kb.rules.calls import StepKind
from kb.rules.errors import NotFound
from kb.rules.pages import Kind, Significance
from kb.rules.roles import Actor, Permission, may, require
from kb.services import shifting
from kb.store import at_hand as store
from kb.store import call_lists, pages, shifts
from kb.store.at_hand import Change, Ended
from kb.store.base import Session
from kb.store.pages import Page
from kb.store.shifts import ChangeRead

OFTEN = timedelta(days=30)  # in which a use by anybody counts


class What(StrEnum):
    """What happened to a page."""

    NEW = "new"
    CHANGED = "changed"
    ADVICE = "advice"
    ENDED = "ended"


@dataclass(frozen=True)
class News:
    """One page that changed, in one line.

    `revision_id` is what is confirmed; `before` and `after` are the numbers of the versions to compare, `before` None
    for a page that is new to this reader. `mine` is how often they used it, `uses` how often everybody did.
    """

    page_id: int
    kind: Kind
    title: str
    what: What
    revision_id: int
    before: int | None
    after: int
    note: str
    at: datetime
    mine: int
    is_favourite: bool
    uses: int
    moved_to: Page | None = None


@dataclass(frozen=True)
class Paper:
    """The news of one reader; `since` is None on their first day."""

    since: datetime | None
    news: list[News]


def paper(db: Session, *, viewer: Actor) -> Paper:
    """What changed since the viewer worked last and they have not confirmed: what they use first, then favourites,
    then what everybody uses, then the newest."""
    require(viewer, Permission.READ_STAFF)
    away = shifting.away(db, viewer=viewer)
    if away is None or viewer.id is None:
        return Paper(None, [])
    mine, liked = store.used_by(db, viewer.id), shifts.favourite_ids(db, viewer.id)
    changed = store.changes(db, away.since, away.kept_since, viewer=viewer, limit=limits.CHANGES)
    # Whoever may not open an archived page learns of its end only if they knew it.
    known = None if may(viewer, Permission.ARCHIVE) else [*mine, *liked]
    gone = store.ended(db, away.since, viewer=viewer, among=known, limit=limits.CHANGES)
    ids = list({one.page_id for one in changed} | {one.page_id for one in gone})
    read = shifts.changes_read(db, viewer.id, ids)
    facts = _Facts(mine, liked, call_lists.calls_with(db, StepKind.USE, ids, since=clock.now() - OFTEN))
    news = _changes(db, changed, read, facts, viewer=viewer) + _ends(db, gone, read, facts, viewer=viewer)
    return Paper(away.since, sorted(news, key=_place))


def confirm(db: Session, revision_id: int, *, by: Actor) -> datetime:
    """Note that somebody has read one of their news; returns the moment, by which it can be taken back."""
    known = {one.revision_id for one in paper(db, viewer=by).news}
    if revision_id not in known and not _is_read(db, revision_id, by=by):
        raise NotFound()
    return _note(db, [revision_id], by=by)


def confirm_all(db: Session, until: datetime, *, by: Actor) -> tuple[datetime, int]:
    """Note that somebody has read all of their news up to a moment: what came later they have not seen yet.

    Returns the moment by which it can be taken back, and how many news it were.
    """
    ids = [one.revision_id for one in paper(db, viewer=by).news if one.at <= until]
    return _note(db, ids, by=by), len(ids)


def take_back(db: Session, at: datetime, *, by: Actor) -> int:
    """Undo what was confirmed at a moment; returns how much that was."""
    require(by, Permission.READ_STAFF)
    return shifts.forget_changes_read(db, by.id, at) if by.id is not None else 0


@dataclass(frozen=True)
class _Facts:
    mine: dict[int, int]
    liked: set[int]
    uses: dict[int, int]

    def of(self, page_id: int) -> tuple[int, bool, int]:
        return self.mine.get(page_id, 0), page_id in self.liked, self.uses.get(page_id, 0)


def _place(one: News) -> tuple[int, bool, int, float]:
    return -one.mine, not one.is_favourite, -one.uses, -one.at.timestamp()


def _changes(
    db: Session, found: Sequence[Change], read: dict[int, tuple[int, datetime]], facts: _Facts, *, viewer: Actor
) -> list[News]:
    """One piece of news a page, from its versions that are still to be confirmed."""
    unread: dict[int, list[Change]] = {}
    for one in found:
        if one.number > read.get(one.page_id, (0, one.at))[0]:
            unread.setdefault(one.page_id, []).append(one)
    numbers = store.approved_numbers(db, list(unread), viewer=viewer)
    news = []
    for page_id, several in unread.items():
        newest, oldest = max(several, key=_number), min(several, key=_number)
        before = max((n for n in numbers.get(page_id, []) if n < oldest.number), default=None)
        is_advice = any(one.significance is Significance.ADVICE for one in several)
        what = What.NEW if before is None else What.ADVICE if is_advice else What.CHANGED
        mine, liked, uses = facts.of(page_id)
        note = next((one.note for one in sorted(several, key=_number, reverse=True) if one.note), "")
        news.append(
            News(
                *(page_id, newest.kind, newest.title, what, newest.revision_id, before, newest.number),
                *(note, newest.at, mine, liked, uses),
            )
        )
    return news


def _number(one: Change) -> int:
    return one.number


def _ends(
    db: Session, found: Sequence[Ended], read: dict[int, tuple[int, datetime]], facts: _Facts, *, viewer: Actor
) -> list[News]:
    targets = pages.by_ids(db, [one.moved_to for one in found if one.moved_to is not None], viewer=viewer)
    return [
        News(
            *(one.page_id, one.kind, one.title, What.ENDED, one.revision_id, None, one.number, "", one.at),
            *facts.of(one.page_id),
            targets.get(one.moved_to) if one.moved_to is not None else None,
        )
        for one in found
        if one.page_id not in read or read[one.page_id][1] < one.at
    ]


def _is_read(db: Session, revision_id: int, *, by: Actor) -> bool:
    return by.id is not None and db.get(ChangeRead, (by.id, revision_id)) is not None


def _note(db: Session, ids: Sequence[int], *, by: Actor) -> datetime:
    assert by.id is not None
    now = clock.now()
    for revision_id in ids:
        known = db.get(ChangeRead, (by.id, revision_id))
        if known is None:
            db.add(ChangeRead(user_id=by.id, revision_id=revision_id, at=now))
        else:
            known.at = now
    db.flush()
    shifting.touch(db, by=by)
    return now
