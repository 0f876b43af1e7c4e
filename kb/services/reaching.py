"""Count what deciding on each waiting item would touch: the searches and calls of the last days; a job, never a GET."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta

from kb.rules import clock, limits
from kb.rules.calls import StepKind
from kb.rules.desk import ItemKind
from kb.rules.roles import SYSTEM
from kb.services import gapping, tallying
from kb.services.gapping import InVain
from kb.store import call_lists, gaps, reaches, tallies, waiting
from kb.store.base import Session, Store
from kb.store.call_lists import Searched
from kb.store.waiting import About

STEPS = 50_000  # searches of calls that are looked through, the latest first
LED = 20_000  # pairs of words and the page that they led to
WORDS = 5_000  # wordings of customers, the most frequent ones

Key = tuple[ItemKind, int]
Counts = tuple[int, int]


def count(store: Store) -> int:
    """Bring gaps and reaches in step with the last days; returns how many reaches changed.

    Everything is read and put together first, so that the one write lock is held for a moment only.
    """
    found = gapping.note(store)
    with store.reading() as db:
        counted = {**_stories_and_pages(db), **_gaps(db, found)}
    with store.writing() as db:
        return reaches.replace(db, counted, at=clock.now())


def _gaps(db: Session, found: Mapping[str, InVain]) -> dict[Key, Counts]:
    since = clock.now() - timedelta(days=limits.REACH_DAYS)
    counted: dict[Key, Counts] = {}
    for key, gap in gaps.keyed(db).items():
        if gap.closed_at is None and key in found:
            counted[ItemKind.GAP, gap.id] = found[key].by_customers(since), found[key].in_calls(since)
    return counted


def _stories_and_pages(db: Session) -> dict[Key, Counts]:
    """Of flags and edits: the searches that led to their page, and the calls that it answered.

    Of stories, besides, the searches and calls whose words all stand in the story's title or in its customer's words.
    """
    since = clock.now() - timedelta(days=limits.REACH_DAYS)
    items = waiting.about(db, viewer=SYSTEM)
    used = call_lists.calls_with(db, StepKind.USE, sorted({one.page_id for one in items}), since=since)
    first = since.astimezone(clock.HERE).date()
    led: Counter[int] = Counter()
    for key, times in tallies.most(db, tallying.LED, since=first, limit=LED):
        led[int(key.partition(" ")[0])] += times
    counted = {(one.kind, one.id): (led[one.page_id], used.get(one.page_id, 0)) for one in items}
    stories = [one for one in items if one.kind is ItemKind.STORY]
    if stories:
        names = (tallying.SEARCH, tallying.ZERO)
        asked = [pair for name in names for pair in tallies.most(db, name, since=first, limit=WORDS)]
        told = call_lists.searched(db, since=since, limit=STEPS)
        for story_id, (searches, calls) in _alike(stories, asked, told).items():
            led_to, answered = counted[ItemKind.STORY, story_id]
            counted[ItemKind.STORY, story_id] = led_to + searches, max(answered, calls)
    return counted


def _alike(stories: Iterable[About], asked: Iterable[tuple[str, int]], told: Iterable[Searched]) -> dict[int, Counts]:
    """By story: how many of these searches of customers, and how many of these calls, ask in its own words."""
    holding: defaultdict[str, set[int]] = defaultdict(set)
    for story in stories:
        for line in (story.title, *story.phrases):
            for term in gapping.terms(line):
                holding[term].add(story.id)
    searches: Counter[int] = Counter()
    calls: defaultdict[int, set[int]] = defaultdict(set)
    for words, times in asked:
        for story_id in _telling(words, holding):
            searches[story_id] += times
    for one in told:
        for story_id in _telling(one.words, holding):
            calls[story_id].add(one.call_id)
    return {story_id: (searches[story_id], len(calls[story_id])) for story_id in {*searches, *calls}}


def _telling(words: str, holding: Mapping[str, set[int]]) -> set[int]:
    """The stories that hold every term of these words."""
    terms = gapping.terms(words)
    return set.intersection(*(holding.get(term, set()) for term in terms)) if terms else set()
