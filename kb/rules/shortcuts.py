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
    DOWN = "down"
    UP = "up"
    TAKE = "take"
    APPROVE = "approve"
    RETURN = "return"
    DUPLICATE = "duplicate"
    MERGE = "merge"
    HELP = "help"


class Room(StrEnum):
    """Where a deed is done: two deeds of different rooms may have the same key."""

    EVERYWHERE = "everywhere"
    SERVING = "serving"
    DESK = "desk"


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
    Deed.DOWN: "j",
    Deed.UP: "k",
    Deed.TAKE: "t",
    Deed.APPROVE: "a",
    Deed.RETURN: "r",
    Deed.DUPLICATE: "d",
    Deed.MERGE: "m",
    Deed.HELP: "?",
}
# The review desk is a room of its own; whatever answers customers shares the other keys.
_EVERYWHERE = (Deed.SEARCH, Deed.CALL, Deed.HELP)
_DESK = (Deed.DOWN, Deed.UP, Deed.TAKE, Deed.APPROVE, Deed.RETURN, Deed.DUPLICATE, Deed.MERGE)
ROOMS: dict[Deed, Room] = {
    deed: Room.EVERYWHERE if deed in _EVERYWHERE else Room.DESK if deed in _DESK else Room.SERVING for deed in Deed
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


def at_work(room: Room) -> list[Deed]:
    """The deeds of a room, with those that are done everywhere; in the order of the table."""
    return [deed for deed in Deed if ROOMS[deed] in (room, Room.EVERYWHERE)]


def taken(keys: Mapping[Deed, str], room: Room) -> dict[str, list[Deed]]:
    """Each key with the deeds of this room that want it, in the order of the table; 1–9 count as nine keys."""
    found: dict[str, list[Deed]] = {}
    for deed in at_work(room):
        wanted = DIGITS if keys.get(deed) == USUAL[Deed.OPEN] else keys.get(deed, "")
        for key in wanted:
            found.setdefault(key, []).append(deed)
    return found
