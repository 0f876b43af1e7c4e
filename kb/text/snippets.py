"""The best passage of a text for a search, cut between words, with what was searched for marked."""

import heapq
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kb.text import japanese
from kb.text.japanese import NEGATED, Token

_SENTENCE = re.compile(r"[^\n。！？!?]{1,300}[。！？!?]*[」』）)]*")
_GLANCED = 8  # sentences of which is looked at how far apart the wanted stands
_READ = 3  # promising sentences that are read closely
_LESS = 3  # what a term that stands there as it is spelt adds to a glance
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
    spread: int  # characters from the first to the last of them, where they stand nearest each other

    @property
    def worth(self) -> tuple[int, int, int]:
        return self.found, -self.spread, -self.start


def snippet(text: str, wanted: Collection[str], length: int = 110) -> tuple[Piece, ...]:
    """Cut the passage with the most of the wanted terms out of a plain text, about `length` characters long.

    Of sentences with equally many, the one where they stand nearest each other is taken, then the earlier. The
    sentences after it fill what room is left. Cuts within a sentence fall between words and show an ellipsis.
    Line breaks become spaces. Without any wanted term it is the beginning. Joined, the pieces are one line.
    """
    sentences = _sentences(text)
    if not sentences:
        return ()
    terms, stems = frozenset(wanted), _stems(wanted)
    best = _best(text, sentences, terms, stems)
    start, end = _window(text, best, wanted, length)
    tokens = list(best.tokens)
    following = (one for one in sentences if one[0] >= best.end)
    for first, last, folded in following if end == best.end else ():
        # A short rest is worth having whole; half a sentence more is not.
        if last - start > length:
            break
        if _glance(folded, stems):
            tokens += _read(text, first, last, terms).tokens
        end = last
    shown = _marked(text, start, end, tokens, wanted)
    before = [Piece(ELLIPSIS, False)] if start > best.start else []
    after = [Piece(ELLIPSIS, False)] if end < best.end else []
    return tuple(_joined([*before, *shown, *after]))


def mark(text: str, wanted: Collection[str]) -> tuple[Piece, ...]:
    """Give the whole of a short text (a title) with the wanted terms marked."""
    return tuple(_marked(text, 0, len(text), _tokens(text), wanted))


# The same few pages are found again and again while somebody types: of each, its sentences and words are remembered.
@lru_cache(maxsize=4_096)
def _sentences(text: str) -> tuple[tuple[int, int, str], ...]:
    """Give where each sentence begins and ends, and the sentence folded."""
    return tuple(
        (*match.span(), japanese.fold(match.group())) for match in _SENTENCE.finditer(text) if match.group().strip()
    )


@lru_cache(maxsize=16_384)
def _tokens(sentence: str) -> tuple[Token, ...]:
    return tuple(japanese.tokens(sentence))


def _stems(terms: Iterable[str]) -> list[tuple[str, str, str]]:
    """Give the first sign, the first two signs, and the whole of each term, folded."""
    folded = {japanese.fold(term.removeprefix(NEGATED)) for term in terms}
    return [(term[:1], term[:2], term) for term in folded]


def _best(
    text: str,
    sentences: Sequence[tuple[int, int, str]],
    wanted: frozenset[str],
    stems: Sequence[tuple[str, str, str]],
) -> _Sentence:
    """Choose the sentence that is worth most.

    Reading closely costs some microseconds a character, so sentences are first ordered by a glance at their signs.
    """
    glances = [(_glance(folded, stems), -at) for at, (_, _, folded) in enumerate(sentences)]
    promising = [
        (glance, -_reach(sentences[-at][2], stems), at)
        for glance, at in heapq.nlargest(_GLANCED if stems else 1, glances)
    ]
    best: _Sentence | None = None
    most = 0
    for glance, _, at in heapq.nlargest(_READ, promising):
        # What seems to hold a term less is hardly ever worth more.
        if best is not None and best.found and glance + _LESS <= most:
            break
        most = max(most, glance)
        one = _read(text, *sentences[-at][:2], wanted)
        best = one if best is None or one.worth > best.worth else best
        # Everything is there, and no nearer to each other in the others, as far as a glance can tell.
        if best.found == len(wanted):
            break
    return best if best and best.found else _read(text, *sentences[0][:2], wanted)


def _glance(sentence: str, stems: Iterable[tuple[str, str, str]]) -> int:
    """Guess how much of the wanted is here; dictionary form and text share their beginning, mostly."""
    seen = 0
    for first, beginning, whole in stems:
        if first in sentence:
            seen += 1 + 2 * (beginning in sentence) + 3 * (whole in sentence)
    return seen


def _reach(sentence: str, stems: Iterable[tuple[str, str, str]]) -> int:
    """Guess how many characters lie between the first and the last of the wanted."""
    places = [at for _, beginning, _ in stems if (at := sentence.find(beginning)) >= 0]
    return max(places) - min(places) if places else 0


def _read(text: str, start: int, end: int, wanted: frozenset[str]) -> _Sentence:
    tokens = [Token(one.term, one.start + start, one.end + start) for one in _tokens(text[start:end])]
    hits = [token for token in tokens if token.term in wanted]
    found = len({hit.term for hit in hits})
    return _Sentence(start, end, tokens, found, _spread(hits, found))


def _spread(hits: Sequence[Token], kinds: int) -> int:
    """Give the length of the shortest stretch that holds every term of the hits."""
    shortest = 0
    last: dict[str, int] = {}
    for hit in hits:
        last[hit.term] = hit.start
        if len(last) == kinds:
            spread = hit.end - min(last.values())
            shortest = min(shortest, spread) if shortest else spread
    return shortest


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
