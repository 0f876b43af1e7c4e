"""Words of a Japanese (or mixed) text: terms to search by, surface words to compare by, readings."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import NamedTuple

import jaconv

from kb.text import function_words as fw
from kb.text.short_words import (
    BORDER,
    DEPENDS,
    ENDING,
    HYPHENS,
    MEANING,
    NEGATION,
    NOTHING,
    TERM,
    Unit,
    Word,
    bare,
    cut,
    kind_of,
    look_up,
    morphemes,
)

__all__ = [
    "NEGATED",
    "TERM",
    "VERSION",
    "Token",
    "fingerprint",
    "fold",
    "look_up",
    "reading",
    "terms",
    "tokens",
    "words",
]

# Changes whenever the same text may give other terms, so that an index made before is known to be old.
VERSION = 2
NEGATED = "¬"  # 入らない gives 入る and ¬入る: it is found by 入る, and better by another 入らない
_MODEL_DIGITS = 7  # from a postcode on, digits joined by hyphens are one number, and 3-5日 is not
_LETTERS = "A-Za-z0-9Ａ-Ｚａ-ｚ０-９"
_RUN = re.compile(f"[{_LETTERS}]+(?:[{HYPHENS}][{_LETTERS}]+)*")


class Token(NamedTuple):
    """One term and where it stands: text[start:end] of the original text."""

    term: str
    start: int
    end: int


_Place = tuple[str, int, int]  # a token, but quicker to make


def fingerprint() -> str:
    """Name the rules and the dictionary in use: other ones may read the same text as other terms."""
    return f"terms {VERSION}, sudachipy {version('sudachipy')}, sudachidict-core {version('sudachidict-core')}"


def fold(text: str) -> str:
    """Make spellings alike for plain comparison: NFKC, then casefold."""
    return unicodedata.normalize("NFKC", text).casefold()


def tokens(text: str) -> list[Token]:
    """Give the content words of any text, in order, with their places in it.

    Terms are in dictionary form, NFKC and lower case, without white space; function words are dropped. A negation
    gives a term of its own on the word it belongs to. The index and the query are read by this same function.
    """
    return list(map(Token._make, _found(text)))


def terms(text: str) -> list[str]:
    """Give the content words of any text, in order; see `tokens`."""
    return [term for term, _, _ in _found(text)]


def words(text: str) -> list[str]:
    """Split any text into its surface words, with nothing lost: joined they are the text again."""
    found: list[str] = []
    done = 0
    for _, end, _ in cut(text):
        if end > done:
            found.append(text[done:end])
            done = end
    if done < len(text):
        found.append(text[done:])
    return found


def reading(text: str) -> str:
    """Spell any text in hiragana, as far as the dictionary knows how; signs and white space stay."""
    spelt: list[str] = []
    for _, _, found in morphemes(text):
        for morpheme in found:
            known = kind_of(morpheme.part_of_speech_id()) not in (fw.END, fw.SIGN, fw.SPACE) and not morpheme.is_oov()
            spelt.append(morpheme.reading_form() if known else morpheme.surface())
    return str(jaconv.kata2hira("".join(spelt)))


def _found(text: str) -> list[_Place]:
    units = cut(text)
    found: list[_Place] = []
    last: _Place | None = None
    for at, (start, end, word) in enumerate(units):
        role = word[0]
        if role == NOTHING:
            continue
        if role == MEANING or (role == DEPENDS and not _says_nothing(units, at)):
            last = word[1], start, end
            found.append(last)
        elif role == ENDING:
            last = None
        elif role == NEGATION and last is not None and not _hollow(units, at):
            _negate(found, last, end)
    return _with_models(text, found)


def _around(units: Sequence[Unit], at: int) -> Word:
    return units[at][2] if 0 <= at < len(units) else BORDER


def _says_nothing(units: Sequence[Unit], at: int) -> bool:
    """Whether a word that often means something carries only grammar or politeness here."""
    word, before = units[at][2], _around(units, at - 1)
    if before.surface in ("て", "で") and word.normal in fw.AFTER_TE:
        return True
    if before.surface == "に" and word.surface in fw.AFTER_NI:
        return True
    return (word.normal in fw.REQUESTS and _asks(units, at)) or _is_set_phrase(units, at)


def _is_set_phrase(units: Sequence[Unit], at: int) -> bool:
    """かもしれない and すみません say nothing about 知る and 済む."""
    word = units[at][2]
    if word.normal == "知れる":
        return _around(units, at - 1).surface == "も"
    return word.surface == "すみ" and _around(units, at + 1).surface == "ませ"


def _asks(units: Sequence[Unit], at: int) -> bool:
    """Whether this 教える, 知る or 聞く only frames a request: …を教えてください, …が知りたい."""
    after = [_around(units, at + step) for step in range(1, 4)]
    if after[0].normal == "為る":
        del after[0]
    if after[0].surface == "て":
        return after[1].kind == fw.END or after[1].normal in fw.FAVOURS
    return after[0].normal == "たい" or after[0].normal in fw.FAVOURS


def _hollow(units: Sequence[Unit], at: int) -> bool:
    """Whether a negation denies nothing: …ませんか, かもしれない, すみません."""
    if _around(units, at + 1).surface == "か":
        return True
    return any(_is_set_phrase(units, at - step) for step in (1, 2) if at >= step)


def _negate(found: list[_Place], last: _Place, end: int) -> None:
    # Twice denied is said (払わなければならない): the second negation takes the first one back.
    if found[-1][0].startswith(NEGATED):
        found.pop()
    else:
        # From the word on: 在庫[がない], 入り[ません].
        found.append((NEGATED + last[0], last[2], end))


def _with_models(text: str, found: list[_Place]) -> list[_Place]:
    """Add the joined form of model names (AB-1200, ab1200 → ab1200) before their parts, which stay findable."""
    models = [(term, *run.span()) for run in _RUN.finditer(text) if (term := _model(run.group()))]
    if not models:
        return found
    whole = {(start, end) for _, start, end in found}
    joined: list[_Place] = []
    at = 0
    for model in models:
        _, start, end = model
        while at < len(found) and found[at][1] < start:
            joined.append(found[at])
            at += 1
        if (start, end) in whole:
            continue  # The dictionary knows the name: Wi-Fi.
        joined.append(model)
        while at < len(found) and found[at][2] <= end:
            if len(found[at][0]) > 1:
                joined.append(found[at])
            at += 1
    return joined + found[at:]


@lru_cache(maxsize=16_384)
def _model(run: str) -> str:
    term = bare(run)
    digits = sum(sign.isdigit() for sign in term)
    mixed = 0 < digits < len(term)
    hyphened = len(term) < len(run) and (digits == 0 or digits >= _MODEL_DIGITS)
    return term if (mixed or hyphened) and len(term) < TERM else ""
