"""What a text sounds like when it is read aloud: its reading in katakana, its morae, and how long they take."""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kb.text import kana, numerals
from kb.text.plain import RUBY, plain
from kb.text.short_words import morphemes

# How long a speaker rests, in morae of silence. The figures are ours, between a hurried and a solemn reader; the pace
# that administrators set is then that of the speech between the rests.
COMMA, STOP = 2, 4
# Somebody who speaks English calmly says about 150 words a minute.
ENGLISH_WORDS_PER_SECOND = 2.5
MOST = 2_000  # characters that are really read; a longer text counts as long as this part of it goes on

_SMALL = "ァィゥェォャュョヮ"
_MORA = re.compile(f"[ァ-ヺー](?<![{_SMALL}])")
_REST = re.compile("([、,])|[。!?\n]")
_JAPANESE = re.compile("[ぁ-ゖァ-ヺ一-龯々]")
_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]+|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_CODE = re.compile(
    r"(?<![A-Za-z0-9-])(?=[A-Za-z-]*[0-9])(?:[A-Za-z]+[0-9]|[A-Za-z0-9]+-[0-9])[A-Za-z0-9]*(?:-[A-Za-z0-9]+)*"
)
_NAME_TO_COME = re.compile("[○◯〇●△▲□■×✕]{2,}")
_CLOCK = re.compile(r"(?<![0-9:])([01]?[0-9]|2[0-4]):([0-5][0-9])(?![0-9:])")
_CALENDAR = re.compile(r"(?<![0-9/])(1[0-2]|0?[1-9])/(3[01]|[12][0-9]|0?[1-9])(?![0-9/])")
_NUMBER = re.compile(f"[0-9.,{numerals.KANJI}]+")
_LATIN = re.compile("[A-Za-z]+")
_RANGE = re.compile(r"(?<=[0-9円日時分年月人個台回件名%])[~〜](?=[0-9])")
_SHORT_RANGE = re.compile(rf"(?<![A-Za-z0-9-])([0-9]{{1,2}})-(?=[0-9]{{1,2}}(?:{numerals.COUNTER.pattern}))")
_RUBY_HTML = re.compile("<ruby>[^<]*(?:<rp>[^<]*</rp>)?<rt>([^<]*)</rt>(?:<rp>[^<]*</rp>)?</ruby>")
_BREAKS = re.compile(r"<br\s*/?>|</(?:p|li|h[1-6]|blockquote|tr|div)>")
_TAG = re.compile("""<(?:[^<>"]|"[^"]*")*>""")

# The names of the letters A to Z.
_NAMES = (
    *("エー", "ビー", "シー", "ディー", "イー", "エフ", "ジー", "エイチ", "アイ", "ジェー", "ケー", "エル", "エム"),
    *("エヌ", "オー", "ピー", "キュー", "アール", "エス", "ティー", "ユー", "ブイ"),
    *("ダブリュー", "エックス", "ワイ", "ゼット"),
)
_LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", _NAMES, strict=True))
# What is left of a foreign word that is no rōmaji: a vowel, with a consonant before it or not, or a consonant alone.
_SOUND = re.compile("[^aeiou]?[aeiou]|.")
_SOUNDS = dict(zip("aeiou", "アエイオウ", strict=True)) | {"n": "ン"}
_TO_KATAKANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}
_SIGNS = {"+": "プラス", "&": "アンド", "℃": "ド", "@": "アットマーク", "%": "パーセント"}
_AFTER = {"間": "カン", "目": "メ"}
_AFTER_COUNTER = re.compile("[間目]")
# Where the dictionary reads otherwise than people on the telephone do.
_READINGS = {"何時": "ナンジ", "何時ごろ": "ナンジゴロ", "何時頃": "ナンジゴロ", "K": "ケー"}


@dataclass(frozen=True)
class Length:
    """How long a text is when read aloud: morae said, morae of silence between them, and words of English text."""

    morae: int
    rests: int
    words: int = 0

    def seconds(self, pace: float) -> float:
        """How long it takes at `pace` morae a second."""
        return (self.morae + self.rests) / pace + self.words / ENGLISH_WORDS_PER_SECOND


def morae(katakana: str) -> int:
    """Count the morae of a reading: a small kana belongs to the one before it; ッ, ン and ー are one each.

    The mora (拍) is the unit of timing that every grammar of Japanese counts so; cf. T. J. Vance, The Sounds of
    Japanese (Cambridge University Press, 2008), on moras.
    """
    return len(_MORA.findall(katakana))


@lru_cache(maxsize=1_024)
def length(text: str) -> Length:
    """Measure a plain text; one without a Japanese letter counts as English."""
    text = text.strip()
    if not _JAPANESE.search(text):
        return Length(0, 0, len(_LATIN.findall(text)))
    if len(text) > MOST:
        part = length(text[:MOST])
        return Length(part.morae * len(text) // MOST, part.rests * len(text) // MOST)
    said = aloud(text)
    # Nobody rests behind the last word, or twice in a row.
    inner = re.sub("[、,。!?\n]*([。!?\n])[、,。!?\n]*", r"\1", said).strip("、,。!?\n")
    rests = sum(COMMA if rest[1] else STOP for rest in _REST.finditer(inner))
    return Length(morae(said), rests)


def source_text(source: str) -> str:
    """The plain text of Markdown as it is said: a reading that stands above a word is said in place of the word."""
    return plain(RUBY.sub(r"\2", source))


def html_text(rendered: str) -> str:
    """The same of a text that is rendered already; paragraphs, items and rows become lines."""
    text = _TAG.sub("", _BREAKS.sub("\n", _RUBY_HTML.sub(r"\1", rendered)))
    return re.sub(r"\s*\n\s*", "\n", html.unescape(text)).strip()


def aloud(text: str) -> str:
    """The reading of a plain text in katakana, with its punctuation.

    SudachiPy reads the words; numbers, dates, times, letters and codes are read by the rules here. Addresses of pages
    and mail are not said, and a name still to be filled in (○○) counts as one of four morae.
    """
    text = unicodedata.normalize("NFKC", text).replace("−", "-")
    text = _CLOCK.sub(lambda match: f"{match[1]}時" + (f"{int(match[2])}分" if int(match[2]) else ""), text)
    text = _CALENDAR.sub(r"\1月\2日", text)
    text = _SHORT_RANGE.sub(r"\1から", _RANGE.sub("から", text))
    said: list[str] = []
    done = 0
    special = _special(text)
    for start, end, morpheme in _morphemes(text):
        if start < done < end:
            said.append(aloud(text[done:end]))
        if start < done:
            continue
        place = next((place for place in special if start <= place < end), None)
        done, reading = _read(text, start, end, morpheme) if place is None else special[place]
        said.append(reading)
    return "".join(said)


def _morphemes(text: str) -> Iterator[tuple[int, int, Any]]:
    for offset, _chunk, found in morphemes(text):
        for morpheme in found:
            yield offset + morpheme.begin(), offset + morpheme.end(), morpheme


def _special(text: str) -> dict[int, tuple[int, str]]:
    """What no dictionary reads, by its first place: where it ends, and its reading."""
    found: dict[int, tuple[int, str]] = {}
    for match in _ADDRESS.finditer(text):
        found[match.start()] = match.end(), ""
    taken = [(start, end) for start, (end, _) in found.items()]
    for match in (*_CODE.finditer(text), *_NAME_TO_COME.finditer(text)):
        if any(start <= match.start() < end for start, end in taken):
            continue
        is_name = not match[0][0].isascii()
        found[match.start()] = match.end(), "マルマル" if is_name else _spelt(match[0])
    return found


def _spelt(code: str) -> str:
    """A telephone number, an order number or a model: letters by name, digits one by one, hyphens read ノ."""
    spelt = [_LETTERS.get(sign.upper(), "") or numerals.one_by_one(sign) for sign in code]
    # Only between figures is a hyphen heard.
    heard = [sign != "-" or code[at - 1 : at + 2].replace("-", "").isdigit() for at, sign in enumerate(code)]
    return "".join(reading for reading, is_heard in zip(spelt, heard, strict=True) if is_heard)


def _read(text: str, start: int, end: int, morpheme: Any) -> tuple[int, str]:
    """Where the word that begins here ends, and its reading."""
    surface, kind = text[start:end], morpheme.part_of_speech()
    if kind[1] == "数詞" and _NUMBER.fullmatch(surface):
        return _counted(text, start, end)
    if surface in _READINGS:
        return end, _READINGS[surface]
    if _LATIN.fullmatch(surface) and morpheme.is_oov():
        return end, _foreign(surface)
    if kind[0] in ("補助記号", "空白", "記号"):
        return end, _SIGNS.get(surface, surface if _REST.fullmatch(surface) else "\n" if "\n" in surface else "")
    reading = str(morpheme.reading_form())
    return end, reading if _MORA.search(reading) else surface.translate(_TO_KATAKANA)


def _counted(text: str, start: int, end: int) -> tuple[int, str]:
    """The same for a number, with its counter: 3,000円, 14日間, 2回目."""
    last = end
    while last > start + 1 and text[last - 1] in ".,":
        last -= 1
    counter = numerals.COUNTER.match(text, last)
    reading = numerals.spoken(text[start:last], counter[0] if counter else "", is_date=text[:start].endswith("月"))
    if counter is None:
        return end, reading
    after = _AFTER_COUNTER.match(text, counter.end())
    return (after.end(), reading + _AFTER[after[0]]) if after else (counter.end(), reading)


def _foreign(word: str) -> str:
    """A Latin word that the dictionary lacks: letters by name if it is written large, else as rōmaji, or near enough.

    Of a word that is no rōmaji only the number of morae is to be relied on: a consonant alone is one in katakana too.
    """
    if word.isupper() or len(word) == 1:
        return "".join(_LETTERS[sign] for sign in word.upper())
    spelt = kana.hiragana(word).translate(_TO_KATAKANA)
    return spelt or "".join(_SOUNDS.get(sound[-1], "ウ") for sound in _SOUND.findall(word.lower()))
