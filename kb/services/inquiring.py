"""Inquiries, from the customer's side: answers while somebody writes, sending, and forgetting in time."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from kb.rules import clock, limits
from kb.rules import inquiries as rules
from kb.rules.pages import Language
from kb.rules.roles import VISITOR
from kb.services import searching, settings
from kb.services.house import House
from kb.services.searching import Result, Wanted
from kb.store import events, pages, tallies
from kb.store import inquiries as store
from kb.store.base import Session
from kb.store.inquiries import Inquiry
from kb.text import audience as audiences
from kb.text import personal_data, plain
from kb.text.personal_data import Kind

ANSWERS = 4
TALLY = "inquiry"
WHOLE = 0.7  # what the whole letter counts for, where its subject counts for one
NEAR = 0.5  # of the best page's worth; what has less matches a word or two of a long letter
OPENING_LEAST, OPENING_MOST = 40, 160  # characters of an answer that are shown where it stands
# Customers sign their letters, and name their orders: whoever answers needs that.
LEFT_ALONE = frozenset({Kind.NAME, Kind.ORDER})
# Nobody needs these to answer, and they harm their owner most.
NEVER_KEPT = frozenset({Kind.CARD, Kind.MY_NUMBER})


class Count(StrEnum):
    """What is counted: answers shown to somebody who writes, one of them was enough, the inquiry was sent anyway."""

    SHOWN = "shown"
    AVOIDED = "avoided"
    SENT = "sent"


@dataclass(frozen=True)
class Letter:
    """What a customer writes; `keeps_personal`: personal data in it may stay, for the centre may need it."""

    subject: str
    text: str
    mail: str = ""
    language: Language = Language.JA
    offered: tuple[int, ...] = ()
    keeps_personal: bool = False


def answers(db: Session, house: House, subject: str, text: str, *, language: Language) -> list[Result]:
    """The public pages that may answer what somebody is writing, the best first; none that only its text touches.

    The subject says it in few words and is asked alone, too: in a long letter its words would be lost among the others.
    """
    worth: dict[int, float] = {}
    found: dict[int, Result] = {}
    for words, weight in ((subject, 1.0), (f"{subject} {text}", WHOLE)):
        for one, share in _shares(db, house, words, language):
            worth[one.page.id] = worth.get(one.page.id, 0.0) + weight * share
            found.setdefault(one.page.id, one)
    best = max(worth.values(), default=0.0)
    order = sorted((one for one in worth if worth[one] >= NEAR * best), key=lambda one: (-worth[one], one))
    return [found[one] for one in order][:ANSWERS]


def _shares(db: Session, house: House, words: str, language: Language) -> list[tuple[Result, float]]:
    """What these words find, each with its share of the best score; the signs of a query count as blanks."""
    bare = " ".join(words.replace('"', " ").replace("-", " ").replace("#", " ").split())
    if len(bare) < 2:
        return []
    wanted = Wanted(bare, language=language.value, limit=3 * ANSWERS)
    results = searching.search(db, house, wanted, viewer=VISITOR).results
    best = max((one.score for one in results), default=0.0) or 1.0
    return [(one, one.score / best) for one in results if any(piece.hit for piece in one.title) or one.phrase]


def opening(result: Result) -> str:
    """The first sentences of an answer, as many as it takes to say something."""
    text = plain.plain(audiences.cut(result.revision.body, VISITOR.audience)).replace("\n", " ").strip()
    end = text.find("。", OPENING_LEAST) + 1
    told = text[:end] if 0 < end <= OPENING_MOST else text[:OPENING_MOST]
    return told if len(told) == len(text) or told.endswith("。") else told.rstrip() + "…"


def checked(letter: Letter) -> Letter:
    """The same letter, tidied; raises Faults with a refusal for each field at fault."""
    subject, text, mail = rules.checked(letter.subject, letter.text, letter.mail)
    return replace(letter, subject=subject, text=text, mail=mail)


def personal(letter: Letter) -> list[tuple[Kind, str]]:
    """The personal data in subject and text, each with its kind, in the order of the text."""
    return [
        (one.kind, part[one.start : one.end])
        for part in (letter.subject, letter.text)
        for one in personal_data.find(part)
        if one.kind not in LEFT_ALONE
    ]


def masked(text: str, kinds: Iterable[Kind] = Kind) -> str:
    """The text with personal data of these kinds replaced by the names of their kinds."""
    wanted, parts, end = set(kinds), [], 0
    for one in personal_data.find(text):
        if one.kind in wanted:
            parts += [text[end : one.start], f"［{personal_data.WORDS[one.kind]}］"]
            end = one.end
    return "".join([*parts, text[end:]])


def send(db: Session, letter: Letter) -> Inquiry:
    """Keep a letter for staff until its time is over; anybody may send one. Raises Faults."""
    letter, now = checked(letter), clock.now()
    kinds = NEVER_KEPT if letter.keeps_personal else frozenset(Kind) - LEFT_ALONE
    known = pages.by_ids(db, list(dict.fromkeys(letter.offered))[: 5 * ANSWERS], viewer=VISITOR)
    # A mask may be longer than what it hides.
    made = Inquiry(
        number=new_number(),
        language=letter.language,
        subject=masked(letter.subject, kinds)[: limits.TITLE],
        text=masked(letter.text, kinds)[: limits.INQUIRY],
        mail=letter.mail,
        offered=list(known),
        created_at=now,
        expires_at=now + timedelta(days=settings.current(db).inquiry_days),
    )
    db.add(made)
    db.flush()
    count(db, Count.SENT)
    events.record(db, "inquiry received", by=VISITOR, inquiry=made.id, line=made.number)
    return made


def new_number() -> str:
    """A receipt number that nobody can guess or count on."""
    letters = "".join(secrets.choice(rules.NUMBER_LETTERS) for _place in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def count(db: Session, what: Count) -> None:
    """Count, in the caller's transaction, that this has happened once more today."""
    tallies.add(db, {(clock.today(), TALLY, what.value): 1})


def forget(db: Session) -> int:
    """Delete every inquiry whose time is over; how many that were. The indexer asks for it every hour."""
    return store.forget(db, now=clock.now())
