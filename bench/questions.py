"""What is asked when speed is measured: real questions, two words, and what only an adversary would send."""

import random
from dataclasses import dataclass

import numpy as np

from bench import corpora
from bench.pages import Mixture
from kb.rules import limits
from kb.search.words import parse
from kb.text import japanese

_SEED = 20251122
_SENTENCE = 80  # characters
_LEAST = 5  # terms of a sentence
ASKED = ("jaquad-dev", "jsquad-valid", "niilc-evidence", "help-anchor-ja")
# What reaches an engine only as a string: our index must answer it, the others never see it.
HOSTILE = {
    "100,000 characters": "返品の手続き" * 16_667,
    "10,000 words": " ".join(f"語{number}" for number in range(10_000)),
    "one letter 100,000 times": "あ" * 100_000,
    "wildcards": "*?*?* " * 200,
    "brackets": "((((" * 2_000 + "))))" * 2_000,
    "quotes": '"' * 5_001,
    "control characters": "\x00\x01\x02\x1b[31m\x7f 返品",
    "lone surrogates": "\ud800返品\udfff",
    "right to left": "\u202e返品\u202d\u200f",
    "operators": "title:返品 AND NOT (body:[a TO z]) ^9 ~3",
    "minus everything": " ".join(f"-語{number}" for number in range(500)),
}


@dataclass(frozen=True)
class Asked:
    """A question as somebody types it, and the terms that it is read as."""

    text: str
    terms: list[str]


def natural(count: int) -> list[Asked]:
    """Real questions, equally many of each collection, mixed. Raises corpora.Missing."""
    seeded = random.Random(_SEED)
    each = -(-count // len(ASKED))
    texts = [question.text for name in ASKED for question in seeded.sample(list(corpora.load(name).questions), each)]
    seeded.shuffle(texts)
    return [asked for text in texts if (asked := read(text)).terms][:count]


def short(pages: Mixture, count: int) -> list[Asked]:
    """Two words of one title, as an operator types them."""
    seeded = random.Random(_SEED + 1)
    found: list[Asked] = []
    while len(found) < count:
        title = pages.title(seeded.randrange(len(pages)))
        words = list(dict.fromkeys(title[token.start : token.end] for token in japanese.tokens(title)))
        asked = read(" ".join(seeded.sample(words, 2))) if len(words) > 1 else read("")
        if len(asked.terms) > 1:
            found.append(asked)
    return found


def sentences(pages: Mixture, count: int) -> list[Asked]:
    """A sentence of a page, as somebody pastes a message or tells what the screen says: full of common words."""
    seeded = random.Random(_SEED + 2)
    found: list[Asked] = []
    while len(found) < count:
        line = seeded.choice(pages.body(seeded.randrange(len(pages))).splitlines() or [""])
        asked = read(line[:_SENTENCE])
        if len(asked.terms) >= _LEAST:
            found.append(asked)
    return found


def heavy(pages: Mixture) -> list[Asked]:
    """The worst that the limits let through: the most common words, and whole paragraphs pasted in."""
    counts = np.bincount(pages.body_terms.values, minlength=len(pages.vocabulary))
    common = [pages.vocabulary[term] for term in np.argsort(-counts)[: 4 * limits.QUERY_TERMS]]
    words = [word for word in common if word.isalpha() and japanese.terms(word) == [word]]
    texts = [" ".join(words[:size]) for size in (1, 4, 16, limits.QUERY_TERMS)]
    texts += [pages.body(page)[: limits.QUERY] for page in range(6)]
    return [read(text) for text in texts]


def read(text: str) -> Asked:
    """A question with its terms."""
    return Asked(text, list(parse(text).terms))
