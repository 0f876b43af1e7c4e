"""What the dictionary knows of a term beside its spelling: how it is read, and which senses it may have."""

from functools import lru_cache

import jaconv

from kb.text import japanese
from kb.text.kana import hiragana

SENSES = 4  # A word with more senses than these says too little by each of them.
_TO_I = str.maketrans("うくぐすつぬぶむる", "いきぎしちにびみり")


@lru_cache(maxsize=65_536)
def senses(term: str) -> tuple[int, ...]:
    """Give the numbers of the dictionary's groups of words with one meaning that a term belongs to (印鑑, 判子)."""
    found = {sense for entry in japanese.look_up(term) for sense in entry.synonym_group_ids()}
    return tuple(sorted(found)) if len(found) <= SENSES else ()


def readings(term: str) -> tuple[tuple[str, str], ...]:
    """Give the ways to read a term in hiragana, each with the word to show for it.

    A verb is read as its noun as well: 引っ越す is ひっこす, and ひっこし for 引っ越し.
    """
    found: dict[str, str] = {}
    for entry in japanese.look_up(term):
        reading = str(jaconv.kata2hira(entry.reading_form()))
        found[reading] = term
        if entry.part_of_speech()[0] == "動詞":
            for noun, noun_reading in (_as_noun(term, reading), (term[:-1], reading[:-1])):
                if any(other.part_of_speech()[0] == "名詞" for other in japanese.look_up(noun)):
                    found[noun_reading] = noun
                    break
    if not found and (spelt := hiragana(term)):
        found[spelt] = term
    return tuple(found.items())


def _as_noun(verb: str, reading: str) -> tuple[str, str]:
    return verb[:-1] + verb[-1].translate(_TO_I), reading[:-1] + reading[-1].translate(_TO_I)
