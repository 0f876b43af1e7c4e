"""The best passage of a text for a search, cut between words, with what was searched for marked."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kb.text import japanese
from kb.text.japanese import NEGATED, Token

_SENTENCE = re.compile(r"[^\n。！？!?]{1,300}[。！？!?]*[」』）)]*")
_READ = 4  # promising sentences that are read closely
_AFTER = "、，,。」』）) 　\t・…"  # a cut right after one of these is the best
_LEAD = 12  # characters kept before the first hit of a sentence that is too long
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text, and whether it is what was searched for."""

    text: str
    hit: bool


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    tokens: Sequence[Token]  # places are those of the whole text
    found: int  # different wanted terms


def snippet(text: str, wanted: Collection[str], length: int = 110) -> tuple[Piece, ...]:
    """Cut the passage with the most of the wanted terms out of a plain text, about `length` characters long.

    The sentences after it fill what room is left. Cuts within a sentence fall between words and show an ellipsis.
    Line breaks become spaces. Without any wanted term it is the beginning. Joined, the pieces are one line.
    """
    sentences = [match.span() for match in _SENTENCE.finditer(text) if match.group().strip()]
    if not sentences:
        return ()
    best = _best(text, sentences, set(wanted))
    start, end = _window(text, best, wanted, length)
    following = [span for span in sentences if span[0] >= best.end]
    tokens = list(best.tokens)
    for span in following if end == best.end else ():
        # A short rest is worth having whole; half a sentence more is not.
        if span[1] - start > length:
            break
        tokens += _read(text, *span, frozenset(wanted)).tokens
        end = span[1]
    shown = _marked(text, start, end, tokens, wanted)
    before = [Piece(ELLIPSIS, False)] if start > best.start else []
    after = [Piece(ELLIPSIS, False)] if end < best.end else []
    return tuple(_joined([*before, *shown, *after]))


def mark(text: str, wanted: Collection[str]) -> tuple[Piece, ...]:
    """Give the whole of a short text (a title) with the wanted terms marked."""
    return tuple(_marked(text, 0, len(text), japanese.tokens(text), wanted))


def _best(text: str, sentences: list[tuple[int, int]], wanted: set[str]) -> _Sentence:
    """Choose the sentence with the most wanted terms, the earlier of equals.

    Reading closely costs some microseconds a character, so sentences are first ordered by a glance at their signs.
    """
    stems = {japanese.fold(term.removeprefix(NEGATED)) for term in wanted}
    glances = [(_glance(japanese.fold(text[start:end]), stems), -at) for at, (start, end) in enumerate(sentences)]
    order = [-at for _, at in sorted(glances, reverse=True)]
    best = _read(text, *sentences[0], wanted) if not stems else None
    for at in order[:_READ] if best is None else ():
        sentence = _read(text, *sentences[at], wanted)
        if best is None or (sentence.found, -sentence.start) > (best.found, -best.start):
            best = sentence
        if best.found == len(wanted):
            break
    if best is None or (best.found == 0 and best.start != sentences[0][0]):
        return _read(text, *sentences[0], wanted)
    return best


def _glance(sentence: str, stems: Iterable[str]) -> int:
    """Guess how much of the wanted is here; dictionary form and text share their beginning, mostly."""
    return sum((stem[:1] in sentence) + 2 * (stem[:2] in sentence) + 3 * (stem in sentence) for stem in stems)


def _read(text: str, start: int, end: int, wanted: Collection[str]) -> _Sentence:
    tokens = [Token(one.term, one.start + start, one.end + start) for one in _tokens(text[start:end])]
    return _Sentence(start, end, tokens, len({token.term for token in tokens} & set(wanted)))


# The same few pages are found again and again while somebody types.
@lru_cache(maxsize=4_096)
def _tokens(sentence: str) -> tuple[Token, ...]:
    return tuple(japanese.tokens(sentence))


def _window(text: str, sentence: _Sentence, wanted: Collection[str], length: int) -> tuple[int, int]:
    """Place `length` characters over a sentence so that they hold the most different wanted terms."""
    if sentence.end - sentence.start <= length:
        return sentence.start, sentence.end
    hits = [token for token in sentence.tokens if token.term in wanted]
    start = sentence.start
    if hits:
        counts = [
            (len({hit.term for hit in hits[at:] if hit.end <= first.start + length - _LEAD}), -at)
            for at, first in enumerate(hits)
        ]
        first = hits[-max(counts)[1]]
        start = max(sentence.start, min(first.start - _LEAD, sentence.end - length))
    borders = _borders(text, sentence)
    if start > sentence.start:
        limit = min((hit.start for hit in hits if hit.start >= start), default=sentence.end)
        start = _nearest([border for border in borders if start <= border <= limit], text, start, first=True)
    end = min(sentence.end, start + length)
    if end < sentence.end:
        most = max((hit.end for hit in hits if hit.end <= end), default=start)
        end = _nearest([border for border in borders if max(most, end - 2 * _LEAD) <= border <= end], text, end)
    return start, end


def _borders(text: str, sentence: _Sentence) -> list[int]:
    """Give the places between words where a cut reads well: before a content word."""
    starts = {token.start for token in sentence.tokens}
    return sorted(starts | {at for at in range(sentence.start + 1, sentence.end) if text[at - 1] in _AFTER})


def _nearest(borders: list[int], text: str, otherwise: int, *, first: bool = False) -> int:
    after_sign = [border for border in borders if text[border - 1] in _AFTER]
    choice = after_sign or borders
    return (choice[0] if first else choice[-1]) if choice else otherwise


def _marked(text: str, start: int, end: int, tokens: Iterable[Token], wanted: Collection[str]) -> list[Piece]:
    hits = sorted((max(one.start, start), min(one.end, end)) for one in tokens if one.term in wanted)
    pieces: list[Piece] = []
    done = start
    for hit_start, hit_end in hits:
        if hit_end <= done:
            continue
        hit_start = max(hit_start, done)
        pieces += [Piece(text[done:hit_start], False), Piece(text[hit_start:hit_end], True)]
        done = hit_end
    pieces.append(Piece(text[done:end], False))
    return list(_joined(Piece(re.sub(r"\s", " ", piece.text), piece.hit) for piece in pieces))


def _joined(pieces: Iterable[Piece]) -> Iterable[Piece]:
    """Leave out empty pieces and join neighbours of one kind."""
    last: Piece | None = None
    for piece in pieces:
        if not piece.text:
            continue
        if last is not None and last.hit == piece.hit:
            last = Piece(last.text + piece.text, last.hit)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last
