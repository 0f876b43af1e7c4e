"""What somebody types in kana or romaji, finished or not, as the readings that it may be the beginning of."""

import re
from collections.abc import Iterator

import jaconv

from kb.text import japanese
from kb.text.japanese import fold

_KANA = re.compile("[ぁ-ゖー]+")
_ROMAJI = re.compile(
    "(?:([kstpcgzdbfjmrh])(?=\\1))?(?:(?:[kgsztdnhbpmyrwfjv]|[kgnhbpmrsztdj]y|sh|ch|ts)?[aiueo]|n'|n(?![aiueoy])|-)"
)
# Katakana or Latin words, and hiragana that stands alone: with a kanji before it, it is an ending.
_SPELT = re.compile(r"[ァ-ヶーｦ-ﾟ]{3,}|[A-Za-zＡ-Ｚａ-ｚ]{4,}|(?<!\S)[ぁ-ゖー]{3,}(?!\S)")
_TAIL = 20  # characters; no half-typed word is longer
_STARTS = 8
# What an unfinished syllable may become. Doubled consonants (っ) and small ゃ are left to the letters that follow.
_ROWS = {
    "k": "かきくけこ",
    "g": "がぎぐげご",
    "s": "さしすせそ",
    "z": "ざじずぜぞ",
    "j": "じ",
    "t": "たちつてと",
    "c": "ち",
    "d": "だぢづでど",
    "n": "んなにぬねの",
    "h": "はひふへほ",
    "f": "ふ",
    "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
    "m": "まみむめも",
    "y": "やゆよ",
    "r": "らりるれろ",
    "w": "わを",
    "sh": "し",
    "ch": "ち",
    "ts": "つ",
    "ky": "き",
    "gy": "ぎ",
    "sy": "し",
    "zy": "じ",
    "jy": "じ",
    "ty": "ち",
    "cy": "ち",
    "ny": "に",
    "hy": "ひ",
    "by": "び",
    "py": "ぴ",
    "my": "み",
    "ry": "り",
}


def hiragana(text: str) -> str:
    """Spell a word in hiragana if it is kana or whole romaji syllables (へんぴん, ﾍﾝﾋﾟﾝ, henpin), else give ''."""
    kana = jaconv.kata2hira(fold(text))
    latin = "".join(re.findall("[a-z'-]+", kana))
    if latin and not _is_romaji(latin):
        return ""
    # A hyphen in romaji is the long vowel: pasuwa-do.
    spelt = str(jaconv.alphabet2kana(kana.replace("n'", "ん"))).replace("-", "ー") if latin else str(kana)
    return spelt if _KANA.fullmatch(spelt) else ""


def other_kana(word: str) -> str:
    """Write a word of hiragana in katakana and the other way round (ごみ, ゴミ); other words stay."""
    if _KANA.fullmatch(word):
        return str(jaconv.hira2kata(word))
    turned = str(jaconv.kata2hira(word))
    return turned if _KANA.fullmatch(turned) else word


def beginnings(text: str) -> tuple[str, ...]:
    """Give the readings, in hiragana, that what was typed may be the beginning of; none if it is no kana or romaji.

    へんp and henp give へんぱ へんぴ へんぷ へんぺ へんぽ; hen gives へん, and へな へに へぬ へね への.
    """
    folded = fold(text)
    whole = hiragana(folded)
    found = [whole] if whole else []
    for size in (2, 1):
        done, rest = folded[:-size], folded[-size:]
        is_doubled = len(rest) == 2 and rest[0] == rest[1] != "n"
        row = _ROWS.get(rest[-1] if is_doubled else rest, "")
        start = hiragana(done) if done else ""
        if row and (start or not done):
            found += [start + ("っ" if is_doubled else "") + syllable for syllable in row]
            break
    return tuple(dict.fromkeys(found))


def spelt_runs(text: str) -> list[tuple[int, int]]:
    """Give where words stand in a text that are spelt out, so that a typing error may be in them."""
    return [match.span() for match in _SPELT.finditer(text)]


def starts(text: str) -> Iterator[int]:
    """Give where a half-typed last word may begin: the whole of the text's last words first, then less and less of it.

    An ending that grammar explains (…したい, …ますか) is no beginning of a word, unless nothing else was typed.
    """
    tail = max(text.rfind(" "), text.rfind("\u3000"), len(text) - _TAIL - 1) + 1
    bounds = []
    at = tail
    for word in japanese.words(text[tail:]):
        bounds.append(at)
        at += len(word)
    said = tail + max(
        (token.end for token in japanese.tokens(text[tail:]) if not token.term.startswith(japanese.NEGATED)), default=0
    )
    yield from [bound for bound in bounds if bound < said or bound == 0 == tail][-_STARTS:]


def _is_romaji(latin: str) -> bool:
    at = 0
    while at < len(latin) and (found := _ROMAJI.match(latin, at)):
        at = found.end()
    return at == len(latin)
