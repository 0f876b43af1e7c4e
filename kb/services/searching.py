"""Find pages: every hit is read again from the store before anything of it leaves the house."""

import time
from dataclasses import dataclass

from kb.rules import limits
from kb.rules.errors import Invalid
from kb.rules.roles import Actor, Permission, require
from kb.search.port import Query, SearchIndex
from kb.services.checking import one_line
from kb.store import listing, pages
from kb.store.base import Session
from kb.store.pages import Page, Revision
from kb.text import audience as audiences
from kb.text import plain, snippets

# The hits of one query that are looked up in the store, so that the count told is one of readable pages.
RECHECKED = 200


@dataclass(frozen=True)
class Wanted:
    """What a reader asks for; None lets everything through."""

    words: str
    language: str | None = None
    kind: str | None = None
    category: str | None = None
    tag: str | None = None
    limit: int = limits.PAGE_SIZE
    offset: int = 0


@dataclass(frozen=True)
class Result:
    """One page found: title, matching phrase and snippet, each in pieces (text, whether it was asked for)."""

    page: Page
    revision: Revision
    score: float
    title: tuple[snippets.Piece, ...]
    phrase: tuple[snippets.Piece, ...]
    snippet: tuple[snippets.Piece, ...]
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Results:
    words: str
    total: int
    results: list[Result]
    took_ms: float


def search(db: Session, index: SearchIndex, wanted: Wanted, *, viewer: Actor) -> Results:
    """The best pages for these words that the viewer may read; no words, no results."""
    began = time.perf_counter()
    if not 1 <= wanted.limit <= limits.PAGE_SIZE_MAX:
        raise Invalid("limit は1〜%(limit)sで指定してください。", field="limit", limit=limits.PAGE_SIZE_MAX)
    if wanted.offset < 0:
        raise Invalid("offset は0以上で指定してください。", field="offset")
    words = wanted.words.strip()
    query = Query(
        words,
        viewer.audience,
        language=wanted.language,
        kinds=(wanted.kind,) if wanted.kind else (),
        category=wanted.category,
        tag=wanted.tag,
        limit=max(RECHECKED, wanted.offset + wanted.limit),
    )
    found = index.search(query)
    readable = pages.by_ids(db, [hit.page_id for hit in found.hits], viewer=viewer)
    hits = [hit for hit in found.hits if hit.page_id in readable]
    total = len(hits) if found.total <= len(found.hits) else found.total - len(found.hits) + len(hits)
    results = []
    for hit in hits[wanted.offset : wanted.offset + wanted.limit]:
        page = readable[hit.page_id]
        assert page.shown is not None
        results.append(_result(page, page.shown, hit.score, hit.terms or found.terms, viewer=viewer))
    return Results(words, total, results, (time.perf_counter() - began) * 1000)


def suggest(db: Session, index: SearchIndex, words: str, *, language: str | None = None, viewer: Actor) -> list[Result]:
    """A few pages for what has been typed so far: titles that hold the very letters first, then what a search finds."""
    typed = one_line(words)[: limits.TITLE]
    if not typed:
        return []
    by_letters = listing.titled_like(db, typed, viewer=viewer, language=language, limit=limits.SUGGESTIONS)
    results = [
        _result(page, page.shown, 0.0, (), viewer=viewer, with_snippet=False)
        for page in by_letters
        if page.shown is not None
    ]
    known = {result.page.id for result in results}
    rest = search(db, index, Wanted(typed, language=language, limit=limits.SUGGESTIONS), viewer=viewer)
    return (results + [one for one in rest.results if one.page.id not in known])[: limits.SUGGESTIONS]


def look_alikes(db: Session, index: SearchIndex, text: str, *, but: int | None = None, viewer: Actor) -> list[Result]:
    """Pages and stories that tell something like this text; for authors while they write and SVs while they review."""
    require(viewer, Permission.READ_STAFF)
    words = plain.plain(text)[: limits.QUERY].replace('"', " ").replace("-", " ")
    found = search(db, index, Wanted(words, limit=limits.LOOK_ALIKES + 1), viewer=viewer)
    return [result for result in found.results if result.page.id != but][: limits.LOOK_ALIKES]


def related(db: Session, index: SearchIndex, page: Page, *, viewer: Actor) -> list[Page]:
    """Other pages in the same language that a reader of this one may want next."""
    if page.shown is None:
        return []
    words = " ".join([page.shown.title, *page.shown.phrases[:3]])[: limits.QUERY]
    wanted = Wanted(words.replace('"', " ").replace("-", " "), language=page.language.value, limit=6)
    found = search(db, index, wanted, viewer=viewer)
    return [result.page for result in found.results if result.page.id != page.id][:5]


def _result(
    page: Page,
    revision: Revision,
    score: float,
    terms: tuple[str, ...],
    *,
    viewer: Actor,
    with_snippet: bool = True,
) -> Result:
    wanted = set(terms)
    text = plain.plain(audiences.cut(revision.body, viewer.audience)) if with_snippet else ""
    marked = ((phrase, snippets.mark(phrase, wanted)) for phrase in revision.phrases)
    phrase = max(marked, key=lambda pair: sum(piece.hit for piece in pair[1]), default=("", ()))
    return Result(
        page,
        revision,
        score,
        snippets.mark(revision.title, wanted),
        phrase[1] if any(piece.hit for piece in phrase[1]) else (),
        snippets.snippet(text, wanted) if text else (),
        terms,
    )
