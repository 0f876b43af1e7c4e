"""The staff search: the list of answers, and the chosen page beside it."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, jsonify, render_template, url_for

from kb.rules import limits
from kb.rules.errors import Gone, NotFound
from kb.rules.pages import Audience, Confidence, Kind
from kb.services import reading, searching, suggesting
from kb.services.reading import Filter
from kb.web import addresses, cards, forms, notices, showing
from kb.web.house import actor, house, lang
from kb.web.transaction import db

bp = Blueprint("console", __name__)


@bp.get("/console")
def search() -> Any:
    """The whole room; with part=list only what stands under the box, for whoever is typing."""
    facts = listed("console.search")
    if forms.text("part") == "list":
        return render_template("console/_found.html", opened=None, **facts)
    number, view = chosen_of(facts)
    return render_template(
        "console/search.html",
        opened=number,
        page=showing.page_card(view) if view else None,
        body=view.body if view else None,
        suggest_url=url_for("console.suggest"),
        notices=notices.for_staff(),
        about=notices.for_staff(page_id=number) if view else [],
        **facts,
    )


@bp.get("/console/suggest")
def suggest() -> Any:
    found = suggesting.suggest(db(), house(), forms.text("q"), viewer=actor())
    return jsonify(cards.suggestions(found, desk=True))


@bp.get("/console/preview/<int:id>")
def preview(id: int) -> Any:
    """The chosen page alone, for the pane beside the list."""
    view = opened(id)
    if view is None:
        raise NotFound()
    facts = {"page": showing.page_card(view), "body": view.body, "about": notices.for_staff(page_id=id)}
    return render_template("console/_view.html", q=forms.text("q"), **facts)


def listed(room: str) -> dict[str, Any]:
    """What stands under the box of a search room, by what its address says; `room` is the endpoint that it leads to."""
    words = forms.text("q").strip()[: limits.QUERY]
    chosen = narrowed()
    return _found(room, words, chosen) if words else _fresh(room, chosen)


def chosen_of(facts: dict[str, Any]) -> tuple[int | None, reading.View | None]:
    """The page that the address opens, else the first hit, with its number; a pair of None if it can't be shown."""
    hits = facts["found"]["hits"]
    number = forms.number("open") or (hits[0]["id"] if hits else None)
    view = opened(number)
    return (number, view) if view else (None, None)


def opened(page_id: int | None) -> reading.View | None:
    """A page as it stands beside the list; None if there is none that this person may read."""
    if page_id is None:
        return None
    try:
        return reading.page(db(), page_id, viewer=actor(), renderer=house().renderer, address=addresses.FOR_STAFF)
    except (NotFound, Gone):
        return None


def narrowed() -> dict[str, str]:
    """What a staff search is narrowed to, by field; what narrows nothing is left out."""
    found = {
        "kind": forms.maybe("kind", Kind),
        "category": forms.text("category").strip()[: limits.CATEGORY],
        "tag": forms.text("tag").strip()[: limits.TAG],
        "confidence": forms.maybe("confidence", Confidence),
        "audience": forms.maybe("audience", Audience),
    }
    return {name: str(value) for name, value in found.items() if value}


def shelf_of(key: str) -> Any:
    """The category with this key; None for one that is unknown to this reader."""
    try:
        return reading.category(db(), key, viewer=actor())
    except NotFound:
        return None


def _found(room: str, words: str, chosen: dict[str, str]) -> dict[str, Any]:
    number = max(1, forms.number("page", 1) or 1)
    size = limits.DESK_SIZE
    wanted = searching.Wanted(words, facets=True, limit=size, offset=(number - 1) * size, **chosen)
    found = searching.search(db(), house(), wanted, viewer=actor())
    if forms.text("part") == "list" and not found.total and not found.fallback:
        # The last word may be half typed, and a list that empties at every such word would only flicker.
        found = searching.search(db(), house(), replace(wanted, half_typed=True), viewer=actor())
    path, why_path = url_for(room), url_for("why.show")
    screen = {"page": number if number > 1 else None, **chosen}
    return {
        "room_at": room,
        "q": words,
        "chosen": chosen,
        "found": cards.screen(found, number, size=limits.DESK_SIZE, desk=True),
        "facets": cards.facets(found.facets, chosen, lambda **more: addresses.queried(path, {"q": words, **more})),
        "open_url": addresses.numbered(path, "open", {"q": words, **screen}, "view"),
        "why_url": addresses.numbered(why_path, "page", {"q": words, **chosen}),
        "fresh": [],
        "exact_url": url_for(room, q=cards.quoted(words), **chosen),
        "page_url": cards.pages_of(room, q=words, **chosen),
    }


def _fresh(room: str, chosen: dict[str, str]) -> dict[str, Any]:
    """What is new, while nobody has typed anything."""
    shelf = shelf_of(chosen["category"]) if "category" in chosen else None
    wanted = Filter(
        kind=forms.maybe("kind", Kind),
        # No shelf has the number 0, so an unknown one holds nothing.
        category_id=shelf.id if shelf else 0 if "category" in chosen else None,
        tag=chosen.get("tag"),
        confidence=forms.maybe("confidence", Confidence),
        audience=chosen.get("audience"),
    )
    _total, newest = reading.many(db(), replace(wanted, language=lang()), viewer=actor(), limit=12)
    if not newest:
        _total, newest = reading.many(db(), wanted, viewer=actor(), limit=12)
    known = {"category": (searching.Facet(shelf.key, None, shelf),)} if shelf else {}
    return {
        "room_at": room,
        "q": "",
        "chosen": chosen,
        "found": cards.screen(None, 1, desk=True),
        "facets": cards.facets(known, chosen, lambda **more: url_for(room, **more)),
        "fresh": [{**cards.link(page, desk=True), "at": page.updated_at, "kind": page.kind.value} for page in newest],
    }
