"""Count what is read and searched for, without a word about whom: gathered in memory, written every few seconds."""

import logging
import threading
from collections import Counter
from datetime import date, datetime, timedelta

from kb.rules import clock, limits
from kb.rules.roles import VISITOR
from kb.services.checking import one_line
from kb.store import listing, tallies
from kb.store.base import Store
from kb.text import japanese, personal_data

log = logging.getLogger("kb.tallying")

PAUSE = 5.0  # seconds between two writings

# What is counted, and of what the keys are made.
VIEW = "view"  # a page's number
NEXT = "next"  # 12>15: page 15 was read after page 12
LED = "led"  # "12 words": these words, searched for, led to page 12
SEARCH = "search"  # words of a search that somebody settled on
ZERO = "zero"  # words of such a search that found nothing

_Key = tuple[date, str, str]


class Tallies:
    """What has been counted and is not written yet; for many threads at once.

    Writing every view at once would make each one wait for the database's only write lock. So a crash loses what the
    last seconds counted, and nothing else. Beyond limits.TALLIES_HELD different keys, new ones are not counted.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: Counter[_Key] = Counter()
        self._ranked: dict[str, tuple[datetime, list[int]]] = {}

    def viewed(self, page_id: int, *, before: int | None = None, words: str = "") -> None:
        """Count that a page was read, after the page `before`, found by these words; `flush` leaves hidden ones out."""
        found = [(VIEW, str(page_id))]
        if before is not None and before != page_id:
            found.append((NEXT, f"{before}>{page_id}"))
        if words := countable(words):
            found.append((LED, f"{page_id} {words}"))
        self._count(found)

    def searched(self, words: str, *, is_empty: bool) -> None:
        """Count that somebody settled on a search for these words, and whether it found nothing."""
        if words := countable(words):
            self._count([(ZERO if is_empty else SEARCH, words)])

    def flush(self, store: Store) -> int:
        """Write what was counted and return how many keys that were; pages that customers can't read are left out.

        If the database fails, the counts are kept for the next time and its error is raised.
        """
        with self._lock:
            taken, self._held = self._held, Counter()
        if not taken:
            return 0
        try:
            with store.reading() as db:
                asked = sorted({page for key in taken for page in _pages(key)})
                public = listing.facts(db, asked, viewer=VISITOR).keys()
            kept = {key: count for key, count in taken.items() if all(page in public for page in _pages(key))}
            if kept:
                with store.writing() as db:
                    tallies.add(db, kept)
        except Exception:
            self._add(taken)
            raise
        return len(kept)

    def remember(self, language: str, ranked: list[int]) -> list[int]:
        """Keep a ranking of pages, which is expensive to make; returns it."""
        self._ranked[language] = clock.now(), ranked
        return ranked

    def remembered(self, language: str, longest: timedelta) -> list[int] | None:
        """The ranking that was kept for a language, unless it is older than this."""
        at, ranked = self._ranked.get(language, (None, None))
        return ranked if at is not None and clock.now() - at < longest else None

    def _count(self, found: list[tuple[str, str]]) -> None:
        day = clock.today()
        self._add(Counter((day, name, key) for name, key in found))

    def _add(self, counts: Counter[_Key]) -> None:
        with self._lock:
            for key, count in counts.items():
                if key in self._held or len(self._held) < limits.TALLIES_HELD:
                    self._held[key] += count


def countable(words: str) -> str:
    """Searched words as they are counted: folded, in one line; empty if too long, or if they tell of a person."""
    folded = one_line(japanese.fold(words[: limits.QUERY]))
    if len(folded) > limits.TALLY_WORDS or personal_data.mask(folded) != folded:
        return ""
    return folded


def forget(store: Store) -> int:
    """Delete what was counted more than limits.TALLY_DAYS ago; how many rows that were."""
    with store.writing() as db:
        return tallies.forget(db, before=clock.today() - timedelta(days=limits.TALLY_DAYS))


class Keeper(threading.Thread):
    """Writes what a process has counted every few seconds, and at `stop`; forgets what is old once a day."""

    def __init__(self, store: Store, held: Tallies, *, pause: float = PAUSE) -> None:
        super().__init__(name="tallies", daemon=True)
        self._store, self._tallies, self._pause = store, held, pause
        self._stopping = threading.Event()
        self._forgot: date | None = None

    def run(self) -> None:
        while not self._stopping.wait(self._pause):
            self._work()

    def stop(self) -> None:
        """End, with everything written that was counted so far."""
        self._stopping.set()
        if self.is_alive():
            self.join(timeout=10)
        self._work()

    def _work(self) -> None:
        try:
            self._tallies.flush(self._store)
            if self._forgot != clock.today():
                forget(self._store)
                self._forgot = clock.today()
        except Exception:  # The thread must outlive a passing fault: a full disk, a locked database.
            log.exception("counts could not be written and are kept for the next time")


def _pages(key: _Key) -> tuple[int, ...]:
    """The pages that a key is about."""
    _day, name, about = key
    if name == NEXT:
        before, _, after = about.partition(">")
        return int(before), int(after)
    return (int(about.partition(" ")[0]),) if name in (VIEW, LED) else ()
