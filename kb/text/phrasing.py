"""Where a Japanese line may break: between phrases, by BudouX."""

import re
from functools import cache

import budoux

# BudouX separates these, and no reader would: (end of the left phrase, start of the right one).
_JOINS = (
    *(("お聞か", "せ"), ("まだ", "なんだけど"), ("怒", "鳴"), ("きょう", "中"), ("もう", "一度"), ("間に", "合")),
    *(("初期", "不良"), ("お支払い", "期限"), ("注文", "できた"), ("有効期", "限")),
    # Words that only lead on from what stands before them.
    *((end, start) for end in ("と", "に") for start in ("いう", "して", "ついて", "よって", "対して", "とって")),
)

_JAPANESE = re.compile("[ぁ-ゖァ-ヺ一-鿿々〆]")


@cache
def _parser() -> budoux.Parser:
    return budoux.load_default_japanese_parser()


def phrases(text: str) -> list[str]:
    """Return the phrases that join to `text`; a text without Japanese comes back whole, an empty one as no phrase."""
    if not _JAPANESE.search(text):
        return [text] if text else []
    found: list[str] = []
    for phrase in _parser().parse(text):
        if found and any(found[-1].endswith(left) and phrase.startswith(right) for left, right in _JOINS):
            found[-1] += phrase
        else:
            found.append(phrase)
    return found
