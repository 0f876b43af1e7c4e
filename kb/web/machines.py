"""The public side for machines: feed, map of the site, search description, robots, manifest."""

from typing import Any

from flask import Response, current_app, jsonify, make_response, redirect, render_template, request, url_for

from kb.rules.pages import Kind
from kb.rules.roles import VISITOR
from kb.services import describing, reading, suggesting
from kb.services.reading import Filter
from kb.web import addresses, forms, policy
from kb.web.faq import bp
from kb.web.house import house, lang
from kb.web.language import LANGUAGES
from kb.web.language import gettext as _
from kb.web.transaction import db


@bp.get("/<any(ja,en):lang>/feed.atom")
def feed() -> Any:
    _total, pages = reading.many(db(), Filter(language=lang(), kind=Kind.FAQ), viewer=VISITOR, limit=50)
    entries = [
        {
            "id": f"tag:kb,2026:page:{page.id}",
            "url": addresses.public(page, external=True),
            "title": page.shown.title,
            "updated": page.updated_at.isoformat(),
            "summary": reading.summary(page.shown, viewer=VISITOR, length=200),
        }
        for page in pages
        if page.shown
    ]
    home, here = addresses.absolute(url_for("faq.home")), addresses.absolute(request.path)
    return _file(render_template("faq/feed.xml", entries=entries, home=home, here=here), "application/atom+xml")


@bp.get("/sitemap.xml")
def sitemap() -> Any:
    """The whole map while it fits into one file, else the list of its parts."""
    count = describing.parts(db(), viewer=VISITOR)
    if count == 1:
        return _map(1)
    parts = [addresses.absolute(url_for("faq.sitemap_part", number=number)) for number in range(1, count + 1)]
    newest = describing.newest(db(), viewer=VISITOR)
    return _file(render_template("machines/sitemap_index.xml", parts=parts, newest=newest), "application/xml")


@bp.get("/sitemap-<int:number>.xml")
def sitemap_part(number: int) -> Any:
    return _map(number)


@bp.get("/<any(ja,en):lang>/opensearch.xml")
def open_search() -> Any:
    facts = {
        "search": addresses.absolute(url_for("faq.search")),
        "suggest": addresses.absolute(url_for("faq.open_search_suggest")),
        "here": addresses.absolute(request.path),
        "icon": addresses.absolute(url_for("static", filename="icon.svg")),
    }
    return _file(render_template("machines/opensearch.xml", **facts), "application/opensearchdescription+xml")


@bp.get("/<any(ja,en):lang>/opensearch.json")
def open_search_suggest() -> Any:
    """Suggestions as browsers want them (OpenSearch Suggestions 1.1): words, titles, nothing, addresses."""
    words = forms.text("q")
    found = suggesting.suggest(db(), house(), words, language=lang(), viewer=VISITOR)
    fills = [one.fills for one in found.completions]
    titles = [one.revision.title for one in found.pages]
    search = [addresses.absolute(url_for("faq.search", q=fill)) for fill in fills]
    urls = [*search, *(addresses.public(one.page, external=True) for one in found.pages)]
    answer = jsonify([words, [*fills, *titles], [""] * len(urls), urls])
    answer.mimetype = "application/x-suggestions+json"
    return answer


@bp.get("/robots.txt")
def robots() -> Any:
    """Staff's rooms are shut to crawlers; what they are is read from the table of who may reach what."""
    rooms = {"/api/"}
    for rule in current_app.url_map.iter_rules():
        if policy.POLICY[rule.endpoint].needs is None and not rule.endpoint.startswith("sign_in."):
            continue
        start, spoken, rest = str(rule).partition("<any(ja,en):lang>")
        places = [f"{start}{one}{rest}" for one in LANGUAGES] if spoken else [start]
        rooms |= {"/".join(place.partition("<")[0].split("/")[:3]) for place in places}
    rooms = {room for room in rooms if not any(room != other and room.startswith(other) for other in rooms)}
    text = render_template("machines/robots.txt", rooms=sorted(rooms), map=addresses.absolute(url_for("faq.sitemap")))
    return _file(text, "text/plain")


@bp.get("/<any(ja,en):lang>/manifest.webmanifest")
def manifest() -> Any:
    told = {
        "name": _("みなも電機 サポート"),
        "short_name": _("よくある質問"),
        "lang": lang(),
        "start_url": url_for("faq.home"),
        "scope": "/",
        "display": "browser",
        "icons": [{"src": url_for("static", filename="icon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    answer = jsonify(told)
    answer.mimetype = "application/manifest+json"
    return answer


@bp.get("/favicon.ico")
def icon() -> Any:
    """For programs that ask for it without reading the page."""
    return redirect(url_for("static", filename="icon.svg"), 301)


def _map(number: int) -> Response:
    entries = describing.part(db(), number, viewer=VISITOR)
    newest = describing.newest(db(), viewer=VISITOR)
    rooms = []
    if number == 1:
        for one in LANGUAGES:
            rooms.append(url_for("faq.home", lang=one))
            shelves = reading.shelves(db(), viewer=VISITOR, language=one)
            rooms += [url_for("faq.category", lang=one, key=shelf.category.key) for shelf in shelves]
    pages = [(addresses.absolute(addresses.of(one.id, one.language, one.title)), one.updated_at) for one in entries]
    screens = [addresses.absolute(room) for room in rooms]
    return _file(
        render_template("machines/sitemap.xml", screens=screens, newest=newest, pages=pages), "application/xml"
    )


def _file(text: str, kind: str) -> Response:
    answer = make_response(text)
    answer.mimetype = kind
    return answer
