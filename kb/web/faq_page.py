"""One public page, with what is near it."""

from typing import Any

from flask import redirect, render_template, url_for

from kb.rules.roles import VISITOR
from kb.services import naming, reading, searching
from kb.web import addresses, cards
from kb.web.faq import bp
from kb.web.house import house, lang
from kb.web.transaction import db


@bp.get("/<any(ja,en):lang>/faq/<int:id>")
@bp.get("/<any(ja,en):lang>/faq/<int:id>-<path:title>")
def page(id: int, title: str = "") -> Any:
    view = reading.page(db(), id, viewer=VISITOR, renderer=house().renderer, address=addresses.FOR_CUSTOMERS)
    # The id decides; an old title, or the other language in front, leads to the one right address.
    if title != naming.slug_of(view.page) or lang() != view.page.language.value:
        return redirect(addresses.public(view.page), 301)
    related = searching.related(db(), house(), view.page, viewer=VISITOR)
    other = next((one for one in view.translations if one.language.value != lang()), None)
    page = view.page
    return render_template(
        "faq/page.html",
        page={
            "id": page.id,
            "title": view.revision.title,
            "category": cards.category(page.category),
            "updated_at": page.updated_at,
            "validated_at": page.validated_at,
            "validated_by": page.category.name_ja if page.category and lang() == "ja" else "",
            "tags": view.revision.tags,
        },
        body=view.body,
        near=[cards.link(one) for one in related],
        viewer=VISITOR,
        canonical=addresses.public(page, external=True),
        suggest_url=url_for("faq.suggest"),
        other_language_url=addresses.public(other) if other is not None else None,
        summary=reading.summary(view.revision, viewer=VISITOR, length=120),
    )
