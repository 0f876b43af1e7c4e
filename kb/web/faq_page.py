"""One public page, with what is near it."""

from typing import Any

from flask import redirect, render_template, url_for

from kb.rules.roles import VISITOR
from kb.services import naming, nearby, reading
from kb.web import addresses, cards, head, notices, votes
from kb.web.faq import bp
from kb.web.house import house, lang
from kb.web.language import gettext as _
from kb.web.transaction import db

STAMP = 4  # characters that fit into it


@bp.get("/<any(ja,en):lang>/faq/<int:id>")
@bp.get("/<any(ja,en):lang>/faq/<int:id>-<path:title>")
def page(id: int, title: str = "") -> Any:
    view = reading.page(db(), id, viewer=VISITOR, renderer=house().renderer, address=addresses.FOR_CUSTOMERS)
    # The id decides; an old title, or the other language in front, leads to the one right address.
    if title != naming.slug_of(view.page) or lang() != view.page.language.value:
        return redirect(addresses.public(view.page), 301)
    near = nearby.near(db(), house(), view.page, viewer=VISITOR)
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
            "validated_for": _area(page.category),
            "tags": view.revision.tags,
        },
        body=view.body,
        near=[cards.link(one.page) | {"is_read_next": one.is_read_next} for one in near],
        vote=votes.drawn(id, view.revision.id),
        viewer=VISITOR,
        notices=notices.for_customers(page_id=id),
        page_head=head.of_page(view, _above(page.category)),
        suggest_url=url_for("faq.suggest"),
        other_language_url=addresses.public(other) if other is not None else None,
    )


def _area(category: Any) -> str:
    """The short word below the date of the stamp: 配送 of 配送・受け取り; English words are too long for it."""
    word = category.name_ja.split("・")[0] if category is not None and lang() == "ja" else ""
    return word if len(word) <= STAMP else ""


def _above(category: Any) -> list[tuple[str, str]]:
    """What stands above a page: name and address, from the home down."""
    trail = [(_("よくある質問"), addresses.absolute(url_for("faq.home")))]
    if category is not None:
        trail.append((category.name(lang()), addresses.absolute(url_for("faq.category", key=category.key))))
    return trail
