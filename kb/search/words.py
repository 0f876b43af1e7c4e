"""How the words of a query and of a document become terms, for every index alike."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kb.rules import limits
from kb.search.port import Document
from kb.text import japanese

# Stands between two phrases or tags, so that no quoted phrase runs across; no query can hold it.
BOUNDARY = "¶"
_KEYWORD = 120  # characters
_PART = re.compile(
    r'(?:(?<!\S)(?P<minus>[-－−]))?(?:"(?P<a>[^"]*)"|＂(?P<b>[^＂]*)＂|“(?P<c>[^”]*)”|「(?P<d>[^」]*)」)'
    r"|(?<!\S)[-－−](?P<word>[^\s\"＂“「]+)"
)


@dataclass(frozen=True, slots=True)
class Words:
    """What a query says: any of `terms`, every one of `phrases`, none of `excluded` (both runs of terms)."""

    terms: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]
    excluded: tuple[tuple[str, ...], ...]


def parse(words: str) -> Words:
    """Read what somebody typed: quoted phrases, -excluded words, and words; no other sign means anything.

    At most limits.QUERY characters and limits.QUERY_TERMS terms are read, the rest is left out. Never raises.
    """
    words = words[: limits.QUERY]
    positive: list[str] = []
    phrases: list[tuple[str, ...]] = []
    excluded: list[tuple[str, ...]] = []
    left = limits.QUERY_TERMS
    done = 0
    for part in _PART.finditer(words):
        positive += japanese.terms(words[done : part.start()])
        done = part.end()
        run = tuple(japanese.terms("".join(part.group(*"abcd", "word")[i] or "" for i in range(5))))[:left]
        left -= len(run)
        if run and (part["minus"] or part["word"]):
            excluded.append(run)
        elif run:
            phrases.append(run)
            positive += run
    positive += japanese.terms(words[done:])
    # Phrases have taken their share of the budget; their terms are among the positive ones.
    budget = left + sum(map(len, phrases))
    return Words(tuple(dict.fromkeys(positive))[:budget], tuple(phrases), tuple(excluded))


def keyword(value: str) -> str:
    """Spell a value to filter by (language, kind, category, tag) as one term without white space."""
    spelt = "_".join(japanese.fold(value).split())[:_KEYWORD]
    return spelt.encode("utf-8", "replace").decode("utf-8")


def field_terms(document: Document) -> dict[str, list[str]]:
    """Give the terms of each text field of a document."""
    return {
        "title": japanese.terms(document.title),
        "phrases": _bounded(document.phrases),
        "tags": _bounded(document.tags),
        "body": japanese.terms(document.body),
        "staff": japanese.terms(document.staff),
        "sv": japanese.terms(document.sv),
    }


def _bounded(texts: Iterable[str]) -> list[str]:
    found: list[str] = []
    for text in texts:
        if found:
            found.append(BOUNDARY)
        found += japanese.terms(text)
    return found
