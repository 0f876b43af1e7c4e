"""What a query asks of an index: its words, and what may stand for them, each at its weight."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from kb.rules import limits
from kb.search.port import Match, Query
from kb.search.synonyms import Run, wordings
from kb.search.words import Words, kanji_of, parse
from kb.text import kana, meanings
from kb.text.japanese import NEGATED, Token, fold

# What a match is worth beside the exact word. The dictionary's senses are chosen by a machine, a list by a person.
KEPT = 0.9  # a synonym that supervisors keep
SENSE = 0.5
READING = 0.9
PART = 0.5
TYPO = 0.7
OTHERS = 12  # alternatives of one word
FEW = 3  # pages; a word on fewer of them may be a typing error, if
MANY = 10  # times as many hold the word that it may stand for
PAIRS, SIGNS = 16, 32  # pairs of neighbours and kanji that are looked at; questions have fewer, pasted texts more
NEIGHBOURS = 8  # characters of the query between two words that belong together


@dataclass(frozen=True, slots=True)
class Alternative:
    """What may stand for a word: a term, or several that stand next to each other in this order."""

    run: Run
    weight: float
    how: Match


@dataclass(frozen=True, slots=True)
class Clause:
    """A word of the query; of its alternatives, the exact one first, the best on a page counts."""

    asked: str
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to add up (clauses), what to look closer at (pairs, kanji), and which runs must and must not be there."""

    clauses: tuple[Clause, ...]
    phrases: tuple[Run, ...] = ()
    excluded: tuple[Run, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    kanji: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    corrected: str = ""


class Vocabulary(Protocol):
    """The words of an index. All but `holding` may know of words that the reader must not hear of."""

    def holding(self, run: Run) -> int:
        """Tell how many pages hold these terms, next to each other, where the reader may read it."""

    def beginning(self, letters: str) -> Sequence[str]:
        """Give words of titles, phrases and tags that begin with these letters, the most useful first."""

    def read_as(self, reading: str, *, whole: bool) -> Sequence[tuple[str, str]]:
        """Give (word to show, term) of what is read like this; if not `whole`, of headings that begin so."""

    def meaning(self, sense: int) -> Sequence[str]:
        """Give the words that may have this sense of the dictionary."""

    def containing(self, part: str) -> Sequence[str]:
        """Give words with this kanji inside, the most useful first."""

    def near(self, term: str) -> Sequence[str]:
        """Give katakana or Latin words that are one letter away."""


def plan(query: Query, vocabulary: Vocabulary) -> Plan:
    """Read a query, and look up what may stand for its words."""
    words = parse(query.words)
    if query.half_typed:
        return _half_typed(words, vocabulary)
    clauses = {term: Clause(term, (Alternative((term,), 1.0, Match.WORD),)) for term in words.terms}
    quoted = {term for phrase in words.phrases for term in phrase}
    free = [token for token in words.tokens if token.term not in quoted]
    extra, corrected = _mend(words, free, clauses, vocabulary)
    extra += _widen(words, query, clauses, vocabulary)
    typed = {token.term: fold(words.text[token.start : token.end]) for token in words.tokens}
    for term, clause in clauses.items():
        if term not in quoted and (others := _others(term, typed[term], clause, len(clauses), vocabulary)):
            clauses[term] = replace(clause, alternatives=(*clause.alternatives, *others))
    return Plan(
        (*clauses.values(), *extra)[: limits.QUERY_TERMS],
        words.phrases,
        words.excluded,
        _pairs(words)[:PAIRS],
        tuple(kanji_of(term for term in words.terms if not term.startswith(NEGATED)))[:SIGNS],
        words.terms,
        corrected,
    )


def _others(term: str, typed: str, clause: Clause, words: int, vocabulary: Vocabulary) -> tuple[Alternative, ...]:
    """Look up the word in other kana, words with the same sense, and for a lone kanji words that it is part of."""
    known = {alternative.run for alternative in clause.alternatives}
    found = [(kana.other_kana(term), 1.0, Match.WORD)]
    found += [(other, SENSE, Match.SYNONYM) for sense in meanings.senses(term) for other in vocabulary.meaning(sense)]
    # What is typed counts: a lone 返 is read as 返す.
    if kanji_of([typed]).keys() == {typed} and (words == 1 or not vocabulary.holding((term,))):
        found += [(other, PART, Match.PART) for other in vocabulary.containing(typed)]
    chosen: dict[Alternative, None] = {}
    for other, weight, how in found:
        # A lone kanji is part of many words, and to count the pages of each takes its time.
        if len(chosen) == OTHERS:
            break
        if other != term and (other,) not in known and vocabulary.holding((other,)):
            chosen[Alternative((other,), weight, how)] = None
    return tuple(chosen)


def _widen(words: Words, query: Query, clauses: dict[str, Clause], vocabulary: Vocabulary) -> list[Clause]:
    """Add the wordings that supervisors keep: to the word itself, or for several words as a clause of their own."""
    extra = []
    for found in wordings(query.synonyms).of(words.terms):
        run = words.terms[found.start : found.end]
        others = tuple(Alternative(other, KEPT, Match.SYNONYM) for other in found.others if vocabulary.holding(other))
        if not others:
            continue
        if len(run) == 1:
            clause = clauses[run[0]]
            clauses[run[0]] = replace(clause, alternatives=(*clause.alternatives, *others[:OTHERS]))
        else:
            extra.append(Clause("".join(run), (Alternative(run, 1.0, Match.PHRASE), *others[:OTHERS])))
    return extra


def _mend(
    words: Words, free: Sequence[Token], clauses: dict[str, Clause], vocabulary: Vocabulary
) -> tuple[list[Clause], str]:
    """Look for what was meant by words that hardly any page holds; tells the extra clauses and the mended text."""
    extra: list[Clause] = []
    mended, done = "", 0
    for start, end in kana.spelt_runs(words.text):
        tokens = [token for token in free if start <= token.start and token.end <= end]
        if not tokens or tokens[0].start < done:
            continue
        run = tuple(token.term for token in tokens)
        typed = words.text[start:end]
        others = _meant(typed, run, vocabulary)
        if not others:
            continue
        alternatives = tuple(alternative for _, alternative in others)
        if len(run) == 1:
            clause = clauses[run[0]]
            clauses[run[0]] = replace(clause, alternatives=(*clause.alternatives, *alternatives))
        else:
            extra.append(Clause(typed, (Alternative(run, 1.0, Match.PHRASE), *alternatives)))
        mended += words.text[done:start] + others[0][0]
        done = end
    return extra, (mended + words.text[done:]).strip() if mended else ""


def _meant(typed: str, run: Run, vocabulary: Vocabulary) -> list[tuple[str, Alternative]]:
    """Give (word to show, alternative) of what somebody may have meant, the likeliest first."""
    held = vocabulary.holding(run)
    if held >= FEW:
        return []
    found: dict[str, tuple[str, float, Match]] = {}
    if reading := kana.hiragana(typed):
        found |= {term: (shown, READING, Match.READING) for shown, term in vocabulary.read_as(reading, whole=True)}
    for term in vocabulary.near(fold(typed)):
        found.setdefault(term, (term, TYPO, Match.TYPO))
    holding = {term: vocabulary.holding((term,)) for term in found if (term,) != run}
    likely = [term for term, pages in holding.items() if pages and pages >= held * MANY]
    likely.sort(key=lambda term: (found[term][2] is Match.TYPO, -holding[term], term))
    return [(found[term][0], Alternative((term,), *found[term][1:])) for term in likely[:OTHERS]]


def _pairs(words: Words) -> tuple[tuple[str, str], ...]:
    said = [token for token in words.tokens if not token.term.startswith(NEGATED)]
    return tuple(
        dict.fromkeys(
            (one.term, other.term)
            for one, other in zip(said, said[1:], strict=False)
            if one.term != other.term and 0 <= other.start - one.end <= NEIGHBOURS
        )
    )


def _half_typed(words: Words, vocabulary: Vocabulary) -> Plan:
    start, candidates = half_typed(words.text, vocabulary)
    whole = [token.term for token in words.tokens if token.end <= start or not candidates]
    clauses = [Clause(term, (Alternative((term,), 1.0, Match.WORD),)) for term in dict.fromkeys(whole)]
    if candidates:
        typed = [token.term for token in words.tokens if token.end > start]
        exact = (Alternative(tuple(typed), 1.0, Match.WORD),) if typed else ()
        others = tuple(
            Alternative((term,), PART if how is Match.PART else READING, how)
            for _, term, how in candidates
            if [term] != typed
        )
        clauses.append(Clause(words.text[start:], (*exact, *others)))
    return Plan(tuple(clauses), words.phrases, words.excluded, terms=words.terms)


def half_typed(text: str, vocabulary: Vocabulary) -> tuple[int, list[tuple[str, str, Match]]]:
    """Tell from where on a text may be a half-typed word, and the (word to show, term, how) that it may become.

    Words in kana or romaji are looked up by reading, everything by letters; the longest beginning that is known wins.
    """
    for start in kana.starts(text):
        typed = text[start:]
        found = {term: (term, term, Match.PART) for term in vocabulary.beginning(fold(typed))}
        for reading in kana.beginnings(typed):
            for shown, term in vocabulary.read_as(reading, whole=False):
                found.setdefault(term, (shown, term, Match.READING))
        held = _held(found.values(), lambda word: vocabulary.holding((word[1],)))
        if held:
            return start, held
    return len(text), []


def _held(
    words: Iterable[tuple[str, str, Match]], holding: Callable[[tuple[str, str, Match]], int]
) -> list[tuple[str, str, Match]]:
    counted = [(holding(word), word) for word in words]
    counted.sort(key=lambda pair: (-pair[0], pair[1][1]))
    return [word for pages, word in counted if pages][: 2 * OTHERS]
