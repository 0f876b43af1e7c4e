"""The public side for machines: the feed."""

from typing import Any

from flask import Response, make_response, render_template, request, url_for

from kb.rules.pages import Kind
from kb.rules.roles import VISITOR
from kb.services import reading
from kb.services.reading import Filter
from kb.web import addresses
from kb.web.faq import bp
from kb.web.house import lang
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
    text = render_template(
        "faq/feed.xml",
        entries=entries,
        home=addresses.absolute(url_for("faq.home")),
        here=addresses.absolute(request.path),
    )
    answer: Response = make_response(text)
    answer.mimetype = "application/atom+xml"
    return answer
