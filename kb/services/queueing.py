"""The review desk's one queue: everything that waits, in the order of what it would change; take and give back."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from kb.rules import clock, desk, ranking
from kb.rules.desk import ItemKind
from kb.rules.ranking import Reason
from kb.rules.roles import Actor, Permission, require
from kb.services import flagging, gapping, helping, reviewing
from kb.store import gaps, waiting
from kb.store.base import Session
from kb.store.flags import Flag
from kb.store.gaps import Gap
from kb.store.help_requests import HelpRequest
from kb.store.pages import Revision
from kb.store.waiting import Line

__all__ = ["ItemKind", "Line", "Reason"]

Thing = Revision | Flag | HelpRequest | Gap
_VERBS = {
    ItemKind.HELP: (helping.take, helping.give_back),
    ItemKind.STORY: (reviewing.take, reviewing.give_back),
    ItemKind.EDIT: (reviewing.take, reviewing.give_back),
    ItemKind.FLAG: (flagging.take, flagging.give_back),
    ItemKind.GAP: (gapping.take, gapping.give_back),
}


@dataclass(frozen=True)
class Wanted:
    """What the queue is narrowed to. `hold`: mine, free or waiting (somebody waits for an answer)."""

    kind: ItemKind | None = None
    hold: str = ""
    shelf: int | None = None
    language: str = ""


@dataclass(frozen=True)
class Row:
    """One item in full, and why it is where it is; `holder_id` is who is on it now."""

    line: Line
    thing: Thing
    reason: Reason
    holder_id: int | None


@dataclass(frozen=True)
class Queue:
    """One screen of the queue. Counts are of what would be left if only that filter were changed.

    `waiting` is how much there is whatever the filters say; the others map each value to its count, and "" to all.
    """

    rows: list[Row]
    total: int
    waiting: int
    kinds: dict[str, int]
    holds: dict[str, int]
    shelves: dict[str, int]
    languages: dict[str, int]


def queue(db: Session, wanted: Wanted, *, offset: int = 0, limit: int, viewer: Actor) -> Queue:
    """One screen of what waits and the viewer may read, the most worthwhile first, and how much there is of each."""
    require(viewer, Permission.REVIEW)
    require(viewer, Permission.HELP)
    now = clock.now()
    everything = waiting.lines(db, viewer=viewer)
    sifted = _sifted(everything, wanted, viewer, now)
    first = offset + limit
    found = heapq.nsmallest(first, sifted[""], key=lambda line: (*ranking.place(line, now), line.kind, line.id))
    holds = [hold for line in sifted["hold"] for hold in _holds(line, viewer, now)]
    return Queue(
        rows=_rows(db, found[offset:], now, viewer=viewer),
        total=len(sifted[""]),
        waiting=len(everything),
        kinds=_counts(map(attrgetter("kind"), sifted["kind"]), len(sifted["kind"])),
        holds=_counts(holds, len(sifted["hold"])),
        shelves=_counts(map(attrgetter("category_id"), sifted["shelf"]), len(sifted["shelf"])),
        languages=_counts(map(attrgetter("language"), sifted["language"]), len(sifted["language"])),
    )


def row(db: Session, kind: ItemKind, item_id: int, *, viewer: Actor) -> Row | None:
    """One waiting item as the queue shows it; None once it waits no more, or for what the viewer may not read."""
    require(viewer, Permission.REVIEW)
    now = clock.now()
    lines = [line for line in waiting.lines(db, viewer=viewer) if (line.kind, line.id) == (kind, item_id)]
    return next(iter(_rows(db, lines, now, viewer=viewer)), None)


def count(db: Session, *, viewer: Actor) -> int:
    """How much waits in all, for the bar."""
    require(viewer, Permission.REVIEW)
    return waiting.count(db, viewer=viewer)


def take(db: Session, kind: ItemKind, item_id: int, *, by: Actor) -> None:
    """Begin to work on an item of any kind; raises NotFound, Conflict with the name of whoever has it."""
    _VERBS[kind][0](db, item_id, by=by)


def give_back(db: Session, kind: ItemKind, item_id: int, *, by: Actor) -> None:
    """Leave an item of any kind to the others; raises NotFound, Conflict."""
    _VERBS[kind][1](db, item_id, by=by)


def _holds(line: Line, viewer: Actor, now: datetime) -> tuple[str, ...]:
    """Under which of mine, free and waiting an item falls."""
    holder = line.taken_by_id
    if holder is not None and not desk.is_held(holder, line.taken_at, now):
        holder = None
    if line.asked:
        return ("free", "waiting") if holder is None else ("mine", "waiting") if holder == viewer.id else ("waiting",)
    return ("free",) if holder is None else ("mine",) if holder == viewer.id else ()


def _sifted(lines: list[Line], wanted: Wanted, viewer: Actor, now: datetime) -> dict[str, list[Line]]:
    """By the name of each filter what all the others let through, and under "" what every filter does."""
    tests: dict[str, Callable[[Line], bool]] = {}
    if wanted.kind is not None:
        tests["kind"] = lambda line: line.kind is wanted.kind
    if wanted.hold:
        tests["hold"] = lambda line: wanted.hold in _holds(line, viewer, now)
    if wanted.shelf is not None:
        tests["shelf"] = lambda line: line.category_id == wanted.shelf
    if wanted.language:
        tests["language"] = lambda line: line.language == wanted.language
    found: dict[str, list[Line]] = {}
    for name in ("", "kind", "hold", "shelf", "language"):
        left = lines
        # A filter that is not set lets everything through, and costs nothing.
        for other, test in tests.items():
            left = left if other == name else [line for line in left if test(line)]
        found[name] = found[""] if name and name not in tests else left
    return found


def _counts(values: Iterable[Any], total: int) -> dict[str, int]:
    """How often each value comes, nothing left out; and all in all under ""."""
    counted = {str(value): count for value, count in Counter(values).items() if value is not None}
    return {**counted, "": total}


def _rows(db: Session, lines: list[Line], now: datetime, *, viewer: Actor) -> list[Row]:
    """The items in full, in the same order; one question for each kind of them."""

    def ids(*kinds: ItemKind) -> list[int]:
        return [line.id for line in lines if line.kind in kinds]

    revisions = waiting.revisions(db, ids(ItemKind.STORY, ItemKind.EDIT), viewer=viewer)
    known: dict[ItemKind, Mapping[int, Thing]] = {
        ItemKind.STORY: revisions,
        ItemKind.EDIT: revisions,
        ItemKind.FLAG: waiting.flagged(db, ids(ItemKind.FLAG), viewer=viewer),
        ItemKind.HELP: waiting.asked(db, ids(ItemKind.HELP)),
        ItemKind.GAP: gaps.by_ids(db, ids(ItemKind.GAP)),
    }
    return [
        Row(
            line,
            known[line.kind][line.id],
            ranking.reason(line, now),
            line.taken_by_id if desk.is_held(line.taken_by_id, line.taken_at, now) else None,
        )
        for line in lines
        if line.id in known[line.kind]
    ]
