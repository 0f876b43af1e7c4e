"""What a call knows, for the cards that go to an SV: the hand-over, and what can be said against harassment."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from kb.rules import clock
from kb.rules.calls import StepKind
from kb.rules.roles import STAFF_ROLES, Actor, Permission, require
from kb.services import settings
from kb.store import pages
from kb.store.base import Session
from kb.store.calls import Call, CallStep
from kb.store.pages import Page
from kb.text import audience, dated_limits
from kb.text.blocks import BlockKind, Segment, split
from kb.text.plain import inline, plain

PAGES = 8  # on a card: the last ones
PHRASES = 12
_ITEM = re.compile(r"\s{0,3}[-*+]\s+(.+)")


@dataclass(frozen=True)
class Limit:
    """What is for a higher role to decide: the title of the page that says so, the role, and what it says."""

    title: str
    role: str
    text: str


@dataclass(frozen=True)
class Known:
    """What was tried in a call, each once and in its order; titles only of pages that the reader may read."""

    words: str = ""
    used: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    purposes: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    page_ids: list[int] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)


@dataclass(frozen=True)
class Firm:
    """The procedure against harassment as one reader may read it: what to say, and what can be said after it."""

    page: Page
    say: str
    phrases: list[str]


def known(db: Session, call: Call | None, *, viewer: Actor, page_id: int | None = None) -> Known:
    """What a call (none: nothing) knows for a card; `page_id` is the page on the screen.

    Limits are those of the page on the screen, else of one that was used, else of the last that was looked at.
    """
    require(viewer, Permission.TAKE_CALLS)
    steps = [step for step in call.steps if step.undone_at is None] if call else []
    used, opened = _pages_of(steps, StepKind.USE), _pages_of(steps, StepKind.OPEN)
    meant = list(dict.fromkeys([*([page_id] if page_id else []), *reversed(used)])) or opened[-1:]
    order = list(dict.fromkeys([*meant, *reversed(opened)]))
    readable = pages.by_ids(db, order, viewer=viewer)
    searched = [step.words for step in steps if step.kind in (StepKind.SEARCH, StepKind.GAP) and step.words]
    return Known(
        words=searched[-1] if searched else "",
        used=_titles(readable, used),
        opened=_titles(readable, [one for one in opened if one not in used]),
        purposes=_words_of(steps, StepKind.PURPOSE),
        asked=_words_of(steps, StepKind.ASK),
        done=_words_of(steps, StepKind.DONE),
        page_ids=[one for one in order if one in readable][:PAGES],
        limits=_limits([readable[one] for one in meant if one in readable], viewer=viewer),
    )


def firm(db: Session, *, viewer: Actor) -> Firm | None:
    """What to say and the list items of the page that administrators set, cut for this reader; None without one."""
    require(viewer, Permission.TAKE_CALLS)
    number = settings.current(db).harassment_page
    page = pages.get(db, number, viewer=viewer) if number else None
    if page is None or page.shown is None:
        return None
    segments = split(audience.cut(page.shown.body, viewer.audience))
    said = next((plain(one.source) for one in segments if one.kind is BlockKind.SAY and not one.argument), "")
    items = [match[1] for one in segments for match in _items(one)]
    phrases = list(dict.fromkeys(text for text in map(_said, items) if text and text != said))
    return Firm(page, said, phrases[:PHRASES])


def _items(segment: Segment) -> Iterable[re.Match[str]]:
    """The bulleted items of a text; numbered ones are the steps of the procedure, and nothing to say."""
    if segment.kind not in (BlockKind.TEXT, BlockKind.STAFF, BlockKind.SAY):
        return []
    return [match for line in segment.source.split("\n") if (match := _ITEM.fullmatch(line))]


def _said(item: str) -> str:
    """A phrase as it is said: without marks, and without the brackets that stand around the whole of it."""
    text = inline(item).strip()
    bare = text.removesuffix("。")
    if bare.startswith("「") and bare.endswith("」") and bare.count("「") == 1:
        return bare[1:-1]
    return text


def _pages_of(steps: list[CallStep], kind: StepKind) -> list[int]:
    return list(dict.fromkeys(step.page_id for step in steps if step.kind is kind and step.page_id is not None))


def _words_of(steps: list[CallStep], kind: StepKind) -> list[str]:
    return list(dict.fromkeys(step.words for step in steps if step.kind is kind and step.words))


def _titles(readable: dict[int, Page], ids: list[int]) -> list[str]:
    shown = [readable[one].shown for one in ids if one in readable]
    return [revision.title for revision in shown if revision is not None][-PAGES:]


def _limits(known_pages: list[Page], *, viewer: Actor) -> list[Limit]:
    """What the first of these pages with a limit leaves to a higher role."""
    own = STAFF_ROLES.index(viewer.role) if viewer.role in STAFF_ROLES else -1
    ranks = {role.value: rank for rank, role in enumerate(STAFF_ROLES)}
    for page in known_pages:
        if page.shown is None:
            continue
        segments = split(audience.cut(page.shown.body, viewer.audience))
        today = dated_limits.on(clock.today(), [one for one in segments if one.kind is BlockKind.LIMIT])
        higher = [one for one in today.now if ranks[one.term.role] > own]
        found = [Limit(page.shown.title, one.term.role, plain(one.block.source)) for one in higher]
        if found:
            return found
    return []
