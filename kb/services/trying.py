"""Show what a search would find with and without an entry of synonyms, before anybody keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass

from kb.rules import limits
from kb.rules.roles import Actor, Permission, require
from kb.search.port import Found, Query, SearchIndex, Synonym
from kb.services import synonyms
from kb.services.checking import one_line
from kb.services.wordings import Draft
from kb.store import pages
from kb.store import synonyms as store
from kb.store.base import Session
from kb.store.pages import Page

SHOWN = 5
_COMPARED = 200


@dataclass(frozen=True)
class Side:
    """How many pages a search finds, the best of them, and which of these the other search does not find."""

    total: int
    best: list[Page]
    only_here: frozenset[int]


@dataclass(frozen=True)
class Trial:
    words: str
    without: Side
    within: Side


def trial(
    db: Session, index: SearchIndex, draft: Draft, *, words: str = "", but: int | None = None, viewer: Actor
) -> Trial:
    """Search for `words` (else the draft's first wording) without the draft and with it, as this SV would.

    `but` is the kept entry that the draft would take the place of.
    """
    require(viewer, Permission.KEEP_SYNONYMS)
    asked = one_line(words)[: limits.QUERY] or draft.wordings[0]
    others = _others(db, but)
    entry = Synonym(draft.wordings, draft.one_way)
    without, within = (
        index.search(Query(asked, viewer.audience, synonyms=known, limit=_COMPARED))
        for known in (others, (*others, entry))
    )
    ids = sorted({hit.page_id for hit in (*without.hits, *within.hits)})
    readable = pages.by_ids(db, ids, viewer=viewer)
    return Trial(asked, _side(without, within, readable), _side(within, without, readable))


def _side(found: Found, other: Found, readable: Mapping[int, Page]) -> Side:
    shown = [readable[hit.page_id] for hit in found.hits if hit.page_id in readable]
    elsewhere = {hit.page_id for hit in other.hits}
    total = found.total - len(found.hits) + len(shown)
    return Side(total, shown[:SHOWN], frozenset(page.id for page in shown if page.id not in elsewhere))


def _others(db: Session, but: int | None) -> tuple[Synonym, ...]:
    if but is None:
        return synonyms.current(db)
    return tuple(Synonym(tuple(one.wordings), one.one_way) for one in store.texts(db) if one.id != but)
