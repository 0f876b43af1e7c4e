"""Measure what is said to customers, and warn of what is long, internal, doubly honorific or never explained."""

from dataclasses import dataclass
from enum import StrEnum

from kb.rules.roles import Actor, Permission, require
from kb.rules.settings import Settings
from kb.services import settings
from kb.store.base import Session
from kb.text import audience as audiences
from kb.text import blocks, honorifics, plain, plain_speech, speaking


class Doubt(StrEnum):
    """What a warning is about."""

    LONG = "long"
    SENTENCE = "sentence"
    INTERNAL = "internal"
    HONORIFIC = "honorific"
    ABBREVIATION = "abbreviation"


@dataclass(frozen=True)
class Warned:
    """One warning: words = text[start:end] of what is said, and what to say instead where that is known."""

    doubt: Doubt
    start: int
    end: int
    words: str
    instead: str = ""


@dataclass(frozen=True)
class Said:
    """The words for one channel ("" is spoken): plain text, morae, whole seconds, those it should have, warnings.

    What is written has neither morae nor seconds.
    """

    channel: str
    text: str
    morae: int
    seconds: int
    most: int
    warnings: tuple[Warned, ...]


def seconds(db: Session, rendered: str) -> int:
    """Whole seconds, one at least, that a rendered text takes when read aloud at the pace that is set."""
    return _whole(speaking.length(speaking.html_text(rendered)), settings.current(db))


def check(db: Session, body: str, *, by: Actor) -> tuple[Said, ...]:
    """Measure and check each `say` of a text that somebody writes; nothing that is found keeps them from saving.

    Only what the writer may read is looked at, also for what explains an abbreviation.
    """
    require(by, Permission.PROPOSE)
    cut = audiences.cut(blocks.tidy(body), by.audience)
    says: dict[str, blocks.Segment] = {}
    for one in blocks.split(cut):
        if one.kind is blocks.BlockKind.SAY:
            says.setdefault(one.argument, one)
    if not says:
        return ()
    now, page = settings.current(db), plain.plain(cut)
    return tuple(_said(one, page, now) for one in says.values())


def _said(block: blocks.Segment, page: str, now: Settings) -> Said:
    text = plain.plain(block.source)[: speaking.MOST]
    length = speaking.length(speaking.source_text(block.source))
    found = [*_words(text, page, now)]
    if block.argument:
        return Said(block.argument, text, 0, 0, 0, tuple(found))
    whole = _whole(length, now)
    if whole > now.say_seconds:
        found.insert(0, Warned(Doubt.LONG, 0, len(text), text))
    found += [_warned(Doubt.SENTENCE, text, place) for place in plain_speech.long_sentences(text)]
    return Said("", text, length.morae, whole, now.say_seconds, tuple(found))


def _words(text: str, page: str, now: Settings) -> list[Warned]:
    """The warnings that hold for what is said and what is written alike, in the order of the text."""
    found = [_warned(Doubt.INTERNAL, text, place) for place in plain_speech.internal(text, now.internal_words)]
    for place in plain_speech.abbreviations(text, now.known_abbreviations, page):
        found.append(_warned(Doubt.ABBREVIATION, text, place))
    for one in honorifics.doubled(text):
        found.append(Warned(Doubt.HONORIFIC, one.start, one.end, one.words, one.instead))
    return sorted(found, key=lambda one: one.start)


def _warned(doubt: Doubt, text: str, place: plain_speech.Place) -> Warned:
    return Warned(doubt, place.start, place.end, text[place.start : place.end], place.instead)


def _whole(length: speaking.Length, now: Settings) -> int:
    return max(1, round(length.seconds(now.morae_per_second)))
