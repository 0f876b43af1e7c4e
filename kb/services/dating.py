"""Read dated limits as of today in Japan: what is in force, what changes soon, and hits that are out of date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from kb.rules import clock
from kb.rules.pages import Audience
from kb.rules.roles import Actor
from kb.services.excerpting import Result
from kb.text import audience as audiences
from kb.text import dated_limits, plain, snippets
from kb.text.dated_limits import Day
from kb.text.rendering import Part
from kb.text.snippets import ELLIPSIS, Piece


def today(parts: Sequence[Part]) -> Day[Part]:
    """The limits of a page that was read before, as they stand today: rendering keeps dates, and never the day."""
    return dated_limits.on(clock.today(), parts)


@dataclass(frozen=True)
class Aged:
    """The passage of a hit with 旧 before whatever it takes from a limit that has ended.

    `until` is the last day of that limit, where what was searched for stands nowhere but there.
    """

    passage: tuple[Piece, ...]
    until: date | None


def aged(found: Result, old: str, *, viewer: Actor) -> Aged:
    """The passage of a hit as of today; `old` is the mark in the reader's language."""
    if not found.snippet:
        return Aged((), None)
    known = "\n".join([found.revision.title, *found.revision.phrases])
    terms = frozenset(found.terms)
    return _aged(found.revision.body, known, found.snippet, terms, old, clock.today(), viewer.audience)


# A list of hits is drawn at every key press, and mostly with the same hits.
@lru_cache(maxsize=4_096)
def _aged(
    body: str, known: str, pieces: tuple[Piece, ...], terms: frozenset[str], old: str, day: date, audience: Audience
) -> Aged:
    whole = plain.plain(audiences.cut(body, audience)).replace("\n", " ") if dated_limits.may_end(body) else ""
    texts = {one.text.replace("\n", " "): one.until for one in dated_limits.past(body, day, audience) if one.text}
    # What the page says once more is no old word.
    texts = {text: until for text, until in texts.items() if whole.count(text) == 1}
    if not texts:
        return Aged(pieces, None)
    rest = whole
    for text in texts:
        rest = rest.replace(text, " ")
    held = "\n".join(_hits(known, terms) | _hits(rest, terms))
    # Words that stand together are one hit, so 円 is held where 960円 is.
    until = next((texts[text] for text in texts for hit in _hits(text, terms) if hit not in held), None)
    shown = "".join(piece.text for piece in pieces)
    start = whole.find(shown.strip(f"{ELLIPSIS} ")) - (1 if shown.startswith(ELLIPSIS) else 0)
    places = [max(0, whole.find(text) - start) for text in texts if _overlaps(whole, text, start, len(shown))]
    return Aged(_with_marks(pieces, sorted(places), old), until)


def _overlaps(whole: str, text: str, start: int, length: int) -> bool:
    place = whole.find(text)
    return place < start + length and start < place + len(text)


def _with_marks(pieces: tuple[Piece, ...], places: list[int], old: str) -> tuple[Piece, ...]:
    """The pieces with a mark at each of these places of their text."""
    found: list[Piece] = []
    at = 0
    for piece in pieces:
        text = piece.text
        while places and places[0] < at + len(text):
            cut = places.pop(0) - at
            found += [Piece(text[:cut], piece.hit), Piece(old, False)]
            text, at = text[cut:], at + cut
        found.append(Piece(text, piece.hit))
        at += len(text)
    return tuple(piece for piece in found if piece.text)


def _hits(text: str, terms: frozenset[str]) -> set[str]:
    return {piece.text.casefold() for piece in snippets.mark(text, terms) if piece.hit}
