"""Give pages out as files that the import takes in again, byte for byte."""

from typing import Any

from kb.rules.pages import Language
from kb.rules.roles import Actor, Permission, require
from kb.store import categories, external
from kb.store.base import Session
from kb.store.pages import Page
from kb.text import audience as audiences


def rows(db: Session, *, by: Actor) -> list[dict[str, Any]]:
    """Every live page that this person may read, cut for them, in an order that the next import keeps."""
    require(by, Permission.EXPORT)
    live = external.live(db, viewer=by)
    names = external.names(db)
    given = {page.id: names[page.id] for page in live}
    live.sort(key=lambda page: (page.language is not Language.JA, page.kind.value, given[page.id]))
    return [_row(page, given, by=by) for page in live]


def shelves(db: Session, *, by: Actor) -> list[dict[str, Any]]:
    """The categories as categories.yaml tells them."""
    require(by, Permission.EXPORT)
    return [
        {
            "key": one.key,
            "ja": {"name": one.name_ja, "description": one.description_ja},
            "en": {"name": one.name_en, "description": one.description_en},
            "icon": one.icon,
            "audience": one.audience.value,
        }
        for one in categories.visible_to(db, by)
    ]


def _row(page: Page, names: dict[int, str], *, by: Actor) -> dict[str, Any]:
    revision = page.current
    assert revision is not None
    row: dict[str, Any] = {"id": names[page.id]}
    # An origin that is archived is not in the file, and a file may not name what it lacks.
    if page.translates_id in names:
        row["translates"] = names[page.translates_id]
    row |= {
        "title": revision.title,
        "kind": page.kind.value,
        "language": page.language.value,
        "audience": revision.audience.value,
        "confidence": page.confidence.value,
    }
    if page.category is not None:
        row["category"] = page.category.key
    if revision.tags:
        row["tags"] = list(revision.tags)
    if revision.phrases:
        row["phrases"] = list(revision.phrases)
    row["body"] = audiences.cut(revision.body, by.audience).strip("\n")
    return row
