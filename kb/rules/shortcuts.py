"""The single-key shortcuts as ONE table: what each does, its usual key, and which keys may be chosen instead."""

import string
from collections.abc import Mapping
from enum import StrEnum


class Deed(StrEnum):
    """What a single key can do."""

    SEARCH = "search"
    NEXT = "next"
    PREVIOUS = "previous"
    OPEN = "open"
    COPY = "copy"
    WHY = "why"
    CALL = "call"
    TYPE = "type"
    USE = "use"
    PURPOSE = "purpose"
    FLAG = "flag"
    GAP = "gap"
    HANDOVER = "handover"
    HARASSMENT = "harassment"
    FAVOURITE = "favourite"
    HELP = "help"


# Arrows and Esc type no text, so nobody needs them off (WCAG 2.1.4); next and previous have no letter at first.
USUAL: dict[Deed, str] = {
    Deed.SEARCH: "/",
    Deed.NEXT: "",
    Deed.PREVIOUS: "",
    Deed.OPEN: "1–9",
    Deed.COPY: "c",
    Deed.WHY: "w",
    Deed.CALL: "s",
    Deed.TYPE: "t",
    Deed.USE: "u",
    Deed.PURPOSE: "p",
    Deed.FLAG: "f",
    Deed.GAP: "x",
    Deed.HANDOVER: "h",
    Deed.HARASSMENT: "k",
    Deed.FAVOURITE: "b",
    Deed.HELP: "?",
}
DIGITS = "123456789"
KEYS = frozenset(string.ascii_lowercase + string.digits + string.punctuation)
OFF = "off"


def effective(chosen: Mapping[str, str] | None) -> dict[Deed, str]:
    """Every deed with the key that does it for somebody who chose this; "" where no key does.

    `chosen` maps deeds to keys where they are not the usual ones, and holds OFF where all keys are switched off.
    """
    if chosen and chosen.get(OFF):
        return dict.fromkeys(Deed, "")
    return remembered(chosen)


def remembered(chosen: Mapping[str, str] | None) -> dict[Deed, str]:
    """The same as if nothing were switched off: what stands in the form."""
    return {deed: (chosen or {}).get(deed.value, usual) for deed, usual in USUAL.items()}


def differing(keys: Mapping[Deed, str]) -> dict[str, str]:
    """The part of a full table that is not the usual one: what is worth keeping."""
    return {deed.value: key for deed, key in keys.items() if key != USUAL[deed]}


def taken(keys: Mapping[Deed, str]) -> dict[str, list[Deed]]:
    """Each key with the deeds that want it, in the order of the table; 1–9 count as nine keys."""
    found: dict[str, list[Deed]] = {}
    for deed in Deed:
        wanted = DIGITS if keys.get(deed) == USUAL[Deed.OPEN] else keys.get(deed, "")
        for key in wanted:
            found.setdefault(key, []).append(deed)
    return found
