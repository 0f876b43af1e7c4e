"""What in a text its hearers would not follow: internal words, abbreviations nobody explains, sentences without end."""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from kb.text.short_words import cut

# 文化審議会建議「公用文作成の考え方」(2022-01-07) asks writers of plain notices to look again at a sentence from 50 to
# 60 characters on; who only hears it can't look back, so the same figure holds here.
SENTENCE = 60

_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]*")
_ABBREVIATION = re.compile("(?<![A-Za-z0-9@./_-])[A-Z]{2,6}(?![A-Za-z0-9@/_-]|\\.[A-Za-z])")
_OPEN, _CLOSE = "(（〔[［「", ")）〕]］」"
_KANJI = re.compile("[一-龯々]")
_JAPANESE = re.compile("[ぁ-ゖァ-ヺー一-龯々]")


class Place(NamedTuple):
    """A stretch text[start:end], and what to say instead, if anybody knows."""

    start: int
    end: int
    instead: str = ""


def internal(text: str, words: Iterable[str]) -> list[Place]:
    """Find the words that customers should not hear; "検品落ち＝検査で外した品" says what to say instead of it.

    Spellings meet as far as width and case go. A word counts only where it stands by itself: 棚 is not in 棚番.
    """
    flat = _flat(text)
    found: list[Place] = []
    borders: set[int] = set()
    for line in dict.fromkeys(words):
        word, _, instead = line.replace("=", "＝").partition("＝")
        word = _flat(word.strip())
        at = flat.find(word) if word else -1
        while at >= 0:
            end = at + len(word)
            borders = borders or {place for start, stop, _ in cut(text) for place in (start, stop)}
            # One kanji is a part of many words that the dictionary cuts there: 棚 of 棚番.
            is_part = len(word) == 1 and any(
                _KANJI.match(sign) for sign in flat[max(at - 1, 0) : at] + flat[end : end + 1]
            )
            if at in borders and end in borders and not is_part:
                found.append(Place(at, end, instead.strip()))
            at = flat.find(word, end)
    return sorted(found)


def abbreviations(text: str, known: Iterable[str], page: str) -> list[Place]:
    """Find the Latin abbreviations (2 to 6 capitals) that are neither known nor explained in the page.

    NVR（録画機） and 録画機（NVR） explain; a model, an order number, a mail address and a part of a word are none.
    Each is found once, where it first stands.
    """
    flat, seen = _flat(text, case=False), {_flat(one, case=False) for one in known}
    found: list[Place] = []
    for match in _ABBREVIATION.finditer(flat):
        if match[0] not in seen:
            seen.add(match[0])
            if not _is_explained(match[0], _flat(page, case=False)):
                found.append(Place(match.start(), match.end()))
    return found


def long_sentences(text: str, most: int = SENTENCE) -> list[Place]:
    """Find the Japanese sentences of more than `most` characters."""
    found = (match for match in _SENTENCE.finditer(text) if len(match[0].strip()) > most)
    return [Place(match.start(), match.end()) for match in found if _JAPANESE.search(match[0])]


def _flat(text: str, *, case: bool = True) -> str:
    """The text in one width (and case), every character where it stood."""
    signs = (unicodedata.normalize("NFKC", sign) for sign in text)
    flat = "".join(new if len(new) == 1 else old for new, old in zip(signs, text, strict=True))
    return "".join(new if len(new := sign.lower()) == 1 else sign for sign in flat) if case else flat


def _is_explained(word: str, page: str) -> bool:
    opened, closed = re.escape(_OPEN), re.escape(_CLOSE)
    for match in re.finditer(rf"{word}\s*[{opened}]([^{closed}\n]{{1,60}})[{closed}]", page):
        if _JAPANESE.search(match[1]):
            return True
    return bool(re.search(rf"[ぁ-ゖァ-ヺー一-龯々]\s*[{opened}]{word}[{closed}]", page))
