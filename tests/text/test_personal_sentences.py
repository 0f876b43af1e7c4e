"""Personal data in what staff of a call centre write: how much of it is found, and how often something else is."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kb.text.personal_data import Finding, Kind, find

FILE = Path(__file__).parent / "personal_sentences.txt"
PATTERNS = ("AA-999999",)
NUMBERS = (Kind.PHONE, Kind.MAIL, Kind.CARD, Kind.MY_NUMBER, Kind.POSTAL_CODE, Kind.ORDER)
_MARK = re.compile(r"\{(\w+)\|([^}]*)\}")


@dataclass(frozen=True)
class Sentence:
    """A text, and the personal data that a person marked in it."""

    text: str
    marked: tuple[Finding, ...]


@dataclass
class Tally:
    """What was marked and what of it was found, by kind; and what was found where nothing is."""

    marked: Counter[Kind] = field(default_factory=Counter)
    found: Counter[Kind] = field(default_factory=Counter)
    clean: int = 0
    alarms: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    def recall(self, *kinds: Kind) -> float:
        return sum(self.found[kind] for kind in kinds) / sum(self.marked[kind] for kind in kinds)

    def told(self) -> str:
        rows = [f"{kind:12} {self.found[kind]:3} of {self.marked[kind]:3}" for kind in Kind]
        return "\n".join([*rows, f"false alarms {len(self.alarms):3} of {self.clean:3} clean sentences"])


def read(line: str) -> Sentence:
    text, marked, done = "", [], 0
    for mark in _MARK.finditer(line):
        text += line[done : mark.start()]
        marked.append(Finding(Kind(mark[1]), len(text), len(text) + len(mark[2])))
        text, done = text + mark[2], mark.end()
    return Sentence(text + line[done:], tuple(marked))


SENTENCES = [read(line) for line in FILE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
HELD_OUT = SENTENCES[2::3]
TUNED = [one for place, one in enumerate(SENTENCES) if place % 3 != 2]


def measure(sentences: Iterable[Sentence]) -> Tally:
    """A mark counts as found if the findings of its kind cover every character of it."""
    tally = Tally()
    for one in sentences:
        found = find(one.text, PATTERNS)
        covered = {(finding.kind, place) for finding in found for place in range(finding.start, finding.end)}
        for mark in one.marked:
            tally.marked[mark.kind] += 1
            if all((mark.kind, place) in covered for place in range(mark.start, mark.end)):
                tally.found[mark.kind] += 1
            else:
                tally.missed.append(f"{mark.kind} {one.text[mark.start : mark.end]}: {one.text}")
        touched = {place for mark in one.marked for place in range(mark.start, mark.end)}
        extra = [one.text[f.start : f.end] for f in found if not touched & set(range(f.start, f.end))]
        tally.clean += not one.marked
        if not one.marked and extra:
            tally.alarms.append(f"{extra}: {one.text}")
        elif extra:
            tally.extra.append(f"{extra}: {one.text}")
    return tally


def test_the_set_has_300_sentences_and_half_of_them_tell_of_nobody() -> None:
    assert len({one.text for one in SENTENCES}) == len(SENTENCES) >= 300
    assert 0.45 <= sum(not one.marked for one in SENTENCES) / len(SENTENCES) <= 0.55
    assert {mark.kind for one in HELD_OUT for mark in one.marked} == set(Kind)


@pytest.mark.parametrize("sentences", [TUNED, HELD_OUT], ids=["tuned", "held out"])
def test_personal_data_is_found_and_little_else_is(sentences: list[Sentence]) -> None:
    tally = measure(sentences)
    print(f"\n{tally.told()}")
    assert tally.recall(*NUMBERS) >= 0.95, tally.missed
    assert tally.recall(Kind.NAME) >= 0.85, tally.missed
    assert tally.recall(Kind.ADDRESS) >= 0.85, tally.missed
    assert len(tally.alarms) < 0.05 * tally.clean, tally.alarms
