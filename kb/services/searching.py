"""Find pages: every hit is read again from the store before anything of it leaves the house."""

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kb.rules import limits
from kb.rules.errors import Invalid
from kb.rules.pages import Audience, Confidence, Kind
from kb.rules.roles import Actor, Permission, require
from kb.search.port import Found, Hit, IndexBroken, IndexBusy, Query
from kb.services import falling_back
from kb.services.checking import one_line
from kb.services.excerpting import Result, result
from kb.services.house import House
from kb.store import pages
from kb.store.base import Session
from kb.store.categories import Category
from kb.store.listing import Facts
from kb.store.pages import Page
from kb.text import japanese, plain

__all__ = ["Facet", "Result", "Results", "Wanted"]

# The hits of one query that are looked up in the store, so that the count told is one of readable pages.
RECHECKED = 200
RELATED = 5
TAGS = 8  # of a search that are offered to narrow it
# A facet, the part of a query that narrows by it, and that part when it narrows nothing; the last two for staff alone.
_FIELDS: tuple[tuple[str, str, Any], ...] = (
    ("kind", "kinds", ()),
    ("category", "category", None),
    ("tag", "tag", None),
    ("confidence", "confidence", None),
    ("audience", "held_by", None),
)
_WORDS: dict[str, tuple[str, ...]] = {"kind": tuple(Kind), "confidence": tuple(Confidence), "audience": tuple(Audience)}
_NUMBER = re.compile(r"#\s?([0-9]{1,9})")


@dataclass(frozen=True)
class Wanted:
    """What a reader asks for; None lets everything through. `audience`: of the pages, never wider than the reader's.

    `half_typed`: the last word may be unfinished; then only titles, phrases and tags are looked at.
    """

    words: str
    language: str | None = None
    kind: str | None = None
    category: str | None = None
    tag: str | None = None
    confidence: str | None = None
    audience: str | None = None
    facets: bool = False
    half_typed: bool = False
    limit: int = limits.PAGE_SIZE
    offset: int = 0


@dataclass(frozen=True)
class Facet:
    """A value that narrows a search, and how many of its pages have it; None while that can't be told for certain."""

    value: str
    count: int | None
    category: Category | None = None


@dataclass(frozen=True)
class Results:
    """What was found. `direct` is the page whose number was typed (#123); it comes first.

    `corrected` is what was searched for in place of a mistyped word, else empty. `facets` go by field: kind, category,
    tag, and for staff confidence and audience. `fallback`: the database was searched, since the index can't be.
    """

    words: str
    total: int
    results: list[Result]
    took_ms: float
    corrected: str = ""
    facets: Mapping[str, tuple[Facet, ...]] = field(default_factory=dict)
    direct: Page | None = None
    fallback: bool = False


def search(db: Session, house: House, wanted: Wanted, *, viewer: Actor) -> Results:
    """The best pages for these words that the viewer may read; no words, no results. Raises Invalid for limit, offset.

    The words themselves are never refused: what is too long or can't be read is left out.
    """
    began = time.perf_counter()
    if not 1 <= wanted.limit <= limits.PAGE_SIZE_MAX:
        raise Invalid("limit は1〜%(limit)sで指定してください。", field="limit", limit=limits.PAGE_SIZE_MAX)
    if wanted.offset < 0:
        raise Invalid("offset は0以上で指定してください。", field="offset")
    query = query_of(db, house, wanted, viewer=viewer)
    asked = _ask(db, house, query, viewer=viewer)
    direct = numbered(db, query.words, viewer=viewer)
    first = [direct.id] if direct is not None else []
    order = [*first, *(hit.page_id for hit in asked.hits if hit.page_id not in first)]
    shown = house.known.pages(db, order[wanted.offset : wanted.offset + wanted.limit], viewer=viewer)
    return Results(
        query.words,
        len(order) + asked.unseen,
        _results(asked, order, shown, viewer=viewer),
        (time.perf_counter() - began) * 1000,
        corrected=asked.found.corrected if asked.hits else "",
        facets=_facets(db, house, query, asked, viewer=viewer) if wanted.facets else {},
        direct=direct,
        fallback=asked.is_fallback,
    )


def query_of(db: Session, house: House, wanted: Wanted, *, viewer: Actor) -> Query:
    """The question to the index: the words made one line, with the synonyms that hold now."""
    return Query(
        one_line(wanted.words[: limits.QUERY]),
        viewer.audience,
        language=wanted.language,
        kinds=(wanted.kind,) if wanted.kind else (),
        category=wanted.category,
        tag=wanted.tag,
        confidence=wanted.confidence,
        held_by=wanted.audience,
        synonyms=house.known.synonyms(db, viewer=viewer),
        half_typed=wanted.half_typed,
        facets=wanted.facets,
        limit=max(RECHECKED, wanted.offset + wanted.limit),
    )


def number_in(words: str) -> int | None:
    """The number of a page, if that is what was typed: #123, ＃１２３."""
    typed = _NUMBER.fullmatch(japanese.fold(words).strip())
    return int(typed[1]) if typed and int(typed[1]) < 2**31 else None


def numbered(db: Session, words: str, *, viewer: Actor) -> Page | None:
    """The page whose number was typed, if there is one that the viewer may read."""
    number = number_in(words)
    page = pages.get(db, number, viewer=viewer) if number is not None else None
    return page if page is not None and page.shown is not None else None


def look_alikes(db: Session, house: House, text: str, *, but: int | None = None, viewer: Actor) -> list[Result]:
    """Pages and stories that tell something like this text; for authors while they write and SVs while they review."""
    require(viewer, Permission.READ_STAFF)
    words = _bare(plain.plain(text)[: limits.QUERY])
    found = search(db, house, Wanted(words, limit=limits.LOOK_ALIKES + 1), viewer=viewer)
    return [result for result in found.results if result.page.id != but][: limits.LOOK_ALIKES]


def related(db: Session, house: House, page: Page, *, viewer: Actor) -> list[Page]:
    """Other pages in the same language that a reader of this one may want next; none while the index can't be used."""
    if page.shown is None:
        return []
    words = _bare(" ".join([page.shown.title, *page.shown.phrases[:3]]))
    query = query_of(db, house, Wanted(words, language=page.language.value), viewer=viewer)
    try:
        found = house.index.search(replace(query, limit=2 * RELATED))
    except (IndexBroken, IndexBusy):
        return []
    ids = [hit.page_id for hit in found.hits if hit.page_id != page.id]
    readable = pages.by_ids(db, ids, viewer=viewer)
    return [readable[page_id] for page_id in ids if page_id in readable][:RELATED]


@dataclass(frozen=True)
class _Asked:
    """What the index found, and the facts of those pages that the viewer may read."""

    found: Found
    readable: Mapping[int, Facts]
    is_fallback: bool

    @property
    def hits(self) -> list[Hit]:
        return [hit for hit in self.found.hits if hit.page_id in self.readable]

    @property
    def unseen(self) -> int:
        """Hits beyond those that were read again."""
        return max(0, self.found.total - len(self.found.hits))


def _ask(db: Session, house: House, query: Query, *, viewer: Actor) -> _Asked:
    found, is_fallback = falling_back.search(db, house, query, viewer=viewer)
    ids = [hit.page_id for hit in found.hits]
    return _Asked(found, house.known.facts(db, ids, viewer=viewer), is_fallback)


def _results(asked: _Asked, order: list[int], shown: Mapping[int, Page], *, viewer: Actor) -> list[Result]:
    hits = {hit.page_id: hit for hit in asked.hits}
    results = []
    for page_id in order:
        if page_id in shown:
            hit = hits.get(page_id)
            terms = (hit.terms if hit else ()) or asked.found.terms
            results.append(result(shown[page_id], hit.score if hit else 0.0, terms, viewer=viewer))
    return results


def _facets(db: Session, house: House, query: Query, asked: _Asked, *, viewer: Actor) -> dict[str, tuple[Facet, ...]]:
    """What the search may be narrowed by, field by field; a field that narrows already is counted as if it did not."""
    known = {one.key: one for one in house.known.shelves(db, viewer=viewer)}
    facets = {}
    for name, field_name, nothing in _FIELDS if viewer.is_staff else _FIELDS[:3]:
        wider = replace(query, **{field_name: nothing})
        # The database takes its time: while it stands in, a chosen value is the only one of its field.
        one = asked if wider == query or asked.is_fallback else _ask(db, house, wider, viewer=viewer)
        tags = house.known.tags(db, one.readable, viewer=viewer) if name == "tag" else ()
        facets[name] = _values(name, one, known, tags, chosen=query.category)
    return facets


def _values(
    name: str, asked: _Asked, known: Mapping[str, Category], tags: Iterable[str], *, chosen: str | None
) -> tuple[Facet, ...]:
    """The values of one field, the one with the most pages first. A tag is told only if a hit read again carries it."""
    # If the index counted a page that this reader may not read, its numbers say more than they should.
    is_certain = len(asked.readable) == len(asked.found.hits)
    counts = {_spelt(value): count for value, count in asked.found.facets.get(name, {}).items()} if is_certain else {}
    if name == "tag":
        values = set(tags)
    else:
        values = {str(getattr(fact, name)) for fact in asked.readable.values()}
        values |= {value for value in _WORDS.get(name, tuple(known)) if _spelt(value) in counts}
    if name == "category":
        values = {*values, chosen or ""} & known.keys()
    told = [Facet(value, counts.get(_spelt(value)), known.get(value)) for value in values]
    told.sort(key=lambda facet: (-(facet.count or 0), facet.value))
    return tuple(told[: TAGS if name == "tag" else None])


def _spelt(value: str) -> str:
    """A value as the index may spell it."""
    return "_".join(japanese.fold(value).split())


def _bare(words: str) -> str:
    """The words without the signs that a query would read as orders."""
    return words.replace('"', " ").replace("-", " ")
