"""How the words of a query and of a document become terms, for every index alike."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb.rules import limits
from kb.search.port import Document
from kb.text import japanese
from kb.text.japanese import Token

# Stands between two phrases or tags, so that no quoted phrase runs across; no query can hold it.
BOUNDARY = "¶"
_KANJI = re.compile("[々㐀-䶿一-鿿豈-\ufaff\U00020000-\U0003ffff]")
_KEYWORD = 120  # characters
_PART = re.compile(
    r'(?:(?<!\S)(?P<minus>[-－−]))?(?:"(?P<a>[^"]*)"|＂(?P<b>[^＂]*)＂|“(?P<c>[^”]*)”)'
    r"|(?<!\S)[-－−](?P<word>[^\s\"＂“]+)"
)


@dataclass(frozen=True, slots=True)
class Words:
    """What a query says: any of `terms`, every one of `phrases`, none of `excluded` (both runs of terms).

    `tokens` are all the wanted terms in order, with their places in `text`, what was read of the query.
    """

    terms: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]
    excluded: tuple[tuple[str, ...], ...]
    text: str = ""
    tokens: tuple[Token, ...] = ()


def parse(words: str) -> Words:
    """Read what somebody typed: quoted phrases, -excluded words, and words; no other sign means anything.

    「…」 is how Japanese sentences cite a name or a message; it makes no phrase that a page must hold.

    At most limits.QUERY characters and limits.QUERY_TERMS terms are read, the rest is left out. Never raises.
    """
    words = words[: limits.QUERY]
    positive: list[Token] = []
    phrases: list[tuple[str, ...]] = []
    excluded: list[tuple[str, ...]] = []
    left = limits.QUERY_TERMS
    done = 0
    for part in _PART.finditer(words):
        positive += _tokens(words, done, part.start())
        done = part.end()
        name = next(name for name in (*"abc", "word") if part[name] is not None)
        found = _tokens(words, *part.span(name))[:left]
        run = tuple(token.term for token in found)
        left -= len(run)
        if run and (part["minus"] or part["word"]):
            excluded.append(run)
        elif run:
            phrases.append(run)
            positive += found
    positive += _tokens(words, done, len(words))
    # Phrases have taken their share of the budget; their terms are among the positive ones.
    budget = left + sum(map(len, phrases))
    terms = tuple(dict.fromkeys(token.term for token in positive))[:budget]
    kept = set(terms)
    return Words(
        terms, tuple(phrases), tuple(excluded), words, tuple(token for token in positive if token.term in kept)
    )


def _tokens(words: str, start: int, end: int) -> list[Token]:
    return [Token(one.term, one.start + start, one.end + start) for one in japanese.tokens(words[start:end])]


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


def kanji(terms: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Give the kanji in the terms of a document's text fields, for each audience what it reads on top of the others."""
    texts = {"kanji": ("title", "phrases", "tags", "body"), "kanji_staff": ("staff",), "kanji_sv": ("sv",)}
    found = {name: {sign for field in fields for sign in kanji_of(terms[field])} for name, fields in texts.items()}
    return {name: sorted(signs) for name, signs in found.items()}


def kanji_of(terms: Iterable[str]) -> dict[str, None]:
    """Give the kanji in some terms, each once, in order."""
    return dict.fromkeys(sign for term in terms for sign in _KANJI.findall(term))


def _bounded(texts: Iterable[str]) -> list[str]:
    found: list[str] = []
    for text in texts:
        if found:
            found.append(BOUNDARY)
        found += japanese.terms(text)
    return found
