"""Keep the synonyms: list, add, change, join, remove and bring back; what is kept counts from the next search on."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from kb.rules import clock, limits
from kb.rules.errors import Conflict, Invalid, NotFound
from kb.rules.roles import Actor, Permission, require
from kb.search.port import Synonym
from kb.services import wordings
from kb.services.importing import Tally
from kb.services.sheets import Row
from kb.services.wordings import Draft
from kb.store import events
from kb.store import synonyms as store
from kb.store.base import Session
from kb.store.synonyms import Entry, Text
from kb.text import japanese

_HIRAGANA = {katakana: katakana - 0x60 for katakana in range(0x30A1, 0x30F7)}
_lock = Lock()
_latest: tuple[int, tuple[Synonym, ...]] = (0, ())


class Stale(Conflict):
    """Somebody else changed or removed the entry meanwhile; `entry` is as it is now."""

    code = "stale"

    def __init__(self, entry: Entry) -> None:
        super().__init__(
            "開いているあいだに、ほかの人がこの組を消しました。"
            if entry.removed_at
            else "開いているあいだに、ほかの人がこの組を変えました。いまの組を見て、もう一度決めてください。"
        )
        self.entry = entry


@dataclass(frozen=True)
class Overlap:
    """Another entry with some of the same wordings; `joined` is both in one, None where they can't be one."""

    entry: Entry
    wordings: tuple[str, ...]
    joined: Draft | None


def current(db: Session) -> tuple[Synonym, ...]:
    """What every search goes by: the very same tuple until an entry changes, in whichever process that happens."""
    global _latest
    stamp = store.stamp(db)
    with _lock:
        if _latest[0] != stamp:
            _latest = stamp, tuple(Synonym(tuple(one.wordings), one.one_way) for one in sorted(store.texts(db)))
        return _latest[1]


def listing(
    db: Session, *, words: str = "", removed: bool = False, offset: int = 0, limit: int, viewer: Actor
) -> tuple[int, list[Entry]]:
    """How many entries hold these letters (of either kana and width) in a wording or the note, and some of them."""
    require(viewer, Permission.KEEP_SYNONYMS)
    wanted = _letters(words)
    found = [
        one.id
        for one in store.texts(db, removed=removed)
        if not wanted or any(wanted in _letters(text) for text in (*one.wordings, one.note))
    ]
    return len(found), store.by_ids(db, found[offset : offset + limit])


def counts(db: Session, *, viewer: Actor) -> tuple[int, int]:
    """How many entries are in use, and how many were removed."""
    require(viewer, Permission.KEEP_SYNONYMS)
    return store.counts(db)


def entry(db: Session, entry_id: int, *, viewer: Actor) -> Entry:
    """One entry, removed or not; raises NotFound."""
    require(viewer, Permission.KEEP_SYNONYMS)
    found = store.get(db, entry_id)
    if found is None:
        raise NotFound()
    return found


def draft_of(entry: Entry | Text) -> Draft:
    """An entry, ready to be written again."""
    return Draft(tuple(entry.wordings), entry.one_way, entry.note)


def overlapping(db: Session, draft: Draft, *, but: int | None = None, viewer: Actor) -> list[Overlap]:
    """The other entries that hold a wording of this draft."""
    require(viewer, Permission.KEEP_SYNONYMS)
    mine = {japanese.fold(word) for word in draft.wordings}
    shared: dict[int, tuple[str, ...]] = {}
    for other in store.texts(db):
        words = tuple(word for word in other.wordings if japanese.fold(word) in mine)
        if words and other.id != but:
            shared[other.id] = words
    return [
        Overlap(entry, shared[entry.id], wordings.joined(draft_of(entry), draft))
        for entry in store.by_ids(db, list(shared))
    ]


def add(db: Session, draft: Draft, *, by: Actor) -> Entry:
    """Keep a new entry; raises Invalid, and Conflict when there is the same one already."""
    require(by, Permission.KEEP_SYNONYMS)
    draft = wordings.checked(draft)
    _require_room(db)
    _require_new(db, draft)
    made = _made(db, draft, by=by, at=clock.now())
    db.flush()
    events.record(db, "synonyms added", by=by, synonyms=made.id, line=draft.line)
    return made


def change(db: Session, entry_id: int, draft: Draft, *, seen: int, by: Actor) -> Entry:
    """Give an entry other wordings, another direction or note; raises Stale when its mark is no more what was seen."""
    require(by, Permission.KEEP_SYNONYMS)
    found = _to_change(db, entry_id)
    draft = wordings.checked(draft)
    if found.mark != seen:
        raise Stale(found)
    if draft == draft_of(found):
        return found
    _require_new(db, draft, but=entry_id)
    _rewrite(db, found, draft, by=by)
    return found


def join(db: Session, entry_id: int, draft: Draft, *, but: int | None = None, by: Actor) -> Entry:
    """Take a draft's wordings into an entry, as it is now; the entry `but`, from which they came, is removed."""
    require(by, Permission.KEEP_SYNONYMS)
    found = _to_change(db, entry_id)
    joined = wordings.joined(draft_of(found), wordings.checked(draft))
    if found.removed_at is not None or joined is None:
        raise Stale(found)
    if but is not None and but != entry_id:
        remove(db, but, by=by)
    if joined != draft_of(found):
        _rewrite(db, found, joined, by=by)
    return found


def remove(db: Session, entry_id: int, *, seen: int | None = None, by: Actor) -> Entry:
    """Take an entry out of use; raises Stale when it was changed since it was `seen`."""
    require(by, Permission.KEEP_SYNONYMS)
    found = _to_change(db, entry_id)
    if found.removed_at is not None:
        return found
    if seen is not None and found.mark != seen:
        raise Stale(found)
    found.removed_at = clock.now()
    _touch(found, by=by, at=found.removed_at)
    events.record(db, "synonyms removed", by=by, synonyms=found.id, line=draft_of(found).line)
    return found


def restore(db: Session, entry_id: int, *, by: Actor) -> Entry:
    """Bring a removed entry back into use; raises Conflict when somebody has made the same one meanwhile."""
    require(by, Permission.KEEP_SYNONYMS)
    found = _to_change(db, entry_id)
    if found.removed_at is None:
        return found
    _require_room(db)
    _require_new(db, draft_of(found))
    found.removed_at = None
    _touch(found, by=by, at=clock.now())
    events.record(db, "synonyms restored", by=by, synonyms=found.id, line=draft_of(found).line)
    return found


def has_any(db: Session) -> bool:
    """Whether there ever was an entry, removed ones included."""
    return store.stamp(db) != 0


def take_in(db: Session, rows: Iterable[Row], *, by: Actor) -> Tally:
    """Keep every entry of a file in the caller's one transaction; the same file twice changes nothing.

    What the file does not name stays as it is; what was removed and stands in the file comes back. Raises Invalid
    naming file, line and remedy.
    """
    require(by, Permission.KEEP_SYNONYMS)
    known = {draft_of(one).key: one for removed in (True, False) for one in store.everything(db, removed=removed)}
    tally, now = Tally(), clock.now()
    for row in rows:
        try:
            draft = wordings.of_row(row)
        except Invalid as why:
            raise row.wrong(why) from why
        found = known.get(draft.key)
        if found is None:
            known[draft.key] = _made(db, draft, by=by, at=now)
            tally.added += 1
        elif found.removed_at is not None:
            _touch(found, by=by, at=now)
            found.removed_at = None
            tally.added += 1
        elif draft.note and draft.note != found.note:
            found.note = draft.note
            _touch(found, by=by, at=now)
            tally.changed += 1
        else:
            tally.unchanged += 1
    if store.counts(db)[0] > limits.SYNONYMS:
        raise _full()
    if tally.added or tally.changed:
        events.record(db, "synonyms imported", by=by, added=tally.added, changed=tally.changed)
    return tally


def rows(db: Session, *, by: Actor) -> list[dict[str, Any]]:
    """Every entry in use as a row that `take_in` takes."""
    require(by, Permission.KEEP_SYNONYMS)
    return [
        {"wordings": "|".join(one.wordings), "one_way": "1" if one.one_way else "", "note": one.note}
        for one in sorted(store.texts(db))
    ]


def _letters(text: str) -> str:
    return japanese.fold(text).translate(_HIRAGANA).strip()


def _to_change(db: Session, entry_id: int) -> Entry:
    found = store.get(db, entry_id, to_change=True)
    if found is None:
        raise NotFound()
    return found


def _require_room(db: Session) -> None:
    if store.counts(db)[0] >= limits.SYNONYMS:
        raise _full()


def _full() -> Invalid:
    return Invalid(
        "同義語は%(limit)s組までです。使わない組を消してから加えてください。", field="line", limit=limits.SYNONYMS
    )


def _require_new(db: Session, draft: Draft, *, but: int | None = None) -> None:
    if any(draft_of(one).key == draft.key for one in store.texts(db) if one.id != but):
        raise Conflict("同じ組がもうあります。", field="line")


def _made(db: Session, draft: Draft, *, by: Actor, at: datetime) -> Entry:
    made = Entry(
        wordings=list(draft.wordings), one_way=draft.one_way, note=draft.note, created_by_id=by.id, created_at=at
    )
    _touch(made, by=by, at=at)
    db.add(made)
    return made


def _rewrite(db: Session, entry: Entry, draft: Draft, *, by: Actor) -> None:
    before = draft_of(entry).line
    entry.wordings, entry.one_way, entry.note = list(draft.wordings), draft.one_way, draft.note
    _touch(entry, by=by, at=clock.now())
    events.record(db, "synonyms changed", by=by, synonyms=entry.id, before=before, line=draft.line)


def _touch(entry: Entry, *, by: Actor, at: datetime) -> None:
    entry.mark = 1 + secrets.randbelow(2**31 - 1)
    entry.updated_by_id, entry.updated_at = by.id, at
