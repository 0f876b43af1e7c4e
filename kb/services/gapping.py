"""Gaps: gather what was searched for in vain, and decide on it: write a page, keep a synonym, or dismiss it."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import lru_cache

from kb.rules import clock, limits
from kb.rules.desk import GapDecision
from kb.rules.errors import Conflict, Invalid, NotFound
from kb.rules.roles import SYSTEM, Actor, Permission, require
from kb.services import holding, masking, synonyms, tallying, wordings
from kb.services.checking import one_line
from kb.store import call_lists, events, gaps, pages, tallies
from kb.store.base import Session, Store
from kb.store.gaps import Gap
from kb.store.pages import Page
from kb.text import japanese

__all__ = ["Gap", "GapDecision"]

STEPS = 20_000  # searches in vain of calls that are looked through, the latest first
# How often the words must come again to open a decided gap anew. A page or a synonym was meant to answer them, so once
# shows that it does not; what was dismissed must be asked for again and again before it is anybody's business.
AGAIN = {GapDecision.PAGE: 1, GapDecision.SYNONYM: 1, GapDecision.DISMISSED: limits.GAP_AGAIN}


@dataclass
class InVain:
    """One wording under its key: when customers missed it, in which calls operators did, and how each spelt it."""

    spelt: Counter[str] = field(default_factory=Counter)
    days: list[tuple[datetime, int]] = field(default_factory=list)
    calls: dict[int, datetime] = field(default_factory=dict)
    is_said: bool = False

    def times(self, since: datetime | None = None) -> int:
        """How often in all, or after a moment; of a day only whole days after it."""
        return self.by_customers(since) + self.in_calls(since)

    def by_customers(self, since: datetime | None = None) -> int:
        return sum(count for at, count in self.days if since is None or at > since)

    def in_calls(self, since: datetime | None = None) -> int:
        return sum(since is None or at > since for at in self.calls.values())

    @property
    def moments(self) -> list[datetime]:
        return [*(at for at, _count in self.days), *self.calls.values()]


def get(db: Session, gap_id: int, *, viewer: Actor) -> Gap:
    """One gap, decided on or not; raises NotFound."""
    require(viewer, Permission.REVIEW)
    found = gaps.get(db, gap_id)
    if found is None:
        raise NotFound()
    return found


def take(db: Session, gap_id: int, *, by: Actor) -> Gap:
    """Say that one is on it; raises NotFound, Conflict when it is decided or another one is on it."""
    found = _waiting(db, gap_id, by=by)
    if holding.claim(found, by=by):
        _record(db, "gap taken", found, by=by)
    return found


def give_back(db: Session, gap_id: int, *, by: Actor) -> Gap:
    """Leave it to the other SVs; raises NotFound, Conflict when it is decided or another one is on it."""
    found = _waiting(db, gap_id, by=by)
    if found.taken_by_id is not None:
        holding.require_free(found, by=by)
        holding.free(found)
        _record(db, "gap given back", found, by=by)
    return found


def dismiss(db: Session, gap_id: int, reason: str, *, by: Actor) -> Gap:
    """Decide that nothing is to be done, and say why; raises NotFound, Conflict, Invalid."""
    found = _waiting(db, gap_id, by=by)
    reason = one_line(reason)
    if not reason:
        raise Invalid("見送る理由を書いてください。次に同じ言葉が来たときの手がかりになります。", field="reason")
    if len(reason) > limits.NOTE:
        raise Invalid("%(limit)s文字までにしてください。", field="reason", limit=limits.NOTE)
    return _close(db, found, GapDecision.DISMISSED, reason=reason, by=by)


def teach(db: Session, gap_id: int, wording: str, *, by: Actor) -> Gap:
    """Keep the words and `wording` as synonyms of one another; raises NotFound, Conflict, Invalid (field `line`)."""
    require(by, Permission.KEEP_SYNONYMS)
    found = _waiting(db, gap_id, by=by)
    holding.require_free(found, by=by)
    wording = one_line(wording)
    if not wording:
        raise Invalid("同じ意味の言葉を書いてください。", field="line")
    entry = synonyms.add(db, wordings.checked(wordings.read(f"{found.words}＝{wording}")), by=by)
    return _close(db, found, GapDecision.SYNONYM, reason="＝".join(entry.wordings)[: limits.NOTE], by=by)


def link(db: Session, gap_id: int, page: Page, *, by: Actor) -> None:
    """Close a gap by the page that was written for it; one that is gone or decided meanwhile stays as it is."""
    require(by, Permission.REVIEW)
    found = gaps.get(db, gap_id, to_change=True)
    if found is not None and found.closed_at is None:
        _close(db, found, GapDecision.PAGE, page_id=page.id, by=by, is_held=False)


def answer_by(db: Session, gap_id: int, page_id: int, *, by: Actor) -> Gap:
    """Close a gap by a page that answers it already; raises NotFound, Conflict, Invalid for a page nobody sees."""
    found = _waiting(db, gap_id, by=by)
    if pages.get(db, page_id, viewer=by) is None:
        raise Invalid("この番号の記事は見つかりません。", field="page")
    return _close(db, found, GapDecision.PAGE, page_id=page_id, by=by)


def gather(db: Session) -> dict[str, InVain]:
    """What was searched for in vain in the last limits.GAP_DAYS days, by customers and in calls, by its key.

    Whatever tells of a person is left out, and so is what holds no word that a search would go by.
    """
    since = clock.now() - timedelta(days=limits.GAP_DAYS)
    found: defaultdict[str, InVain] = defaultdict(InVain)
    first = since.astimezone(clock.HERE).date()
    for words, day, count in tallies.by_day(db, tallying.ZERO, since=first, limit=limits.GAPS):
        if key := _key(db, words):
            found[key].spelt[words] += count
            found[key].days.append((datetime.combine(day, time.min, clock.HERE), count))
    for one in call_lists.searched(db, since=since, in_vain=True, limit=STEPS):
        if key := _key(db, one.words):
            gap = found[key]
            gap.spelt[one_line(one.words)] += 1
            gap.calls[one.call_id] = max(one.at, gap.calls.get(one.call_id, one.at))
            gap.is_said = gap.is_said or one.is_said
    return dict(found)


def note(store: Store) -> dict[str, InVain]:
    """Bring the gaps in step with what was searched for in vain, and return that; written in one short transaction."""
    with store.reading() as db:
        found = gather(db)
    with store.writing() as db:
        known = gaps.keyed(db)
        for key, one in found.items():
            _note(db, key, one, known.get(key))
        silent = [gap.id for key, gap in known.items() if key not in found and _is_idle(gap)]
        gaps.forget(db, silent)
    return found


def _note(db: Session, key: str, one: InVain, gap: Gap | None) -> None:
    words = one.spelt.most_common(1)[0][0][: limits.QUERY]
    if gap is None:
        if one.is_said or one.times() >= limits.GAP_TIMES:
            moments = one.moments
            db.add(Gap(key=key, words=words, times=one.times(), first_at=min(moments), last_at=max(moments)))
        return
    if gap.closed_at is not None:
        again = one.times(gap.closed_at)
        if again < AGAIN[gap.decision or GapDecision.DISMISSED]:
            return
        # What was decided and why stays, for whoever decides again.
        gap.first_at = min(at for at in one.moments if at > gap.closed_at)
        gap.closed_at = None
        holding.free(gap)
        _record(db, "gap opened again", gap, by=SYSTEM)
    gap.words, gap.times, gap.last_at = words, one.times(), max(one.moments)


def _is_idle(gap: Gap) -> bool:
    return gap.closed_at is None and holding.holder(gap) is None


def _key(db: Session, words: str) -> str:
    """The normal form of words: their terms, each once, in any order; empty for what may not be kept."""
    line = one_line(words)
    if "［" in line or not tallying.countable(line) or masking.masked(db, line) != line:
        return ""
    return " ".join(terms(line))[: limits.QUERY]


@lru_cache(maxsize=20_000)
def terms(words: str) -> tuple[str, ...]:
    """The terms of searched words, each once, in their own order; the same words come again and again."""
    return tuple(sorted(set(japanese.terms(words))))


def _waiting(db: Session, gap_id: int, *, by: Actor) -> Gap:
    require(by, Permission.REVIEW)
    found = gaps.get(db, gap_id, to_change=True)
    if found is None:
        raise NotFound()
    if found.closed_at is not None:
        who = found.closed_by.display_name if found.closed_by else ""
        raise Conflict("先に%(who)sさんが決めました。いまの状態を確かめてください。", who=who)
    return found


def _close(
    db: Session,
    found: Gap,
    decision: GapDecision,
    *,
    reason: str = "",
    page_id: int | None = None,
    by: Actor,
    is_held: bool = True,
) -> Gap:
    if is_held:
        holding.require_free(found, by=by)
    found.decision, found.reason, found.page_id = decision, reason, page_id
    found.closed_at, found.closed_by_id = clock.now(), by.id
    holding.free(found)
    db.flush()
    _record(db, f"gap closed by {decision.value}", found, by=by)
    return found


def _record(db: Session, verb: str, found: Gap, *, by: Actor) -> None:
    events.record(db, verb, by=by, page_id=found.page_id if found.closed_at else None, gap=found.id)
