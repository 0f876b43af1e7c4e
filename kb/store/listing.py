"""Lists of pages: by kind, category, tag, language; counts and translations."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session

from kb.rules.pages import Audience, Confidence, Kind
from kb.rules.roles import Actor, Role
from kb.store.categories import Category
from kb.store.pages import CHUNK, Page, PageTag, Revision, Tag, listed, visible_to


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to; None means everything."""

    kind: Kind | None = None
    category_id: int | None = None
    tag: str | None = None
    language: str | None = None
    confidence: Confidence | None = None
    audience: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a search is narrowed by, of one page; `category` is a key."""

    kind: Kind
    category: str | None
    confidence: Confidence
    audience: Audience


# The list as the database keeps it: JSON, with everything but ASCII escaped.
_PHRASES = cast(Revision.phrases, Text)


def find(db: Session, wanted: Filter, *, viewer: Actor, limit: int, offset: int) -> tuple[int, list[Page]]:
    """How many pages fit, and one screen of them, the latest change first."""
    conditions = _conditions(wanted)
    total = db.scalar(select(func.count()).select_from(Page).where(visible_to(viewer), *conditions)) or 0
    newest = listed(viewer).where(*conditions).order_by(Page.updated_at.desc(), Page.id.desc())
    newest = newest.limit(limit).offset(offset)
    return total, list(db.scalars(newest))


def archived(db: Session, *, viewer: Actor, limit: int = 200) -> list[Page]:
    """Archived pages of the viewer's audiences, the latest first; ask for the permission before."""
    rows = select(Page).where(Page.archived_at.is_not(None), Page.audience.in_(viewer.audience.readable))
    return list(db.scalars(rows.order_by(Page.archived_at.desc()).limit(limit)))


def counts_by_category(db: Session, *, viewer: Actor, language: str | None) -> dict[int, int]:
    """How many readable pages stand in each category."""
    rows = select(Page.category_id, func.count()).where(visible_to(viewer), Page.category_id.is_not(None))
    if language is not None:
        rows = rows.where(Page.language == language)
    return {key: count for key, count in db.execute(rows.group_by(Page.category_id)) if key is not None}


def tags(db: Session, *, viewer: Actor, limit: int = 200) -> list[tuple[str, int]]:
    """The tags of readable pages with how many pages carry each, the busiest first."""
    rows = select(Tag.name, func.count()).join(PageTag, PageTag.tag_id == Tag.id).join(Page, Page.id == PageTag.page_id)
    rows = rows.where(visible_to(viewer)).group_by(Tag.name).order_by(func.count().desc(), Tag.name).limit(limit)
    return [(name, count) for name, count in db.execute(rows)]


def translations(db: Session, origin_id: int, *, viewer: Actor) -> list[Page]:
    """A page and its translations, as far as the viewer may read them."""
    return list(db.scalars(listed(viewer).where(or_(Page.id == origin_id, Page.translates_id == origin_id))))


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (Page.kind, wanted.kind),
        (Page.category_id, wanted.category_id),
        (Page.language, wanted.language),
        (Page.confidence, wanted.confidence),
        (Page.audience, wanted.audience),
    ):
        if value is not None:
            found.append(column == value)
    if wanted.title:
        shown = func.coalesce(Page.current_revision_id, Page.story_revision_id)
        titled = select(Revision.id).where(Revision.title.icontains(wanted.title, autoescape=True))
        found.append(shown.in_(titled))
    if wanted.tag is not None:
        tagged = select(PageTag.page_id).join(Tag, Tag.id == PageTag.tag_id).where(Tag.name == wanted.tag)
        found.append(Page.id.in_(tagged))
    return found


def titled_like(db: Session, letters: str, *, viewer: Actor, language: str | None, limit: int) -> list[Page]:
    """Pages whose title holds these very letters, the shortest title first."""
    shown = func.coalesce(Page.current_revision_id, Page.story_revision_id)
    rows = listed(viewer).join(Revision, Revision.id == shown).where(Revision.title.icontains(letters, autoescape=True))
    if language is not None:
        rows = rows.where(Page.language == language)
    return list(db.scalars(rows.order_by(func.length(Revision.title), Page.id).limit(limit)))


def holding(db: Session, words: Sequence[tuple[str, str]], wanted: Filter, *, viewer: Actor, limit: int) -> list[Page]:
    """Pages with one of these words in title, body or phrases, the latest change first.

    A word is given as it stands in a text and as it stands in JSON. The body is looked at uncut: cut it for the
    viewer and look again before a page is said to hold the word.
    """
    if not words:
        return []
    places = [
        column.icontains(spelt, autoescape=True)
        for plain, escaped in words
        for column, spelt in ((Revision.title, plain), (Revision.body, plain), (_PHRASES, escaped))
    ]
    shown = func.coalesce(Page.current_revision_id, Page.story_revision_id)
    rows = listed(viewer).join(Revision, Revision.id == shown).where(or_(*places), *_conditions(wanted))
    return list(db.scalars(rows.order_by(Page.updated_at.desc(), Page.id.desc()).limit(limit)))


# Every search asks for facts and tags; to put the questions together takes as long as to answer them.
@cache
def _facts(role: Role) -> Any:
    columns = (Page.id, Page.kind, Category.key, Page.confidence, Page.audience, Page.current_revision_id)
    rows = select(*columns).outerjoin(Category, Category.id == Page.category_id)
    return rows.where(visible_to(Actor(None, "", "", role)), Page.id.in_(bindparam("ids", expanding=True)))


_TAGS = select(PageTag.page_id, Tag.name).join(Tag, PageTag.tag_id == Tag.id)
_TAGS = _TAGS.where(PageTag.page_id.in_(bindparam("ids", expanding=True)))


def facts(db: Session, ids: Sequence[int], *, viewer: Actor) -> dict[int, Facts]:
    """Those of the pages that the viewer may read, with what lists are narrowed by."""
    found: dict[int, Facts] = {}
    for start in range(0, len(ids), CHUNK):
        rows = db.execute(_facts(viewer.role), {"ids": ids[start : start + CHUNK]})
        for page_id, kind, category, confidence, audience, current in rows:
            sure = confidence if current is not None else Confidence.UNVALIDATED
            found[page_id] = Facts(kind, category, sure, audience)
    return found


def tags_of(db: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """The tags of those of these pages that carry any; ask for readable pages alone."""
    found: dict[int, list[str]] = {}
    for start in range(0, len(ids), CHUNK):
        for page_id, name in db.execute(_TAGS, {"ids": ids[start : start + CHUNK]}):
            found.setdefault(page_id, []).append(name)
    return found


def first_of_each_category(db: Session, *, viewer: Actor, language: str, limit: int) -> list[Page]:
    """Validated FAQ pages, one of each category in turn, the oldest first."""
    turn = func.row_number().over(partition_by=Page.category_id, order_by=Page.id)
    ranked = select(Page.id.label("id"), turn.label("turn"), Category.position.label("position"))
    ranked = ranked.join(Category, Category.id == Page.category_id).where(
        visible_to(viewer),
        Page.kind == Kind.FAQ,
        Page.language == language,
        Page.confidence == Confidence.VALIDATED,
        Page.current_revision_id.is_not(None),
    )
    found = ranked.subquery()
    rows = listed(viewer).join(found, found.c.id == Page.id).order_by(found.c.turn, found.c.position, Page.id)
    return list(db.scalars(rows.limit(limit)))
