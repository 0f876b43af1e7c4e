"""Say why a search finds a page, or what keeps it from being found."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from kb.rules.errors import NotFound
from kb.rules.pages import Audience
from kb.rules.roles import Actor, Permission, may, require
from kb.search.port import Explanation, IndexBroken, IndexBusy, Query
from kb.services import searching
from kb.services.house import House
from kb.services.searching import Wanted
from kb.store import outbox, pages
from kb.store.base import Session
from kb.store.pages import Page, Revision
from kb.text import audience as audiences
from kb.text import japanese, plain

_UNKNOWN = Explanation(held=False)


def match_words(_: Callable[[str], str]) -> dict[str, str]:
    """Tell how a word of a page may answer a word of a search, in the language of `_`."""
    return {
        "word": _("同じ言葉"),
        "phrase": _("続いた言葉"),
        "synonym": _("同義語"),
        "part": _("言葉の一部"),
        "reading": _("読み"),
        "typo": _("打ち間違い"),
    }


def field_words(_: Callable[[str], str]) -> dict[str, str]:
    """Tell where on a page a word may stand, in the language of `_`."""
    return {
        "title": _("題名"),
        "phrases": _("言い換え"),
        "tags": _("タグ"),
        "body": _("本文"),
        "staff": _("社内のみの部分"),
        "sv": _("SVのみの部分"),
        "kanji": _("記事のどこか"),
    }


class Obstacle(StrEnum):
    """What may stand between a search and a page; filters are called as the index calls them."""

    NO_WORDS = "no_words"
    STATE = "state"
    ARCHIVED = "archived"
    HIDDEN = "hidden"  # the page is for a wider circle than the reader's
    HIDDEN_WORDS = "hidden_words"  # the words stand in a block that the reader does not see
    NO_INDEX = "no_index"
    WAITING = "waiting"
    NOT_HELD = "not_held"
    LANGUAGE = "language"
    KIND = "kind"
    CATEGORY = "category"
    TAG = "tag"
    CONFIDENCE = "confidence"
    AUDIENCE = "audience"
    PHRASE = "phrase"
    EXCLUDED = "excluded"
    NO_SHARED_WORD = "no_shared_word"


@dataclass(frozen=True)
class Why:
    """Of one page and one search: `revision` is what readers see, or what waits to be seen.

    `has` are the words of the page's title; `hidden` those asked for that only a wider circle reads on the page.
    """

    page: Page
    revision: Revision
    reader: Audience
    query: Query
    explanation: Explanation
    obstacles: tuple[Obstacle, ...] = ()
    has: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


def why(
    db: Session, house: House, wanted: Wanted, page_id: int, *, reader: Audience | None = None, viewer: Actor
) -> Why:
    """Why readers of an audience (no wider than the viewer's own) find a page by these words, or why not.

    Raises NotFound for a page that the viewer may not know of, as for one that never was.
    """
    require(viewer, Permission.READ_STAFF)
    page, revision = _known(db, page_id, viewer=viewer)
    if reader is None or not viewer.audience.includes(reader):
        reader = viewer.audience
    query = replace(searching.query_of(db, house, wanted, viewer=viewer), audience=reader)
    explanation, obstacles = _asked(db, house, query, page, reader)
    hidden: tuple[str, ...] = ()
    if explanation.held and explanation.rank is None and reader is not viewer.audience:
        full, _ = _asked(db, house, replace(query, audience=viewer.audience), page, viewer.audience)
        hidden = tuple(dict.fromkeys(one.asked for one in full.reasons if one.asked in explanation.missing))
        obstacles = (*((Obstacle.HIDDEN_WORDS,) if hidden else ()), *obstacles)
    explanation = _spelt(explanation, query, revision, reader)
    asked = _surfaces(query.words)
    hidden = tuple(asked.get(word, word) for word in hidden)
    if page.archived_at is not None:
        obstacles = (Obstacle.ARCHIVED,)
    elif page.shown is None:
        obstacles = (Obstacle.STATE,)
    has = dict.fromkeys(term for term in japanese.terms(revision.title) if not term.startswith(japanese.NEGATED))
    return Why(page, revision, reader, query, explanation, obstacles, tuple(has), hidden)


def choices(db: Session, house: House, words: str, *, viewer: Actor) -> list[Page]:
    """The pages that somebody may mean by a number (#12, 12) or by words of a title."""
    require(viewer, Permission.READ_STAFF)
    typed = words.strip()
    is_number = searching.number_in(typed) is not None
    number = searching.number_in(typed if is_number else f"#{typed}")
    if number is not None:
        try:
            return [_known(db, number, viewer=viewer)[0]]
        except NotFound:
            if is_number:
                return []
    found = searching.search(db, house, Wanted(words, half_typed=True, limit=10), viewer=viewer)
    same = [one.page for one in found.results if one.revision.title == typed]
    return same[:1] or [one.page for one in found.results]


def _known(db: Session, page_id: int, *, viewer: Actor) -> tuple[Page, Revision]:
    """The page with what it shows, or with the newest version of it that the viewer may know of."""
    page = db.get(Page, page_id)
    if page is None or page.audience not in viewer.audience.readable:
        raise NotFound()
    if page.archived_at is not None and not may(viewer, Permission.ARCHIVE):
        raise NotFound()
    if page.shown is not None:
        return page, page.shown
    revisions = pages.revisions_of(db, page_id, viewer=viewer)
    if not revisions:
        raise NotFound()
    return page, revisions[0]


def _spelt(told: Explanation, query: Query, revision: Revision, reader: Audience) -> Explanation:
    """The same with its terms as they are written: in the query, and on the page as this reader sees it."""
    asked = _surfaces(query.words)
    body = plain.plain(audiences.cut(revision.body, reader)) if told.reasons else ""
    found = _surfaces("\n".join([revision.title, *revision.phrases, *revision.tags, body]))
    reasons = (
        replace(one, asked=asked.get(one.asked, one.asked), found=found.get(one.found, one.found))
        for one in told.reasons
    )
    missing = (asked.get(word, word) for word in told.missing)
    return replace(told, reasons=tuple(reasons), missing=tuple(dict.fromkeys(missing)))


def _surfaces(text: str) -> dict[str, str]:
    """Term → how a text writes it first."""
    found: dict[str, str] = {}
    for token in japanese.tokens(text):
        found.setdefault(token.term, text[token.start : token.end])
    return found


def _asked(
    db: Session, house: House, query: Query, page: Page, reader: Audience
) -> tuple[Explanation, tuple[Obstacle, ...]]:
    """What the index says of a page, and what stands in its way there."""
    if not reader.includes(page.audience):
        return _UNKNOWN, (Obstacle.HIDDEN,)
    if not japanese.terms(query.words):
        return _UNKNOWN, (Obstacle.NO_WORDS,)
    try:
        found = house.index.explain(query, page.id)
    except (IndexBroken, IndexBusy):
        return _UNKNOWN, (Obstacle.NO_INDEX,)
    is_waiting = page.id in outbox.pages_waiting(db)
    if not found.held:
        return found, (Obstacle.WAITING if is_waiting else Obstacle.NOT_HELD,)
    obstacles = [Obstacle(name) for name in found.barred_by]
    if found.rank is None and not found.reasons:
        obstacles.append(Obstacle.NO_SHARED_WORD)
    if is_waiting:
        obstacles.append(Obstacle.WAITING)
    return found, tuple(obstacles)
