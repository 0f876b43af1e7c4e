"""What many ask now: the pages that were read and searched for most in the last days, the latest days first."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from kb.rules import clock
from kb.rules.roles import VISITOR, Actor
from kb.services import reading, searching
from kb.services.house import House
from kb.services.searching import Wanted
from kb.services.tallying import LED, NEXT, VIEW, ZERO
from kb.store import pages, tallies
from kb.store.base import Session
from kb.store.pages import Page

DAYS = 14
LEAST = 3  # times within these days, or it is chance
LOOKED_AT = 300  # keys of each sort
RANKED = 80  # pages, of every language: they are told apart only when they are read
UNANSWERED = 10  # searches without a hit that are tried again
KEPT = timedelta(minutes=1)  # that a ranking holds
CO_READ_DAYS = 90


@dataclass(frozen=True)
class Asked:
    """Pages that many ask for, then others to fill up; the first `counted` are there because they were counted."""

    pages: list[Page]
    counted: int


def asked(db: Session, house: House, *, viewer: Actor, language: str, limit: int) -> Asked:
    """What many ask now in a language, as far as the viewer may read it, filled up with a first choice of questions."""
    ids = house.tallies.remembered(language, KEPT)
    if ids is None:
        ids = house.tallies.remember(language, _ranked(db, house, language))
    readable = pages.by_ids(db, ids, viewer=viewer)
    found = [readable[one] for one in ids if one in readable and readable[one].language.value == language][:limit]
    rest = reading.often(db, viewer=viewer, language=language, limit=limit + len(found)) if len(found) < limit else []
    known = {page.id for page in found}
    return Asked([*found, *(page for page in rest if page.id not in known)][:limit], len(found))


def read_next(db: Session, page_id: int, *, viewer: Actor, limit: int) -> list[Page]:
    """The pages that readers of this one went on to most, as far as the viewer may read them."""
    since = clock.today() - timedelta(days=CO_READ_DAYS)
    told = tallies.most(db, NEXT, since=since, limit=4 * limit, start=f"{page_id}>")
    ids = [int(key.partition(">")[2]) for key, count in told if count >= LEAST]
    readable = pages.by_ids(db, ids, viewer=viewer)
    return [readable[one] for one in ids if one in readable][:limit]


def _ranked(db: Session, house: House, language: str) -> list[int]:
    """Pages by what they are worth: views, searches that led there, and searches that found nothing until now."""
    today = clock.today()
    weights = {today - timedelta(days=ago): DAYS - ago for ago in range(DAYS)}
    worth: Counter[int] = Counter()
    times: Counter[int] = Counter()

    def add(page_id: int, more: int, count: int) -> None:
        worth[page_id] += more
        times[page_id] += count

    # Whoever searched has asked; whoever only looked may have followed a link. So a search counts beside its view.
    for name in (VIEW, LED):
        for key, more, count in tallies.weighed(db, name, weights, limit=LOOKED_AT):
            add(int(key.partition(" ")[0]), more, count)
    for words, more, count in tallies.weighed(db, ZERO, weights, limit=UNANSWERED):
        if count >= LEAST:
            found = searching.search(db, house, Wanted(words, language=language, limit=1), viewer=VISITOR)
            for result in found.results:
                add(result.page.id, more, count)
    best = sorted((page_id for page_id in worth if times[page_id] >= LEAST), key=lambda one: (-worth[one], one))
    return best[:RANKED]
