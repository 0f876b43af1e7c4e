"""Text cut into Sudachi's short words, each with what it means to a search; a word is judged once and remembered."""

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from sudachipy import Dictionary, SplitMode
from sudachipy.errors import SudachiError

from kb.text import function_words as fw

TERM = 64  # characters
_CHUNK = 1_000  # characters; Sudachi refuses 49,149 bytes, and ﷺ alone grows to 33
_SENTENCE = re.compile(r"[^\n。！？!?]*[\n。！？!?]+|[^\n。！？!?]+")
HYPHENS = "-‐‑‒–−－_"
_ONE_HYPHEN = dict.fromkeys("‐‑‒–−", "-")
_ODD = re.compile("[\ud800-\udfff‐‑‒–−]")
_FOLDED_AWAY = re.compile(rf"[{HYPHENS}・'’\s]+")
_OKURIGANA = re.compile("[一-龯々][ぁ-ん]*[いきぎしちにびみりえけげせてねべめれ]$")
_TO_U = str.maketrans("いきぎしちにびみり", "うくぐすつぬぶむる")
_LATIN = re.compile("[A-Za-z]+")
_PLURAL = re.compile("(?<=..)(?:ies|sses|ches|shes|xes|(?<![suix])s)$")

# What a word does to the terms of a text; only DEPENDS has to look at the words around.
NOTHING, MEANING, DEPENDS, NEGATION, ENDING = range(5)


class Word(NamedTuple):
    """A word as it is written, in the dictionary's form, and of which kind; what it does, and the term it gives."""

    role: int
    term: str
    surface: str
    normal: str
    kind: str


Unit = tuple[int, int, Word]  # where a short word begins and ends in the text
_Part = tuple[int, int, Word]  # the same within a long word

BORDER = Word(ENDING, "", "", "", fw.END)  # stands before and after every text
# Words that carry only grammar or politeness beside some others.
_DEPENDING = fw.AFTER_TE | fw.REQUESTS | {"知れる"}
_DEPENDING_AS_WRITTEN = fw.AFTER_NI | {"すみ"}
_KNOWN = 32_768  # long words that are remembered with their parts
_known: dict[tuple[str, int], tuple[_Part, ...]] = {}
_local = threading.local()
_loading = threading.Lock()


@lru_cache(maxsize=1)
def _load() -> Any:
    return Dictionary(dict="core")


def _dictionary() -> Any:
    with _loading:
        return _load()


def look_up(word: str) -> list[Any]:
    """Give the dictionary's entries for exactly this word, as Sudachi's morphemes."""
    return list(_dictionary().lookup(word))


def _tokenizer() -> Any:
    # Sudachi raises when two threads share one tokenizer; the dictionary behind them may be shared.
    if not hasattr(_local, "tokenizer"):
        _local.tokenizer = _dictionary().tokenizer(SplitMode.C)
    return _local.tokenizer


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """Cut at sentence ends into pieces that Sudachi takes; longer sentences are cut where they happen to be."""
    start = end = 0
    for sentence in _SENTENCE.finditer(text):
        if sentence.end() - start > _CHUNK and end > start:
            yield start, text[start:end]
            start = end
        end = sentence.end()
        while end - start > _CHUNK:
            yield start, text[start : start + _CHUNK]
            start += _CHUNK
    if end > start:
        yield start, text[start:end]


def morphemes(text: str) -> Iterator[tuple[int, str, Any]]:
    """Give the longest words (mode C) chunk by chunk: its offset, its text, its words."""
    tokenizer = _tokenizer()
    for offset, chunk in _chunks(_ODD.sub(lambda odd: _ONE_HYPHEN.get(odd.group(), "\ufffd"), text)):
        try:
            found = tokenizer.tokenize(chunk)
        except SudachiError:
            continue
        yield offset, chunk, found


class Spoken(NamedTuple):
    """A short word (mode A) as the dictionary sees it: where it stands, its parts of speech, whether it is unknown."""

    surface: str
    start: int
    end: int
    kind: tuple[str, ...]
    is_unknown: bool


def spoken(text: str) -> Iterator[list[Spoken]]:
    """Give the short words of a text with their parts of speech, chunk by chunk."""
    for offset, _chunk, found in morphemes(text):
        parts = [part for whole in found for part in list(whole.split(SplitMode.A, add_single=False)) or [whole]]
        yield [
            Spoken(part.surface(), offset + part.begin(), offset + part.end(), part.part_of_speech(), part.is_oov())
            for part in parts
            if part.end() > part.begin()
        ]


def cut(text: str) -> list[Unit]:
    """Cut a text into short words (mode A), but verbs whole: 振り込む must meet 振り込み, whole in every mode."""
    units: list[Unit] = []
    start = end = 0
    for offset, chunk, found in morphemes(text):
        for morpheme in found:
            begin = morpheme.begin()
            key = chunk[begin : morpheme.end()], morpheme.word_id()
            parts = _known.get(key) or _parts(key, morpheme)
            begin += offset
            for first, last, word in parts:
                # The second half of ㍿ has no width of its own and stands where the first does.
                if last > first:
                    start, end = begin + first, begin + last
                units.append((start, end, word))
    return units


def _parts(key: tuple[str, int], morpheme: Any) -> tuple[_Part, ...]:
    """Split a long word into short ones, and remember them: it takes longer than finding the word did."""
    begin, whole = morpheme.begin(), _word(morpheme)
    short = () if whole.kind == fw.VERB else morpheme.split(SplitMode.A, add_single=False)
    parts = tuple((part.begin() - begin, part.end() - begin, _word(part)) for part in short)
    if len(_known) >= _KNOWN:
        _known.clear()
    _known[key] = parts or ((0, morpheme.end() - begin, whole),)
    return _known[key]


def _word(morpheme: Any) -> Word:
    return _judged(morpheme.surface(), morpheme.normalized_form(), morpheme.part_of_speech_id())


@lru_cache(maxsize=16_384)
def _judged(surface: str, normal: str, pos_id: int) -> Word:
    kind = kind_of(pos_id)
    if kind == fw.END or (kind == fw.SPACE and "\n" in surface):
        return Word(ENDING, "", surface, normal, fw.END)
    if fw.negates(kind, normal):
        return Word(NEGATION, "", surface, normal, kind)
    term = "" if _is_function_word(surface, normal, kind) else _term(surface, normal, kind)
    role = MEANING if term else NOTHING
    if term and (normal in _DEPENDING or surface in _DEPENDING_AS_WRITTEN) and kind not in (fw.PREFIX, fw.SUFFIX):
        role = DEPENDS
    return Word(role, term, surface, normal, kind)


@lru_cache(maxsize=4_096)
def kind_of(pos_id: int) -> str:
    """Give the kind of word behind a number that Sudachi gives a part of speech."""
    return fw.kind(_dictionary().pos_of(pos_id) or ())


def _is_function_word(surface: str, normal: str, kind: str) -> bool:
    """Whether a word carries no meaning wherever it stands."""
    if kind in fw.DROPPED or normal in fw.ALWAYS or surface in fw.ALWAYS_AS_WRITTEN:
        return True
    return (kind == fw.PREFIX and normal == "御") or (kind == fw.SUFFIX and normal in fw.HONORIFIC)


def _term(surface: str, normal: str, kind: str) -> str:
    if _LATIN.fullmatch(surface):
        return _english(surface.lower(), normal)
    normal = _verb(normal) if kind == fw.NOUN and _OKURIGANA.search(normal) else normal
    return bare(normal.removeprefix("御") or normal)


@lru_cache(maxsize=16_384)
def bare(normal: str) -> str:
    """Fold width, case and joining signs away; empty if no letter is left."""
    term = _FOLDED_AWAY.sub("", unicodedata.normalize("NFKC", normal).lower())[:TERM]
    return term if any(sign.isalnum() for sign in term) else ""


@lru_cache(maxsize=16_384)
def _english(word: str, normal: str) -> str:
    if word in fw.ENGLISH:
        return ""
    if normal.lower() == word and (plural := _PLURAL.search(word)):
        singular = word[: plural.start()] + fw.SINGULAR[plural.group()]
        return bare(next((entry.normalized_form() for entry in look_up(singular)), singular))
    return bare(normal)


@lru_cache(maxsize=16_384)
def _verb(noun: str) -> str:
    """Give the verb that a noun is made from (支払い → 支払う, 問い合わせ → 問い合わせる), else the noun."""
    for verb in (noun[:-1] + noun[-1].translate(_TO_U), noun + "る"):
        for entry in look_up(verb) if verb != noun else ():
            if kind_of(entry.part_of_speech_id()) == fw.VERB:
                return str(entry.normalized_form())
    return noun
