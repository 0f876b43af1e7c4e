"""Suggest while somebody types: what the last word may become, and the pages that are called so."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kb.rules import limits
from kb.rules.roles import Actor
from kb.search import port
from kb.search.port import IndexBroken, IndexBusy
from kb.services import excerpting, searching
from kb.services.checking import one_line
from kb.services.excerpting import Result
from kb.services.house import House
from kb.services.searching import Wanted
from kb.store import listing, outbox, pages
from kb.store.base import Session
from kb.store.pages import Page
from kb.text import japanese

COMPLETIONS = 4  # at most; pages fill the rest of limits.SUGGESTIONS


@dataclass(frozen=True)
class Completion:
    """A word that the last one may become, and all that was typed with this word in its place."""

    word: str
    fills: str


@dataclass(frozen=True)
class Suggestions:
    words: str
    completions: tuple[Completion, ...]
    pages: tuple[Result, ...]


def suggest(db: Session, house: House, words: str, *, language: str | None = None, viewer: Actor) -> Suggestions:
    """What somebody may want who has typed this much; nothing typed, nothing suggested."""
    typed = one_line(words[: limits.QUERY])
    if not typed:
        return Suggestions("", (), ())
    if searching.number_in(typed) is not None:
        direct = searching.numbered(db, typed, viewer=viewer)
        return Suggestions(typed, (), tuple(_shown([(direct, ())] if direct else [], viewer=viewer)))
    try:
        found = _called_so(db, house, typed, language=language, viewer=viewer)
        told = house.index.complete(typed, viewer.audience, language=language, limit=COMPLETIONS)
    except (IndexBroken, IndexBusy):
        return _titled(db, typed, language=language, viewer=viewer)
    # The index knows English words by what they mean (delivery is デリバリー), so not by half of their letters.
    if typed.isascii() and not found and not told:
        return _titled(db, typed, language=language, viewer=viewer)
    if told and outbox.oldest(db, 1):
        told = _still_there(told, [page for page, _ in found])
    completions = tuple(
        Completion(one.word, fills) for one in told if (fills := typed[: one.start] + one.word) != typed
    )
    return Suggestions(typed, completions, tuple(_shown(found[: limits.SUGGESTIONS - len(completions)], viewer=viewer)))


def _titled(db: Session, typed: str, *, language: str | None, viewer: Actor) -> Suggestions:
    """The pages with these very letters in their titles, from the database."""
    titled = listing.titled_like(db, typed, viewer=viewer, language=language, limit=limits.SUGGESTIONS)
    return Suggestions(typed, (), tuple(_shown([(page, ()) for page in titled], viewer=viewer)))


def _called_so(
    db: Session, house: House, typed: str, *, language: str | None, viewer: Actor
) -> list[tuple[Page, tuple[str, ...]]]:
    """The pages that the index finds by title, phrase or tag, with the terms that it found, as far as readable."""
    query = searching.query_of(db, house, Wanted(typed, language=language, half_typed=True), viewer=viewer)
    hits = house.index.search(replace(query, limit=2 * limits.SUGGESTIONS)).hits
    readable = pages.by_ids(db, [hit.page_id for hit in hits], viewer=viewer)
    return [(readable[hit.page_id], hit.terms) for hit in hits if hit.page_id in readable]


def _still_there(told: Iterable[port.Completion], found: Iterable[Page]) -> tuple[port.Completion, ...]:
    """The words that readable pages hold: while changes wait for the index, its words may be of pages now hidden."""
    texts = [
        japanese.fold("\n".join([page.shown.title, *page.shown.phrases, *page.shown.tags]))
        for page in found
        if page.shown is not None
    ]
    return tuple(one for one in told if any(japanese.fold(one.word) in text for text in texts))


def _shown(found: Iterable[tuple[Page, tuple[str, ...]]], *, viewer: Actor) -> Iterable[Result]:
    for page, terms in found:
        yield excerpting.result(page, 0.0, terms, viewer=viewer, with_snippet=False)
