"""What templates draw of pages, hits and proposals: small dictionaries, made in one place."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import url_for

from kb.rules import limits
from kb.services.reading import Shelf
from kb.web import addresses
from kb.web.house import lang
from kb.web.language import gettext as _


def page_count(total: int, size: int = limits.PAGE_SIZE) -> int:
    """How many screens `total` things fill."""
    return max(1, -(-total // size))


def link(page: Any, *, desk: bool = False, note: str = "") -> dict[str, Any]:
    """A page as a line that leads to it."""
    url = addresses.desk(page) if desk else addresses.public(page)
    return {"id": page.id, "url": url, "title": page.shown.title if page.shown else "", "note": note}


def shelf(one: Shelf) -> dict[str, Any]:
    """A category as a tile."""
    category = one.category
    return {
        "key": category.key,
        "name": category.name(lang()),
        "description": category.description(lang()),
        "icon": category.icon or "book",
        "count": one.count,
    }


def category(one: Any) -> dict[str, Any] | None:
    """A page's category in a few words."""
    return {"key": one.key, "name": one.name(lang()), "id": one.id, "icon": one.icon or "book"} if one else None


def category_choices(shelves: Iterable[Shelf]) -> list[tuple[str, str]]:
    """Categories for a select: (value, word)."""
    return [(str(one.category.id), one.category.name(lang())) for one in shelves]


def hit(result: Any, *, desk: bool = False) -> dict[str, Any]:
    """A search hit as the result list draws it."""
    page = result.page
    return {
        "id": page.id,
        "url": addresses.desk(page) if desk else addresses.public(page),
        "title": result.title,
        "plain_title": result.revision.title,
        "phrase": result.phrase,
        "snippet": result.snippet,
        "kind": page.kind.value,
        "audience": page.audience.value,
        "confidence": page.confidence.value if page.current_revision_id else "unvalidated",
        "category": page.category.name(lang()) if page.category else "",
        "updated_at": page.validated_at or page.updated_at,
    }


def look_alike(result: Any) -> dict[str, Any]:
    """A page that tells something like a story."""
    page = result.page
    return {
        "url": addresses.desk(page),
        "id": page.id,
        "title": result.revision.title,
        "kind": page.kind.value,
        "confidence": page.confidence.value if page.current_revision_id else "unvalidated",
        "snippet": result.snippet,
    }


def pages_of(endpoint: str, **values: Any) -> Callable[[int], str]:
    """Addresses of the screens of a list."""
    given = {name: value for name, value in values.items() if value not in (None, "")}
    return lambda number: url_for(endpoint, **given, page=number)


def who(person: Any) -> str:
    """The name to show for an author; the system's own imports have none."""
    return person.display_name if person is not None else _("取り込み")


def outcome(page: Any) -> dict[str, Any] | None:
    """The page that a proposal became part of."""
    if page is None or page.shown is None or page.archived_at is not None:
        return None
    return {"url": addresses.desk(page), "title": page.shown.title, "public": page.audience.value == "public"}
