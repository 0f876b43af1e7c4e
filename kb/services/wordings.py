"""Read what somebody wrote as synonyms, and say what of it a search would not use."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from kb.rules import limits
from kb.rules.errors import Invalid
from kb.services.checking import one_line
from kb.services.sheets import Row
from kb.text import japanese

KEYS = ("wordings", "one_way", "note")
_ARROW = re.compile(r"[→⇒]|[-－=＝]*[>＞]")
_BETWEEN = re.compile(r"[=＝、，,|｜\n]+")


@dataclass(frozen=True)
class Draft:
    """Wordings that somebody wants to be the same; if `one_way`, the first finds the others alone."""

    wordings: tuple[str, ...]
    one_way: bool = False
    note: str = ""

    @property
    def line(self) -> str:
        """The wordings as `read` takes them."""
        if not self.one_way:
            return "＝".join(self.wordings)
        return f"{self.wordings[0]}→{'＝'.join(self.wordings[1:])}"

    @property
    def key(self) -> tuple[str, frozenset[str]]:
        """The same for two drafts that mean the same, whatever their order and spelling."""
        folded = [japanese.fold(one) for one in self.wordings]
        return folded[0] if self.one_way else "", frozenset(folded)


@dataclass(frozen=True)
class Advice:
    """Which wordings would do nothing: those that a search passes over, and groups that it takes for one anyway."""

    ignored: tuple[str, ...]
    same: tuple[tuple[str, ...], ...]


def read(line: str, note: str = "") -> Draft:
    """Read 返品＝返却 or スマホ→iPhone＝Android; raises Invalid, naming the field `line` or `note`."""
    sides = [[word for word in map(one_line, _BETWEEN.split(side)) if word] for side in _ARROW.split(line)]
    if len(sides) > 2 or (len(sides) == 2 and len(sides[0]) != 1):
        raise Invalid("「→」は一度だけ、左に言葉を一つ、右に見つけたい言葉を書いてください。", field="line")
    return checked(Draft(tuple(word for side in sides for word in side), len(sides) == 2, note))


def checked(draft: Draft) -> Draft:
    """The same draft, each wording once; raises Invalid when it can't be kept or would change no search."""
    wordings = _each_once(draft.wordings)
    if len(wordings) < 2:
        raise Invalid("言葉を二つ以上、「＝」で区切って書いてください。", field="line")
    if len(wordings) > limits.SYNONYM_WORDINGS:
        most = limits.SYNONYM_WORDINGS
        raise Invalid("一組の言葉は%(limit)s個までです。組を分けてください。", field="line", limit=most)
    for word in wordings:
        if len(word) > limits.SYNONYM:
            raise Invalid(
                "「%(start)s…」が長すぎます。%(limit)s文字までにしてください。",
                field="line",
                start=word[:12],
                limit=limits.SYNONYM,
            )
    note = one_line(draft.note)
    if len(note) > limits.NOTE:
        raise Invalid("メモは%(limit)s文字までにしてください。", field="note", limit=limits.NOTE)
    _require_effect(wordings, draft.one_way)
    return replace(draft, wordings=wordings, note=note)


def of_row(row: Row) -> Draft:
    """Read one row of a file; raises Invalid."""
    for key in row.values:
        if key not in KEYS:
            raise Invalid(
                "「%(key)s」という項目はありません。使える項目：%(keys)s",
                key=str(key)[:40],
                keys=", ".join(KEYS),
                field=str(key)[:40],
            )
    way = str(row.values.get("one_way", "")).strip()
    if way not in ("", "0", "1"):
        raise Invalid("one_way は、片方向なら 1、両方向なら空にしてください。", field="one_way")
    draft = read(str(row.values.get("wordings", "")), str(row.values.get("note", "")))
    return checked(replace(draft, one_way=True)) if way == "1" else draft


def joined(one: Draft, other: Draft) -> Draft | None:
    """Both drafts in one; None when they go different ways, or are too many words together."""
    both = _each_once((*one.wordings, *other.wordings))
    heads = _each_once((one.wordings[0], other.wordings[0]))
    if one.one_way != other.one_way or (one.one_way and len(heads) > 1) or len(both) > limits.SYNONYM_WORDINGS:
        return None
    return Draft(both, one.one_way, one.note or other.note)


def advise(draft: Draft) -> Advice:
    """Say which wordings of a draft would do nothing."""
    runs: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for word in draft.wordings:
        runs[tuple(japanese.terms(word))].append(word)
    ignored = tuple(runs.pop((), ()))
    return Advice(ignored, tuple(tuple(words) for words in runs.values() if len(words) > 1))


def _each_once(words: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for word in words:
        found.setdefault(japanese.fold(word), word)
    return tuple(found.values())


def _require_effect(wordings: tuple[str, ...], one_way: bool) -> None:
    runs = [tuple(japanese.terms(word)) for word in wordings]
    for word, run in zip(wordings, runs, strict=True):
        if not run and (len(wordings) == 2 or (one_way and word == wordings[0])):
            raise Invalid("「%(word)s」は検索で読み飛ばす言葉なので、組にしても働きません。", field="line", word=word)
    told = set(runs) - {()}
    if not told:
        raise Invalid("どれも検索で読み飛ばす言葉なので、組にしても働きません。", field="line")
    if len(told) == 1:
        raise Invalid("もともと同じ言葉として探しているので、組にしなくても見つかります。", field="line")
