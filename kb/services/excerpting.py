"""What a hit shows of its page: title, phrase and passage with the searched words marked, cut for the reader first."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from kb.rules.pages import Audience
from kb.rules.roles import Actor
from kb.store.pages import Page, Revision
from kb.text import audience as audiences
from kb.text import plain, snippets


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


def result(page: Page, score: float, terms: Iterable[str], *, viewer: Actor, with_snippet: bool = True) -> Result:
    """A page as it is shown among others, with these terms marked; its text is cut for the viewer first."""
    assert page.shown is not None
    revision, wanted = page.shown, frozenset(terms)
    text = _readable_text(revision.body, viewer.audience) if with_snippet else ""
    marked = ((phrase, snippets.mark(phrase, wanted)) for phrase in revision.phrases)
    phrase = max(marked, key=lambda pair: sum(piece.hit for piece in pair[1]), default=("", ()))
    return Result(
        page,
        revision,
        score,
        snippets.mark(revision.title, wanted),
        phrase[1] if any(piece.hit for piece in phrase[1]) else (),
        _snippet(text, wanted) if text else (),
        tuple(terms),
    )


# Whoever types on finds mostly the same pages by the same words.
@lru_cache(maxsize=4_096)
def _snippet(text: str, wanted: frozenset[str]) -> tuple[snippets.Piece, ...]:
    return snippets.snippet(text, wanted)


# A snippet needs the plain text of every page in a list, and fifty people type at once.
@lru_cache(maxsize=4_096)
def _remembered(body: str, audience: Audience) -> str:
    return plain.plain(audiences.cut(body, audience))


def _readable_text(body: str, audience: Audience) -> str:
    """The plain text of a body, cut for an audience; long ones are rare, and not worth the memory."""
    return (_remembered if len(body) <= 20_000 else _remembered.__wrapped__)(body, audience)
