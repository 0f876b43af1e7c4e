"""Personal data in what staff write: asked about before it is stored, masked or kept, and the choice recorded."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb.rules.errors import Invalid
from kb.rules.roles import Actor, Permission, require
from kb.rules.settings import Settings
from kb.services import settings
from kb.store import events
from kb.store.base import Session
from kb.text import personal_data
from kb.text.personal_data import Kind

__all__ = ["Choice", "Found", "Kind", "Undecided", "find", "hints", "masked", "settle"]

HINTED = 20_000  # characters that are looked through for hints while somebody writes
HINTS = 12


@dataclass(frozen=True)
class Found:
    """One piece of personal data: `text[start:end]` of a field; `key` names it in a choice, wherever it stands."""

    field: str
    key: str
    kind: Kind
    start: int
    end: int
    value: str


@dataclass(frozen=True)
class Choice:
    """What somebody decided: the keys of what they were shown, and which of these are to be masked."""

    seen: frozenset[str] = frozenset()
    mask: frozenset[str] = frozenset()


class Undecided(Invalid):
    """Something was found and nobody has decided on it (422); `texts` are as typed, `found` has every piece."""

    code = "personal_data"

    def __init__(self, texts: Mapping[str, str], found: Iterable[Found]) -> None:
        self.texts, self.found = dict(texts), tuple(found)
        super().__init__(
            "お客様が分かる言葉が入っているようです。伏せるか、そのまま残すかを選んでください。",
            field=self.found[0].field,
        )


def find(db: Session, texts: Mapping[str, str], known: Iterable[str] = ()) -> list[Found]:
    """Every piece of personal data in some texts, but for what stands in the `known` ones, which are stored already."""
    chosen = settings.current(db)
    old = {_value(text, one) for text in known for one in _found(text, chosen)}
    found = []
    for field, text in texts.items():
        for one in _found(text, chosen):
            value = _value(text, one)
            if value not in old:
                found.append(Found(field, _key(field, one.kind, value), one.kind, one.start, one.end, value))
    return found


def settle(
    db: Session,
    texts: Mapping[str, str],
    choice: Choice | None,
    *,
    by: Actor,
    known: Iterable[str] = (),
    place: str = "",
) -> dict[str, str]:
    """The texts by field as they are to be kept, once somebody has decided on every piece of personal data in them.

    Nothing is asked about what stands in the `known` texts. The decision is recorded with kinds and counts, and never
    with a value; `place` says where. Raises Undecided, and then nothing is recorded.
    """
    require(by, Permission.READ_STAFF)
    choice = choice or Choice()
    found = find(db, texts, known)
    if any(one.key not in choice.seen for one in found):
        raise Undecided(texts, found)
    hidden = [one for one in found if one.key in choice.mask]
    kept = [one for one in found if one.key not in choice.mask]
    for verb, some in (("personal data masked", hidden), ("personal data kept", kept)):
        if some:
            kinds = Counter(one.kind.value for one in some)
            fields = sorted({one.field for one in some})
            events.record(db, verb, by=by, kinds=dict(sorted(kinds.items())), fields=fields, place=place)
    return {
        field: personal_data.put_masks(text, [one for one in hidden if one.field == field])
        for field, text in texts.items()
    }


def hints(db: Session, text: str, *, viewer: Actor) -> list[tuple[Kind, str]]:
    """What seems to be personal data near the beginning of a text, each once, for whoever writes or decides on it."""
    require(viewer, Permission.READ_STAFF)
    found = find(db, {"": text[:HINTED]})
    return list(dict.fromkeys((one.kind, one.value) for one in found))[:HINTS]


def leads_to_somebody(number: str) -> bool:
    """Whether a ticket's number is a way to reach the customer; it may look like other kinds of data by chance."""
    return any(one.kind in (Kind.MAIL, Kind.PHONE) for one in personal_data.find(number, ()))


def masked(db: Session, text: str) -> str:
    """The text with everything in it masked that looks like personal data; for what is kept without asking."""
    return personal_data.put_masks(text, _found(text, settings.current(db)))


def _found(text: str, chosen: Settings) -> list[personal_data.Finding]:
    """What is personal data by what administrators have set: the centre's own phone number is nobody's."""
    own = _digits(chosen.contact_phone)
    return [
        one
        for one in personal_data.find(text, chosen.number_patterns)
        if one.kind is not Kind.PHONE or _digits(_value(text, one)) != own
    ]


def _digits(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isdecimal())


def _value(text: str, finding: personal_data.Finding) -> str:
    return text[finding.start : finding.end]


def _key(field: str, kind: Kind, value: str) -> str:
    """The same word in the same field has one key, so that one decision holds wherever it stands in it."""
    return hashlib.blake2s(f"{field}\0{kind}\0{value}".encode(), digest_size=6).hexdigest()
