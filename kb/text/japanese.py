"""Words of a Japanese (or mixed) text: terms to search by, surface words to compare by, readings."""

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import Any, NamedTuple

import jaconv
from sudachipy import Dictionary, SplitMode
from sudachipy.errors import SudachiError

from kb.text import function_words as fw

# Changes whenever the same text may give other terms, so that an index made before is known to be old.
VERSION = 1
NEGATED = "¬"  # 入らない gives 入る and ¬入る: it is found by 入る, and better by another 入らない
TERM = 64  # characters
_CHUNK = 1_000  # characters; Sudachi refuses 49,149 bytes, and ﷺ alone grows to 33
_MODEL_DIGITS = 7  # from a postcode on, digits joined by hyphens are one number, and 3-5日 is not
_LOST = re.compile("[\ud800-\udfff]")
_SENTENCE = re.compile(r"[^\n。！？!?]*[\n。！？!?]+|[^\n。！？!?]+")
_LETTERS = "A-Za-z0-9Ａ-Ｚａ-ｚ０-９"
_HYPHENS = "-‐‑‒–−－_"
_ONE_HYPHEN = str.maketrans(dict.fromkeys("‐‑‒–−", "-"))
_RUN = re.compile(f"[{_LETTERS}]+(?:[{_HYPHENS}][{_LETTERS}]+)*")
_FOLDED_AWAY = re.compile(rf"[{_HYPHENS}・'’\s]+")
_OKURIGANA = re.compile("[一-龯々][ぁ-ん]*[いきぎしちにびみりえけげせてねべめれ]$")
_TO_U = str.maketrans("いきぎしちにびみり", "うくぐすつぬぶむる")
_LATIN = re.compile("[A-Za-z]+")
_PLURAL = re.compile("(?<=..)(?:ies|sses|ches|shes|xes|(?<![suix])s)$")


@dataclass(frozen=True, slots=True)
class Token:
    """One term and where it stands: text[start:end] of the original text."""

    term: str
    start: int
    end: int


class _Unit(NamedTuple):
    start: int
    end: int
    surface: str
    normal: str
    kind: str


_END = _Unit(0, 0, "", "", fw.END)
_local = threading.local()
_loading = threading.Lock()


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
    units = list(_units(text))
    found: list[Token] = []
    last: Token | None = None
    for at, unit in enumerate(units):
        if unit.kind == fw.END:
            last = None
        elif fw.negates(unit.kind, unit.normal):
            if last is not None and not _hollow(units, at):
                _negate(found, last, unit)
        elif not _is_function_word(units, at) and (term := _term(unit)):
            last = Token(term, unit.start, unit.end)
            found.append(last)
    return _with_models(text, found)


def terms(text: str) -> list[str]:
    """Give the content words of any text, in order; see `tokens`."""
    return [token.term for token in tokens(text)]


def words(text: str) -> list[str]:
    """Split any text into its surface words, with nothing lost: joined they are the text again."""
    found: list[str] = []
    done = 0
    for unit in _units(text):
        if unit.end > done:
            found.append(text[done : unit.end])
            done = unit.end
    if done < len(text):
        found.append(text[done:])
    return found


def reading(text: str) -> str:
    """Spell any text in hiragana, as far as the dictionary knows how; signs and white space stay."""
    spelt: list[str] = []
    for morpheme, _ in _morphemes(text):
        surface = morpheme.surface()
        known = _kind(morpheme.part_of_speech_id()) not in (fw.END, fw.SIGN, fw.SPACE) and not morpheme.is_oov()
        spelt.append(morpheme.reading_form() if known else surface)
    return str(jaconv.kata2hira("".join(spelt)))


@lru_cache(maxsize=1)
def _load() -> Any:
    return Dictionary(dict="core")


def _dictionary() -> Any:
    with _loading:
        return _load()


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


def _morphemes(text: str) -> Iterator[tuple[Any, int]]:
    """Give the longest words (mode C), each with the offset of its chunk."""
    tokenizer = _tokenizer()
    for offset, chunk in _chunks(_LOST.sub("\ufffd", text).translate(_ONE_HYPHEN)):
        try:
            found = tokenizer.tokenize(chunk)
        except SudachiError:
            continue
        for morpheme in found:
            yield morpheme, offset


def _units(text: str) -> Iterator[_Unit]:
    """Give short words (mode A), but verbs whole: 振り込む must meet 振り込み, which is whole in every mode."""
    place = (0, 0)
    for morpheme, offset in _morphemes(text):
        kind = _kind(morpheme.part_of_speech_id())
        parts = () if kind == fw.VERB else morpheme.split(SplitMode.A, add_single=False)
        for part in parts or (morpheme,):
            # The second half of ㍿ has no width of its own and stands where the first does.
            if part.end() > part.begin():
                place = (part.begin() + offset, part.end() + offset)
            surface = part.surface()
            part_kind = _kind(part.part_of_speech_id()) if parts else kind
            if part_kind == fw.SPACE and "\n" in surface:
                part_kind = fw.END
            yield _Unit(*place, surface, part.normalized_form(), part_kind)


@lru_cache(maxsize=4_096)
def _kind(pos_id: int) -> str:
    return fw.kind(_dictionary().pos_of(pos_id) or ())


def _around(units: Sequence[_Unit], at: int) -> _Unit:
    return units[at] if 0 <= at < len(units) else _END


def _is_function_word(units: Sequence[_Unit], at: int) -> bool:
    unit, before = units[at], _around(units, at - 1)
    if unit.kind in fw.DROPPED or unit.normal in fw.ALWAYS or unit.surface in fw.ALWAYS_AS_WRITTEN:
        return True
    if unit.kind == fw.PREFIX:
        return unit.normal == "御"
    if unit.kind == fw.SUFFIX:
        return unit.normal in fw.HONORIFIC
    if before.surface in ("て", "で") and unit.normal in fw.AFTER_TE:
        return True
    if before.surface == "に" and unit.surface in fw.AFTER_NI:
        return True
    return (unit.normal in fw.REQUESTS and _asks(units, at)) or _is_set_phrase(units, at)


def _is_set_phrase(units: Sequence[_Unit], at: int) -> bool:
    """かもしれない and すみません say nothing about 知る and 済む."""
    unit = units[at]
    if unit.normal == "知れる":
        return _around(units, at - 1).surface == "も"
    return unit.surface == "すみ" and _around(units, at + 1).surface == "ませ"


def _asks(units: Sequence[_Unit], at: int) -> bool:
    """Whether this 教える, 知る or 聞く only frames a request: …を教えてください, …が知りたい."""
    after = [_around(units, at + step) for step in range(1, 4)]
    if after[0].normal == "為る":
        del after[0]
    if after[0].surface == "て":
        return after[1].kind == fw.END or after[1].normal in fw.FAVOURS
    return after[0].normal == "たい" or after[0].normal in fw.FAVOURS


def _hollow(units: Sequence[_Unit], at: int) -> bool:
    """Whether a negation denies nothing: …ませんか, かもしれない, すみません."""
    if _around(units, at + 1).surface == "か":
        return True
    return any(_is_set_phrase(units, at - step) for step in (1, 2) if at >= step)


def _negate(found: list[Token], last: Token, unit: _Unit) -> None:
    # Twice denied is said (払わなければならない): the second negation takes the first one back.
    if found[-1].term.startswith(NEGATED):
        found.pop()
    else:
        # From the word on: 在庫[がない], 入り[ません].
        found.append(Token(NEGATED + last.term, last.end, unit.end))


def _term(unit: _Unit) -> str:
    if _LATIN.fullmatch(unit.surface):
        return _english(unit.surface.lower(), unit.normal)
    normal = _verb(unit.normal) if unit.kind == fw.NOUN and _OKURIGANA.search(unit.normal) else unit.normal
    return _bare(normal.removeprefix("御") or normal)


@lru_cache(maxsize=16_384)
def _bare(normal: str) -> str:
    term = _FOLDED_AWAY.sub("", unicodedata.normalize("NFKC", normal).lower())[:TERM]
    return term if any(sign.isalnum() for sign in term) else ""


@lru_cache(maxsize=16_384)
def _english(word: str, normal: str) -> str:
    if word in fw.ENGLISH:
        return ""
    if normal.lower() == word and (plural := _PLURAL.search(word)):
        singular = word[: plural.start()] + fw.SINGULAR[plural.group()]
        return _bare(next((entry.normalized_form() for entry in _dictionary().lookup(singular)), singular))
    return _bare(normal)


@lru_cache(maxsize=16_384)
def _verb(noun: str) -> str:
    """Give the verb that a noun is made from (支払い → 支払う, 問い合わせ → 問い合わせる), else the noun."""
    for verb in (noun[:-1] + noun[-1].translate(_TO_U), noun + "る"):
        for entry in _dictionary().lookup(verb) if verb != noun else ():
            if _kind(entry.part_of_speech_id()) == fw.VERB:
                return str(entry.normalized_form())
    return noun


def _with_models(text: str, found: list[Token]) -> list[Token]:
    """Add the joined form of model names (AB-1200, ab1200 → ab1200) before their parts, which stay findable."""
    models = [token for run in _RUN.finditer(text) if (token := _model(run))]
    if not models:
        return found
    whole = {(token.start, token.end) for token in found}
    joined: list[Token] = []
    rest = iter(found)
    waiting = next(rest, None)
    for model in models:
        while waiting is not None and waiting.start < model.start:
            joined.append(waiting)
            waiting = next(rest, None)
        if (model.start, model.end) in whole:
            continue  # The dictionary knows the name: Wi-Fi.
        joined.append(model)
        while waiting is not None and waiting.end <= model.end:
            if len(waiting.term) > 1:
                joined.append(waiting)
            waiting = next(rest, None)
    joined.extend([waiting, *rest] if waiting is not None else [])
    return joined


def _model(run: re.Match[str]) -> Token | None:
    term = _bare(run.group())
    digits = sum(sign.isdigit() for sign in term)
    mixed = 0 < digits < len(term)
    hyphened = len(term) < run.end() - run.start() and (digits == 0 or digits >= _MODEL_DIGITS)
    return Token(term, run.start(), run.end()) if (mixed or hyphened) and len(term) < TERM else None
