"""Search the database while the index can't be used: slower, with fewer pages found, and never a hidden word."""

import json
import logging
import re
from dataclasses import replace

from kb.rules import limits
from kb.rules.pages import Audience, Kind
from kb.rules.roles import Actor
from kb.search.port import Document, Found, IndexBroken, IndexBusy, Query
from kb.services import indexing
from kb.services.house import House
from kb.store import listing, outbox
from kb.store.base import Session
from kb.store.pages import Page
from kb.text import japanese

BEHIND = 200  # changes that may wait for the index before its "nothing found" is doubted
CANDIDATES = 500  # pages that the database is asked for
CUT = 120  # of them that are cut for the reader
SPELLINGS = 32  # ways to spell the words that the database looks for
READ = 40_000  # characters of them that are read word by word
_ENDING = re.compile("[ぁ-ん]+$")
log = logging.getLogger("kb.search")


def search(db: Session, house: House, query: Query, *, viewer: Actor) -> tuple[Found, bool]:
    """Find pages by the index; while it is broken or being made, by the database. Tells whether it was the database."""
    try:
        found = house.index.search(query)
    except (IndexBroken, IndexBusy) as error:
        log.warning("the database is searched in place of the index: %s", error.code)
    else:
        # An index that was lost begins empty, and fills from the outbox.
        if found.total or outbox.waiting(db) <= BEHIND:
            return found, False
    return _from_database(db, house, query, viewer=viewer), True


def _from_database(db: Session, house: House, query: Query, *, viewer: Actor) -> Found:
    spelt = _spellings(query.words)
    kind = Kind(query.kinds[0]) if len(query.kinds) == 1 else None
    wanted = listing.Filter(kind=kind, language=query.language)
    candidates = listing.holding(db, [_stored(one) for one in spelt], wanted, viewer=viewer, limit=CANDIDATES)
    folded = [japanese.fold(one) for one in spelt]
    # Titles first, for they hide nothing; sorting keeps the newest of equals in front.
    called_so = sorted(candidates, key=lambda page: -_head(page, folded))[:CUT]
    documents = [_cut(indexing.to_document(page), query.audience) for page in called_so]
    index = house.scratch()
    index.replace(_promising(documents, folded))
    return index.search(query)


def _spellings(words: str) -> list[str]:
    """The content words as typed, folded, in dictionary form and without its ending, the longest first."""
    found: dict[str, None] = {}
    for token in japanese.tokens(words[: limits.QUERY]):
        surface, term = words[token.start : token.end], token.term.removeprefix(japanese.NEGATED)
        found |= dict.fromkeys((surface, japanese.fold(surface), term, _ENDING.sub("", term)))
    return sorted(filter(None, found), key=len, reverse=True)[:SPELLINGS]


def _stored(word: str) -> tuple[str, str]:
    """A word as it stands in a text, and as it stands in a list that the database keeps as JSON."""
    return word, json.dumps(word)[1:-1]


def _cut(document: Document, audience: Audience) -> Document:
    """The document with nothing in it that this audience may not read."""
    staff = document.staff if audience.includes(Audience.STAFF) else ""
    return replace(document, staff=staff, sv=document.sv if audience.includes(Audience.SV) else "")


def _promising(documents: list[Document], words: list[str]) -> list[Document]:
    """The documents that hold the most of the words, as many as may be read closely; the newest of equals."""
    glances = [(_glance(document, words), -at) for at, document in enumerate(documents)]
    chosen: list[Document] = []
    left = READ
    for seen, at in sorted(glances, reverse=True):
        document = documents[-at]
        left -= len(document.body) + len(document.staff) + len(document.sv)
        # The database looked at the uncut text: a page may hold the words only where this reader can't see them.
        if not seen or (left < 0 and chosen):
            break
        chosen.append(document)
    return chosen


def _glance(document: Document, words: list[str]) -> int:
    head = japanese.fold("\n".join([document.title, *document.phrases, *document.tags]))
    text = japanese.fold("\n".join([document.body, document.staff, document.sv]))
    return sum(3 * (word in head) + (word in text) for word in words)


def _head(page: Page, words: list[str]) -> int:
    assert page.shown is not None
    head = japanese.fold("\n".join([page.shown.title, *page.shown.phrases]))
    return sum(word in head for word in words)
