"""Keep each person's own single keys: read them, change them, switch them off, go back to the usual ones."""

import unicodedata
from collections.abc import Mapping

from kb.rules import shortcuts
from kb.rules.errors import Invalid, KbError, NotFound
from kb.rules.roles import Actor, Permission, require
from kb.rules.shortcuts import OFF, USUAL, Deed, Room
from kb.store.base import Session
from kb.store.users import User


class Unfit(Invalid):
    """Some of the keys can't be used; `faults` says of each deed why (422)."""

    def __init__(self, faults: dict[Deed, KbError]) -> None:
        super().__init__("このキーは使えません。")
        self.faults = faults


def keys(db: Session, *, by: Actor) -> dict[Deed, str]:
    """The key of every deed for this person, "" where none does it; visitors have no single keys at all."""
    return shortcuts.effective(_user(db, by).shortcuts) if by.id is not None else dict.fromkeys(Deed, "")


def choices(db: Session, *, by: Actor) -> tuple[dict[Deed, str], bool]:
    """What the form shows: the key of every deed, and whether all of them are switched off."""
    chosen = _user(db, by).shortcuts
    return shortcuts.remembered(chosen), bool(chosen and chosen.get(OFF))


def choose(db: Session, wanted: Mapping[Deed, str], *, by: Actor) -> None:
    """Keep these keys for oneself, and switch them on; an empty one means that no key does the deed.

    Raises Unfit. What somebody needs of the keyboard is theirs alone, so no event tells it to others.
    """
    user = _user(db, by)
    read = {deed: _read(wanted.get(deed, "")) for deed in Deed}
    faults = {deed: fault for deed, key in read.items() if (fault := _fault(deed, key)) is not None}
    wanting = [pair for room in (Room.SERVING, Room.DESK) for pair in shortcuts.taken(read, room).items()]
    for key, deeds in wanting:
        for late in deeds[1:]:
            # The digits stand for nine keys: it is the other deed that has to make way.
            unfit = late if late is not Deed.OPEN else deeds[0]
            faults.setdefault(
                unfit, Invalid("「%(key)s」は、ほかの操作で使っています。別のキーにしてください。", key=key)
            )
    if faults:
        raise Unfit(faults)
    user.shortcuts = shortcuts.differing(read) or None


def switch(db: Session, *, on: bool, by: Actor) -> None:
    """Switch all of one's own keys on or off; which they are is remembered."""
    user = _user(db, by)
    chosen = {name: key for name, key in (user.shortcuts or {}).items() if name != OFF}
    user.shortcuts = (chosen or None) if on else {**chosen, OFF: "1"}


def reset(db: Session, *, by: Actor) -> None:
    """Go back to the usual keys, switched on."""
    _user(db, by).shortcuts = None


def _user(db: Session, by: Actor) -> User:
    require(by, Permission.READ_STAFF)
    user = db.get(User, by.id) if by.id is not None else None
    if user is None:
        raise NotFound()
    return user


def _read(typed: str) -> str:
    """A key as it was meant: full width and capitals are the same key."""
    return unicodedata.normalize("NFKC", typed).strip().lower()


def _fault(deed: Deed, key: str) -> KbError | None:
    if deed is Deed.OPEN:
        return None if key in ("", USUAL[deed]) else Invalid("選び直してください。")
    if len(key) > 1:
        return Invalid("キーは1つだけ入れてください。")
    if key and key not in shortcuts.KEYS:
        return Invalid("半角の英字・数字・記号から選んでください。")
    return None
