"""What templates draw of pages, hits and proposals: small dictionaries, made in one place."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask import url_for

from kb.rules import limits
from kb.rules.pages import Audience, Confidence, Kind
from kb.services import dating, using
from kb.services.reading import Shelf
from kb.services.searching import Facet, Results
from kb.services.suggesting import Suggestions
from kb.web import addresses, filters
from kb.web.house import actor, lang
from kb.web.language import gettext as _
from kb.web.transaction import db

# Fields whose values have an order of their own.
WORDS = {"kind": tuple(Kind), "confidence": tuple(Confidence), "audience": tuple(Audience)}
QUOTES = re.compile('["＂“”「」]')


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


def hit(result: Any, *, desk: bool = False, used: int = 0) -> dict[str, Any]:
    """A search hit as the result list draws it; `used`: in how many calls it was the answer."""
    page = result.page
    # Limits are for staff, so no customer's hit is about one.
    aged = dating.aged(result, _("【旧】"), viewer=actor()) if desk else None
    return {
        "id": page.id,
        # Staff stay beside the list: the room knows where a page is opened there.
        "url": None if desk else addresses.public(page),
        "title": result.title,
        "plain_title": result.revision.title,
        "phrase": result.phrase,
        "snippet": aged.passage if aged else result.snippet,
        "kind": page.kind.value,
        "audience": page.audience.value,
        "confidence": page.confidence.value if page.current_revision_id else "unvalidated",
        "category": page.category.name(lang()) if page.category else "",
        "updated_at": page.validated_at or page.updated_at,
        "used": used,
        "old": aged.until if aged else None,
    }


def screen(found: Results | None, number: int, *, size: int = limits.PAGE_SIZE, desk: bool = False) -> dict[str, Any]:
    """One screen of what was found, as the search rooms draw it; how often a page was used is told to staff alone."""
    total = found.total if found else 0
    results = found.results if found else []
    used = using.used(db(), [one.page.id for one in results]) if desk and results else {}
    return {
        "total": total,
        "hits": [hit(one, desk=desk, used=used.get(one.page.id, 0)) for one in results],
        "page": number,
        "pages": page_count(total, size),
        "corrected": found.corrected if found else "",
        "fallback": found.fallback if found else False,
    }


def suggestions(found: Suggestions, *, desk: bool = False) -> dict[str, Any]:
    """Suggestions as our own search boxes take them; `pieces` are of the title, or of the phrase where that matched."""
    pages = []
    for one in found.pages:
        is_titled = any(piece.hit for piece in one.title) or not one.phrase
        told = {
            "id": one.page.id,
            "title": one.revision.title,
            "url": addresses.desk(one.page) if desk else addresses.public(one.page),
            "pieces": [[piece.text, piece.hit] for piece in (one.title if is_titled else one.phrase)],
        }
        pages.append(told if is_titled else told | {"phrase": "".join(piece.text for piece in one.phrase)})
    return {
        "q": found.words,
        "completions": [{"word": one.word, "fills": one.fills} for one in found.completions],
        "suggestions": pages,
    }


def facet_word(name: str, facet: Facet) -> str:
    """What a value of a facet is called."""
    if name == "category" and facet.category is not None:
        return facet.category.name(lang())
    words = {"kind": filters.kind_word, "confidence": filters.confidence_word, "audience": filters.audience_word}
    return words[name](facet.value) if name in words else facet.value


def facets(
    found: Mapping[str, Sequence[Facet]], chosen: Mapping[str, str], address: Callable[..., str]
) -> dict[str, list[dict[str, Any]]]:
    """Facets as choices: field → word, count or None, whether chosen, and the address that chooses it or lets it go.

    Kinds are all there and, like the other fixed words, in their own order; what is chosen is there in any case.
    """
    groups = {}
    for name in ("kind", *(name for name in found if name != "kind")):
        values = {facet.value: facet for facet in found.get(name, ())}
        order = dict.fromkeys([*WORDS.get(name, values), chosen.get(name, "")])
        shown = [value for value in order if name == "kind" or value in {*values, chosen.get(name)}]
        groups[name] = [
            {
                "word": facet_word(name, values.get(value, Facet(value, None))),
                "count": values[value].count if value in values else None,
                "current": value == chosen.get(name),
                "url": address(**{**chosen, name: None if value == chosen.get(name) else value}),
            }
            for value in shown
            if value
        ]
    return groups


def quoted(words: str) -> str:
    """The words so that they are searched exactly as typed."""
    return " ".join(f'"{word}"' for word in QUOTES.sub(" ", words).split())


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
