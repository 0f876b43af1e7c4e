"""What to offer where nothing was found: words that were nearly typed, wider searches, and pages that may be meant."""

import re
from dataclasses import dataclass, replace

from kb.rules import limits
from kb.rules.pages import Language
from kb.rules.roles import Actor
from kb.services import searching, suggesting
from kb.services.checking import one_line
from kb.services.house import House
from kb.services.searching import Result, Wanted
from kb.store.base import Session
from kb.text import japanese

SHORTENED = 3  # letters at most that are taken off the end to find a word that begins alike
WORDS = 4  # of a long search that are tried alone
NEAR = 5  # pages
_ORDERS = re.compile(r'["＂“”]|(?<!\S)[-－−]')


@dataclass(frozen=True)
class Wider:
    """A search that asks for less and finds `total` pages. `language` and `category` are those it is narrowed to."""

    words: str
    total: int
    language: str | None
    category: str | None


@dataclass(frozen=True)
class Help:
    """What to offer: words that may have been meant, wider searches, and pages that are near."""

    meant: tuple[str, ...]
    wider: tuple[Wider, ...]
    near: tuple[Result, ...]


def instead_of(db: Session, house: House, wanted: Wanted, *, viewer: Actor) -> Help:
    """What somebody may want whose search found nothing; empty where there is nothing to say."""
    words = one_line(wanted.words[: limits.QUERY])
    meant, near = _nearly_typed(db, house, words, wanted, viewer=viewer)
    wider = []
    for less in _less(words, wanted):
        found = searching.search(db, house, replace(less, facets=False, limit=NEAR, offset=0), viewer=viewer)
        if found.total:
            wider.append(Wider(less.words, found.total, less.language, less.category))
            near += [one for one in found.results if one.page.language.value == wanted.language]
    once = {one.page.id: one for one in reversed(near)}
    order = dict.fromkeys(one.page.id for one in near)
    return Help(meant, tuple(wider), tuple(once[page_id] for page_id in order)[:NEAR])


def _nearly_typed(
    db: Session, house: House, words: str, wanted: Wanted, *, viewer: Actor
) -> tuple[tuple[str, ...], list[Result]]:
    """Completions of the words, or of their beginning where the end is wrong, and the pages that are called so."""
    for off in range(SHORTENED + 1):
        typed = words[: len(words) - off].rstrip()
        # Of one letter anything may come.
        if len(typed) < 2:
            break
        found = suggesting.suggest(db, house, typed, language=wanted.language, viewer=viewer)
        meant = tuple(one.fills for one in found.completions if japanese.fold(one.fills) != japanese.fold(words))
        if meant or found.pages:
            return meant, list(found.pages)
    return (), []


def _less(words: str, wanted: Wanted) -> list[Wanted]:
    """The same search with less asked for, step by step: no category, no orders, one word alone, the other language."""
    searches = []
    if wanted.category:
        searches.append(replace(wanted, category=None))
    bare = one_line(_ORDERS.sub(" ", words))
    if bare and bare != words:
        searches.append(replace(wanted, words=bare))
    alone = dict.fromkeys(bare[one.start : one.end] for one in japanese.tokens(bare) if not _negates(one.term))
    if len(alone) > 1 and (bare != words or wanted.category):
        searches += [replace(wanted, words=word, category=None) for word in list(alone)[:WORDS]]
    return searches + [
        replace(wanted, language=other.value, category=None)
        for other in Language
        if wanted.language and other != wanted.language
    ]


def _negates(term: str) -> bool:
    return term.startswith(japanese.NEGATED)
