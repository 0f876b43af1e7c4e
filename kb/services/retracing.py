"""Retrace how an item came about: the calls behind a story, what is like it, and its author's other words."""

from dataclasses import dataclass

from kb.rules import limits
from kb.rules.calls import Channel, Outcome, StepKind
from kb.rules.pages import Kind
from kb.rules.roles import Actor, Permission, require
from kb.services import recounting, searching
from kb.services.house import House
from kb.services.searching import Result, Wanted
from kb.store import calls, comments, pages, review
from kb.store.base import Session
from kb.store.calls import Call
from kb.store.comments import Comment
from kb.store.pages import Page, Revision
from kb.text.plain import plain

CALLS = 3
OTHERS = 4
ALIKE = 4  # of each kind


@dataclass(frozen=True)
class Way:
    """What happened in one call behind a story; never a word about the customer.

    `searches` are words with how many pages each found (None: not known), `opened` pages with whether they were used,
    `minutes` None while the call goes on.
    """

    call_id: int
    channel: Channel
    searches: tuple[tuple[str, int | None], ...]
    opened: tuple[tuple[Page, bool], ...]
    purposes: tuple[str, ...]
    outcome: Outcome | None
    minutes: int | None


@dataclass(frozen=True)
class Others:
    """What an author wrote elsewhere, the newest first: stories, and comments on other items."""

    stories: list[Revision]
    comments: list[Comment]


@dataclass(frozen=True)
class Alike:
    """What tells something like an item: pages, and stories of what somebody lived through."""

    pages: list[Result]
    stories: list[Result]


def ways(db: Session, page_id: int, *, viewer: Actor) -> list[Way]:
    """The calls of which this story came, as far as the viewer may read the pages in them."""
    require(viewer, Permission.READ_CALLS)
    found = calls.behind_story(db, page_id, CALLS)
    ids = {step.page_id for call in found for step in call.steps if step.page_id is not None}
    known = pages.by_ids(db, sorted(ids), viewer=viewer)
    return [_way(call, known) for call in found]


def others(db: Session, revision: Revision, *, viewer: Actor) -> Others:
    """The author's other stories and comments that the viewer may read; of a story only the newest version."""
    require(viewer, Permission.REVIEW)
    if revision.author_id is None:
        return Others([], [])
    stories: dict[int, Revision] = {}
    for one in review.written_by(db, revision.author_id, viewer=viewer):
        if one.page_id != revision.page_id and one.page.kind is Kind.CASE:
            stories.setdefault(one.page_id, one)
    said = comments.newest_by(db, revision.author_id, but=revision.page_id, viewer=viewer, limit=OTHERS)
    return Others(list(stories.values())[:OTHERS], said)


def alike(db: Session, house: House, text: str, *, but: int, viewer: Actor) -> Alike:
    """Pages and stories that tell something like this text; stories are looked for apart, or pages hide them."""
    require(viewer, Permission.REVIEW)
    # Signs that a search box reads as orders are only signs here.
    words = plain(text).replace('"', " ").replace("-", " ")[: limits.QUERY]
    all_kinds = searching.search(db, house, Wanted(words, limit=3 * ALIKE), viewer=viewer).results
    stories = searching.search(db, house, Wanted(words, kind=Kind.CASE.value, limit=ALIKE + 1), viewer=viewer).results
    return Alike(
        [one for one in all_kinds if one.page.id != but and one.page.kind is not Kind.CASE][:ALIKE],
        [one for one in stories if one.page.id != but][:ALIKE],
    )


def _way(call: Call, known: dict[int, Page]) -> Way:
    searches: dict[str, int | None] = {}
    for step in recounting.standing(call, StepKind.SEARCH, StepKind.GAP):
        if step.words:
            searches[step.words] = 0 if step.kind is StepKind.GAP else step.count
    used = {step.page_id for step in recounting.standing(call, StepKind.USE)}
    opened = [step.page_id for step in recounting.standing(call, StepKind.OPEN, StepKind.USE)]
    seconds = recounting.seconds(call)
    return Way(
        call.id,
        call.channel,
        tuple(searches.items()),
        tuple((known[one], one in used) for one in dict.fromkeys(opened) if one is not None and one in known),
        tuple(dict.fromkeys(step.words for step in recounting.standing(call, StepKind.PURPOSE) if step.words)),
        call.outcome,
        None if seconds is None else max(1, round(seconds / 60)),
    )
