"""The public side: home, search, category, suggestions. Everybody sees here what a customer sees."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for

from kb.rules import limits
from kb.rules.roles import VISITOR
from kb.services import popular, reading, searching, suggesting, widening
from kb.services.reading import Filter
from kb.web import addresses, cards, forms, notices
from kb.web.house import house, lang
from kb.web.language import LANGUAGES
from kb.web.language import gettext as _
from kb.web.transaction import db

bp = Blueprint("faq", __name__)


@bp.get("/")
def door() -> Any:
    answer = redirect(url_for("faq.home", lang=request.accept_languages.best_match(LANGUAGES, "ja")))
    answer.vary.add("Accept-Language")
    return answer


@bp.get("/<any(ja,en):lang>/")
def home() -> Any:
    _total, newest = reading.many(db(), Filter(language=lang()), viewer=VISITOR, limit=4)
    often, counted = _often(7)
    return render_template(
        "faq/home.html",
        notices=notices.for_customers(),
        categories=_tiles(),
        often=often,
        counted=counted,
        fresh=[cards.link(page) for page in newest],
        examples=[_("いつ届く？"), _("電源が入らない"), _("返品したい"), _("領収書がほしい")],
        suggest_url=url_for("faq.suggest"),
    )


@bp.get("/<any(ja,en):lang>/search")
def search() -> Any:
    """What customers find; with part=list only what stands under the box, for whoever is typing."""
    words = forms.text("q").strip()[: limits.QUERY]
    is_part = forms.text("part") == "list"
    number = max(1, forms.number("page", 1) or 1)
    category = forms.text("category").strip()[: limits.CATEGORY] or None
    offset = (number - 1) * limits.PAGE_SIZE
    wanted = searching.Wanted(words, language=lang(), category=category, facets=True, offset=offset)
    found = searching.search(db(), house(), wanted, viewer=VISITOR)
    if found.direct is not None and not is_part:
        return redirect(addresses.public(found.direct))
    if is_part and words and not found.total and not found.fallback:
        found = searching.search(db(), house(), replace(wanted, half_typed=True), viewer=VISITOR)
    chosen = {"category": category} if category else {}
    return render_template(
        "faq/_found.html" if is_part else "faq/search.html",
        q=words,
        chosen=chosen,
        found=cards.screen(found, number),
        facets=cards.facets(found.facets, chosen, lambda **more: url_for("faq.search", q=words, **more)),
        notices=notices.for_customers(),
        help=_help(wanted) if words and not found.total else None,
        often=[] if found.total else _often(5)[0],
        categories=[] if found.total else _tiles(),
        exact_url=url_for("faq.search", q=cards.quoted(words)),
        page_url=cards.pages_of("faq.search", q=words, **chosen),
        suggest_url=url_for("faq.suggest"),
    )


@bp.get("/<any(ja,en):lang>/suggest")
def suggest() -> Any:
    found = suggesting.suggest(db(), house(), forms.text("q"), language=lang(), viewer=VISITOR)
    return jsonify(cards.suggestions(found))


@bp.get("/<any(ja,en):lang>/category/<key>")
def category(key: str) -> Any:
    chosen = reading.category(db(), key, viewer=VISITOR)
    number = max(1, forms.number("page", 1) or 1)
    wanted = Filter(category_id=chosen.id, language=lang())
    total, pages = _shelf(wanted, number)
    if not pages and total:
        # Pages have left the shelf since somebody kept this address.
        number = cards.page_count(total)
        total, pages = _shelf(wanted, number)
    return render_template(
        "faq/category.html",
        category={
            "key": chosen.key,
            "name": chosen.name(lang()),
            "description": chosen.description(lang()),
            "icon": chosen.icon,
        },
        items=[cards.link(page) for page in pages],
        others=[tile for tile in _tiles() if tile["key"] != key],
        description=chosen.description(lang()),
        total=total,
        page=number,
        pages=cards.page_count(total),
        page_url=cards.pages_of("faq.category", key=key),
    )


def _shelf(wanted: Filter, number: int) -> tuple[int, list[Any]]:
    """How many pages stand on a shelf, and those of one screen."""
    offset = (number - 1) * limits.PAGE_SIZE
    return reading.many(db(), wanted, viewer=VISITOR, limit=limits.PAGE_SIZE, offset=offset)


def _often(limit: int) -> tuple[list[dict[str, Any]], int]:
    """Questions that many ask now, and how many of them are there because they were counted."""
    asked = popular.asked(db(), house(), viewer=VISITOR, language=lang(), limit=limit)
    return [cards.link(page) for page in asked.pages], asked.counted


def _help(wanted: searching.Wanted) -> dict[str, Any]:
    """What to offer where nothing was found."""
    found = widening.instead_of(db(), house(), wanted, viewer=VISITOR)
    wider = [
        {
            "words": one.words,
            "total": one.total,
            "language": one.language if one.language != lang() else None,
            "is_whole": one.category is None and bool(wanted.category) and one.words == wanted.words,
            "url": url_for("faq.search", q=one.words, category=one.category, lang=one.language or lang()),
        }
        for one in found.wider
    ]
    meant = [{"words": words, "url": url_for("faq.search", q=words)} for words in found.meant]
    return {"meant": meant, "wider": wider, "near": [cards.link(one.page) for one in found.near]}


def _tiles() -> list[dict[str, Any]]:
    return [cards.shelf(one) for one in reading.shelves(db(), viewer=VISITOR, language=lang())]
