"""What a search found, as the terminal prints it: a list, a table of reasons under each hit, or JSON."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kb.services import explaining
from kb.services.explaining import Why
from kb.services.searching import Result, Results
from kb.terminal import gettext as _

_INDENT = "    "


def lines(found: Results, whys: Mapping[int, Why]) -> Iterator[str]:
    """The lines to print; `whys` go by page, and are empty unless somebody asked for them."""
    yield _("%(n)s件", n=found.total)
    if found.corrected:
        yield _("「%(words)s」で検索しました。", words=found.corrected)
    if found.fallback:
        yield _("検索の索引を作り直しています。そのあいだは、見つかる記事が少ないことがあります。")
    for number, result in enumerate(found.results, 1):
        hit = _hit(result)
        yield f"{number:2}. [{hit['id']}] {hit['title']}  ({hit['kind']}, {hit['score']})"
        yield f"{_INDENT}{hit['snippet']}"
        if why := whys.get(result.page.id):
            yield from (f"{_INDENT}{line}" for line in _table(_rows(why)))


def facts(found: Results, whys: Mapping[int, Why]) -> dict[str, Any]:
    """The same as JSON."""
    hits = []
    for result in found.results:
        hits.append(_hit(result) | {"why": list(result.terms)})
        if why := whys.get(result.page.id):
            hits[-1]["reasons"] = [
                {"asked": one.asked, "found": one.found, "how": str(one.how), "field": one.field, "score": one.score}
                for one in why.explanation.reasons
            ]
    return {
        "query": found.words,
        "total": found.total,
        "took_ms": round(found.took_ms, 1),
        "hits": hits,
        "did_you_mean": found.corrected or None,
        "zero": found.total == 0,
        "fallback": found.fallback,
    }


def _rows(why: Why) -> Iterator[tuple[str, ...]]:
    hows, fields = explaining.match_words(_), explaining.field_words(_)
    if why.explanation.reasons:
        yield _("検索の言葉"), _("記事の言葉"), _("一致のしかた"), _("場所"), _("点")
    for one in sorted(why.explanation.reasons, key=lambda reason: -reason.score):
        yield one.asked, one.found, hows[one.how], fields[one.field], f"{one.score:.4f}"
    whole = sum(one.score for one in why.explanation.reasons)
    if whole and why.explanation.score < 0.99 * whole:
        yield _("未検証の記事"), "", "", "", f"×{why.explanation.score / whole:.1f}"
    for word in why.explanation.missing:
        yield word, "－", "", "", ""


def _table(rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    """The rows with their columns in line, also where letters are two places wide."""
    told = list(rows)
    widths = [max(map(_width, column)) for column in zip(*told, strict=True)]
    for row in told:
        yield _joined(row, widths).rstrip()


def _joined(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "FW" else 1 for letter in text)


def _hit(result: Result) -> dict[str, Any]:
    return {
        "id": result.page.id,
        "external_id": result.page.external_id,
        "title": result.revision.title,
        "kind": result.page.kind.value,
        "audience": result.page.audience.value,
        "score": round(result.score, 4),
        "snippet": "".join(piece.text for piece in result.snippet),
    }
