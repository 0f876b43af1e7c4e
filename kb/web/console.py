"""The staff search: the list of answers, and the chosen page beside it."""

from typing import Any

from flask import Blueprint, jsonify, render_template, url_for

from kb.rules import limits
from kb.rules.errors import Gone, NotFound
from kb.rules.pages import Kind
from kb.services import reading, searching
from kb.services.reading import Filter
from kb.web import addresses, cards, filters, forms, showing
from kb.web.house import actor, house
from kb.web.language import gettext as _
from kb.web.transaction import db

bp = Blueprint("console", __name__)


@bp.get("/console")
def search() -> Any:
    words = forms.text("q").strip()[: limits.QUERY]
    kind, tag = forms.maybe("kind", Kind), forms.text("tag") or None
    number = max(1, forms.number("page", 1) or 1)
    total, hits, fresh = 0, [], []
    if words:
        offset = (number - 1) * limits.PAGE_SIZE
        wanted = searching.Wanted(words, kind=kind.value if kind else None, tag=tag, offset=offset)
        found = searching.search(db(), house().index, wanted, viewer=actor())
        total, hits = found.total, [cards.hit(result, desk=True) for result in found.results]
    else:
        _total, newest = reading.many(db(), Filter(kind=kind, tag=tag), viewer=actor(), limit=12)
        fresh = [{**cards.link(page, desk=True), "at": page.updated_at, "kind": page.kind.value} for page in newest]
    chosen = forms.number("open") or (hits[0]["id"] if hits else None)
    view = _open(chosen)
    kinds = [("", _("すべて"), None)] + [(one.value, filters.kind_word(one.value), None) for one in Kind]
    return render_template(
        "console/search.html",
        q=words,
        kind=kind.value if kind else "",
        kinds=kinds,
        found={"total": total, "hits": hits, "page": number, "pages": cards.page_count(total)},
        chosen={"id": chosen} if view else None,
        page=showing.page_card(view) if view else None,
        body=view.body if view else None,
        fresh=fresh,
        page_url=cards.pages_of("console.search", q=words, kind=kind, tag=tag),
        did_you_mean=None,
        suggest_url=url_for("console.suggest"),
    )


@bp.get("/console/suggest")
def suggest() -> Any:
    found = searching.suggest(db(), house().index, forms.text("q")[: limits.QUERY], viewer=actor())
    return jsonify(suggestions=[{"title": one.revision.title, "url": addresses.desk(one.page)} for one in found])


@bp.get("/console/preview/<int:id>")
def preview(id: int) -> Any:
    """The chosen page alone, for the pane beside the list."""
    view = _open(id)
    if view is None:
        raise NotFound()
    return render_template("console/_view.html", page=showing.page_card(view), body=view.body, q=forms.text("q"))


def _open(page_id: int | None) -> reading.View | None:
    if page_id is None:
        return None
    try:
        return reading.page(db(), page_id, viewer=actor(), renderer=house().renderer, address=addresses.FOR_STAFF)
    except (NotFound, Gone):
        return None
