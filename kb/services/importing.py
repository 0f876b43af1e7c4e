"""Take in pages from files: all or nothing, and the same file twice changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from kb.rules import limits
from kb.rules.errors import Invalid
from kb.rules.pages import Audience, Confidence, Kind, Language, Significance
from kb.rules.review_states import State
from kb.rules.roles import Actor, Permission, require
from kb.services import publishing
from kb.services.checking import Text, checked, one_line
from kb.services.sheets import KEYS, LISTS, Row, Sheet
from kb.store import categories, events, external
from kb.store.base import Session
from kb.store.categories import Category
from kb.store.pages import Page

W = TypeVar("W", bound=StrEnum)


@dataclass
class Tally:
    added: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class Checked:
    """A row that can be stored."""

    row: Row
    id: str
    text: Text
    kind: Kind
    language: Language
    confidence: Confidence
    category: str
    translates: str


def check(sheet: Sheet, *, audience: Audience, kind: Kind) -> list[Checked]:
    """Every row made fit to be stored, with defaults where it is silent; the first bad row raises Invalid."""
    found: dict[str, Checked] = {}
    for row in sheet.rows:
        try:
            one = _checked(row, audience=audience, kind=kind)
        except Invalid as why:
            raise row.wrong(why) from why
        if one.id in found:
            first = found[one.id].row
            twice = Invalid(
                "id「%(id)s」が %(name)s の %(line)s 行目と重なっています。どちらかを直してください。",
                id=one.id,
                name=first.name,
                line=first.line,
                field="id",
            )
            raise row.wrong(twice)
        found[one.id] = one
    return list(found.values())


def take_in(
    db: Session,
    rows: list[Checked],
    shelves: list[dict[str, Any]],
    *,
    by: Actor,
    progress: Callable[[int], None] | None = None,
) -> Tally:
    """Store the rows in the caller's one transaction: new pages, new revisions of known ones, nothing for the rest."""
    require(by, Permission.IMPORT)
    for position, shelf in enumerate(shelves):
        _shelf(db, shelf, position)
    tally = Tally()
    known = external.by_external_ids(db, [one.id for one in rows])
    shelf_of = {name: _category(db, name) for name in {one.category for one in rows}}
    for one in rows:
        category = shelf_of[one.category]
        page = known.get(one.id)
        if page is None:
            known[one.id] = _add(db, one, category, by=by)
            tally.added += 1
        elif _change(db, page, one, category, by=by):
            tally.changed += 1
        else:
            tally.unchanged += 1
        if progress is not None:
            progress(1)
    _translate(db, rows, known)
    if tally.added or tally.changed:
        events.record(db, "pages imported", by=by, added=tally.added, changed=tally.changed)
    return tally


def has_pages(db: Session) -> bool:
    """Whether any page was ever made."""
    return external.any_page(db)


def _add(db: Session, one: Checked, category: Category | None, *, by: Actor) -> Page:
    page = publishing.new_page(
        db,
        kind=one.kind,
        language=one.language,
        audience=one.text.audience,
        category_id=category.id if category else None,
        by=by,
    )
    page.external_id = one.id
    _publish(db, page, one, by=by)
    return page


def _change(db: Session, page: Page, one: Checked, category: Category | None, *, by: Actor) -> bool:
    category_id = category.id if category else page.category_id
    same = page.kind is one.kind and page.language is one.language and page.category_id == category_id
    if page.current is not None and one.text.says_the_same(page.current) and page.confidence is one.confidence and same:
        return False
    if page.archived_at is not None:
        why = Invalid("id「%(id)s」の記事は公開を終えています。先に元に戻してください。", id=one.id, field="id")
        raise one.row.wrong(why)
    page.kind, page.language, page.category_id = one.kind, one.language, category_id
    _publish(db, page, one, by=by)
    return True


def _publish(db: Session, page: Page, one: Checked, *, by: Actor) -> None:
    revision = page.current
    if revision is None or not one.text.says_the_same(revision):
        base_id = revision.id if revision else None
        number = None if revision else 1
        revision = publishing.new_revision(
            db, page, one.text, state=State.APPROVED, base_id=base_id, number=number, by=by
        )
    publishing.make_current(db, revision, by=by)
    page.confidence = one.confidence
    if one.confidence is Confidence.UNVALIDATED:
        page.validated_at, page.validated_by_id = None, None


def _translate(db: Session, rows: list[Checked], known: dict[str, Page]) -> None:
    for one in rows:
        if not one.translates:
            continue
        origin = known.get(one.translates) or external.by_external_ids(db, [one.translates]).get(one.translates)
        if origin is None:
            why = Invalid("translates の「%(id)s」という記事がありません。", id=one.translates, field="translates")
            raise one.row.wrong(why)
        if known[one.id].translates_id != origin.id:
            known[one.id].translates_id = origin.id


def _checked(row: Row, *, audience: Audience, kind: Kind) -> Checked:
    values = row.values
    for key in values:
        if key not in KEYS:
            raise Invalid(
                "「%(key)s」という項目はありません。使える項目：%(keys)s",
                key=str(key)[:40],
                keys=", ".join(KEYS),
                field=str(key)[:40],
            )
    external_id = one_line(_string(values, "id"))
    if not external_id:
        raise Invalid("id がありません。記事ごとに違う id を付けてください。", field="id")
    if len(external_id) > limits.EXTERNAL_ID:
        raise Invalid("id は%(limit)s文字までにしてください。", field="id", limit=limits.EXTERNAL_ID)
    text = Text(
        title=_string(values, "title"),
        body=_string(values, "body"),
        audience=_word(values, "audience", Audience, audience),
        phrases=_list(values, "phrases"),
        tags=_list(values, "tags"),
        significance=Significance.CHANGE,
    )
    return Checked(
        row,
        external_id,
        checked(text),
        kind=_word(values, "kind", Kind, kind),
        language=_word(values, "language", Language, Language.JA),
        confidence=_word(values, "confidence", Confidence, Confidence.UNVALIDATED),
        category=one_line(_string(values, "category")),
        translates=one_line(_string(values, "translates")),
    )


def _string(values: dict[str, Any], key: str) -> str:
    value = values.get(key, "")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Invalid("「%(key)s」は文字で書いてください。", key=key, field=key)
    return str(value)


def _list(values: dict[str, Any], key: str) -> tuple[str, ...]:
    value = values.get(key, [])
    assert key in LISTS
    if isinstance(value, str):
        value = value.split("\n")
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Invalid("「%(key)s」は文字の並びで書いてください。", key=key, field=key)
    return tuple(value)


def _word(values: dict[str, Any], key: str, words: type[W], default: W) -> W:
    value = _string(values, key).strip()
    if not value:
        return default
    try:
        return words(value)
    except ValueError:
        choices = "・".join(words)
        why = Invalid("「%(key)s」は %(choices)s のどれかにしてください。", key=key, choices=choices, field=key)
        raise why from None


def _category(db: Session, word: str) -> Category | None:
    if not word:
        return None
    found = categories.by_word(db, word)
    if found is None:
        if len(word) > limits.CATEGORY:
            raise Invalid("分類の名前は%(limit)s文字までにしてください。", field="category", limit=limits.CATEGORY)
        found = Category(key=word, name_ja=word, name_en=word, position=1000)
        db.add(found)
        db.flush()
    return found


def _shelf(db: Session, shelf: dict[str, Any], position: int) -> None:
    """Add or bring up to date one category of categories.yaml."""
    try:
        key, ja, en = str(shelf["key"]), dict(shelf["ja"]), dict(shelf["en"])
        words = (str(ja["name"]), str(en["name"]), str(ja.get("description", "")), str(en.get("description", "")))
        audience = Audience(shelf.get("audience", Audience.PUBLIC))
    except (KeyError, TypeError, ValueError) as broken:
        raise Invalid(
            "categories.yaml の%(line)s番目が読めません。key・ja・en を確かめてください。", line=position + 1
        ) from broken
    found = categories.by_key(db, key)
    if found is None:
        found = Category(key=key)
        db.add(found)
    found.name_ja, found.name_en, found.description_ja, found.description_en = words
    found.icon, found.audience, found.position = str(shelf.get("icon", "")), audience, position
    db.flush()
