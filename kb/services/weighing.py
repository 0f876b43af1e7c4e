"""Weigh what speaks against pages and passages: the ranked list of what to look at again, and one page in detail."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from kb.rules import clock, limits, looks
from kb.rules.looks import Evidence, Sign
from kb.rules.pages import Audience
from kb.rules.roles import Actor, Permission, require
from kb.services import settings
from kb.store import evidence, pages
from kb.store import looks as store
from kb.store.base import Session
from kb.store.evidence import Wanted
from kb.store.flags import Flag
from kb.store.looks import Owner
from kb.store.pages import Page, Revision
from kb.text import dated_limits, plain
from kb.text.dated_limits import Past

__all__ = ["Candidate", "Sign", "Wanted"]

WHOLE = "page"  # the key of a page as a whole


@dataclass(frozen=True)
class Candidate:
    """A page, or one passage of it, and what speaks against it; `until` is the last day of a limit that has ended."""

    page_id: int
    passage: str
    evidence: Evidence
    stories: tuple[int, ...] = ()
    until: date | None = None

    @property
    def key(self) -> str:
        return key_of(self.passage)

    @property
    def said(self) -> str:
        """The passage as readers see it, without marks."""
        return plain.plain(self.passage)


@dataclass(frozen=True)
class Row:
    """A candidate as it is drawn: its page, the stories that contradict it, its flags, who owns it, when it was fresh.

    `gone` is the owner who can no longer sign in.
    """

    candidate: Candidate
    page: Page
    fresh_at: datetime
    stories: list[Revision] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    owner: Owner | None = None
    gone: str = ""


@dataclass(frozen=True)
class Found:
    """How many candidates there are, by sign and with the sign that was asked for, and one screen of them."""

    total: int
    counts: dict[Sign, int]
    rows: list[Row]


def key_of(passage: str) -> str:
    """A passage as an address names it; no passage is the whole page."""
    return hashlib.sha256(passage.encode()).hexdigest()[:16] if passage else WHOLE


def find(db: Session, wanted: Wanted, *, sign: Sign | None = None, limit: int, offset: int = 0, viewer: Actor) -> Found:
    """One screen of what has to be looked at, by `looks.weight`; of equal weight what is longer overdue comes first."""
    require(viewer, Permission.REVIEW)
    found = weigh(db, wanted, viewer=viewer)
    counts = Counter(one for candidate in found for one in candidate.evidence.signs)
    chosen = [one for one in found if sign is None or sign in one.evidence.signs]
    return Found(len(chosen), counts, _rows(db, chosen[offset : offset + limit], viewer=viewer))


def weigh(db: Session, wanted: Wanted, *, viewer: Actor) -> list[Candidate]:
    """Every page and passage that something speaks against since it was last found to hold, the heaviest first."""
    whole: dict[int, Evidence] = {}
    passages: dict[tuple[int, str], Candidate] = {}
    stories: dict[int, tuple[int, ...]] = {}

    def put(page_id: int, **counts: int) -> None:
        whole[page_id] = replace(whole.get(page_id, Evidence()), **counts)

    for one in _passages(db, wanted, viewer=viewer):
        if one.passage:
            passages[one.page_id, one.passage] = _joined(passages.get((one.page_id, one.passage)), one)
        else:
            stories[one.page_id] = (*stories.get(one.page_id, ()), *one.stories)
            put(one.page_id, contradicted=len(stories[one.page_id]))
    for page_id, count in evidence.flags(db, wanted, viewer=viewer).items():
        put(page_id, flagged=count)
    for page_id, (unhelpful, votes) in evidence.votes(db, wanted, least=limits.LOOK_VOTES, viewer=viewer).items():
        if looks.speaks(unhelpful, votes):
            put(page_id, unhelpful=unhelpful, votes=votes)
    recent = clock.now() - timedelta(days=limits.LOOK_RECENT)
    calls = evidence.unsolved(db, wanted, since=recent, least=limits.LOOK_CALLS, viewer=viewer)
    for page_id, count in calls.items():
        put(page_id, unsolved=count)
    for page_id in evidence.left(db, wanted, viewer=viewer):
        put(page_id, owner=1)
    for page_id, days in _overdue(db, wanted, viewer=viewer):
        put(page_id, days=days)
    found = [Candidate(page_id, "", seen, stories.get(page_id, ())) for page_id, seen in whole.items()]
    return sorted([*found, *passages.values()], key=_order)


def one(db: Session, page_id: int, key: str, *, viewer: Actor) -> Row | None:
    """One candidate in detail, also of a page that nothing speaks against; None for a passage that is none any more.

    The page has to be one that the viewer may read, and live.
    """
    require(viewer, Permission.REVIEW)
    found = next((one for one in weigh(db, Wanted(page_id), viewer=viewer) if one.key == key), None)
    if found is None and key == WHOLE:
        found = Candidate(page_id, "", Evidence())
    return next(iter(_rows(db, [found], viewer=viewer)), None) if found else None


def is_doubtful(db: Session, page_id: int, *, viewer: Actor) -> bool:
    """Whether a page is 要確認 for all staff: a story contradicts it, a limit in it has ended, or nobody confirmed it.

    Not what it is, and nothing of what this reader can't read. Votes and calls are hints for SVs, and flags are told
    by themselves.
    """
    require(viewer, Permission.READ_STAFF)
    wanted = Wanted(page_id)
    return any(True for _one in (*_passages(db, wanted, viewer=viewer), *_overdue(db, wanted, viewer=viewer)))


def _order(candidate: Candidate) -> tuple[int, int, int, str]:
    return -looks.weight(candidate.evidence), -candidate.evidence.days, candidate.page_id, candidate.passage


def _joined(known: Candidate | None, more: Candidate) -> Candidate:
    if known is None:
        return more
    stories = tuple(dict.fromkeys([*known.stories, *more.stories]))
    counts = replace(known.evidence, contradicted=len(stories), expired=known.evidence.expired or more.evidence.expired)
    return replace(known, evidence=counts, stories=stories, until=known.until or more.until)


def _passages(db: Session, wanted: Wanted, *, viewer: Actor) -> Iterable[Candidate]:
    """What speaks against passages, and the contradictions that name none, but for what was decided on since."""
    decided = evidence.looks_at_passages(db, wanted)
    for story in evidence.contradictions(db, wanted, viewer=viewer):
        for passage in story.passages or ("",):
            at = decided.get((story.page_id, passage[: limits.REASON]))
            if at is None or at < story.at:
                counts = Evidence(contradicted=1)
                yield Candidate(story.page_id, passage[: limits.REASON], counts, (story.story_revision_id,))
    today = clock.today()
    ended = [
        (page_id, one)
        for page_id, body in evidence.dated(db, wanted, viewer=viewer)
        for one in _past(body, today, viewer.audience)
    ]
    whole = evidence.looks_at_pages(db, sorted({page_id for page_id, _one in ended}))
    for page_id, one in ended:
        passage = one.source[: limits.REASON]
        after = datetime.combine(one.until + timedelta(days=1), time.min, clock.HERE)
        looked = [at for at in (whole.get(page_id), decided.get((page_id, passage))) if at is not None]
        if not any(at >= after for at in looked):
            yield Candidate(page_id, passage, Evidence(expired=1), until=one.until)


# Texts don't change; the list and every page that staff open ask about the same ones.
@lru_cache(maxsize=20_000)
def _past(body: str, today: date, audience: Audience) -> tuple[Past, ...]:
    return dated_limits.past(body, today, audience)


def _overdue(db: Session, wanted: Wanted, *, viewer: Actor) -> Iterable[tuple[int, int]]:
    """Pages that nothing has confirmed for too long, with the days since they were due, one at the least."""
    now, backstop = clock.now(), settings.current(db).look_days
    before = now - timedelta(days=backstop)
    for age in evidence.ages(db, wanted, before=before, now=now, viewer=viewer):
        due = looks.due_at(age.fresh_at, age.look_at, age.next_at, backstop)
        if due <= now:
            yield age.page_id, max(1, (now - due).days)


def _rows(db: Session, some: list[Candidate], *, viewer: Actor) -> list[Row]:
    ids = sorted({one.page_id for one in some})
    readable = pages.by_ids(db, ids, viewer=viewer)
    fresh = evidence.fresh(db, ids, viewer=viewer)
    told = evidence.stories(db, [number for one in some for number in one.stories], viewer=viewer)
    flagged = evidence.flags_of(db, [one.page_id for one in some if one.evidence.flagged])
    owners = store.owners(db, ids)
    return [
        Row(
            one,
            readable[one.page_id],
            fresh[one.page_id].fresh_at,
            [told[number] for number in one.stories if number in told],
            flagged.get(one.page_id, []) if one.evidence.flagged else [],
            owners.get(one.page_id),
            owners[one.page_id].user.display_name if one.evidence.owner and one.page_id in owners else "",
        )
        for one in some
        if one.page_id in readable and one.page_id in fresh
    ]
