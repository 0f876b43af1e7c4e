"""Choose another page for what waits: its look-alikes first, or any page by words of its title."""

from typing import Any

from flask import render_template, url_for

from kb.services import following, searching
from kb.web import cards, forms, showing
from kb.web.house import actor, house
from kb.web.transaction import db


def draw(item: following.Item, endpoint: str, name: str, *, title: str, errors: dict[str, str] | None = None) -> str:
    """The screen that leads on to `endpoint` with the chosen page as the argument `name`."""
    # A search lets go of the session's rows, so what is told of the item is taken first.
    page_id, row, story = item.revision.page_id, showing.proposal_row(item), showing.proposal_facts(item)
    words = forms.text("q").strip()
    about = words or f"{item.revision.title} {story['opening']}"
    found = searching.look_alikes(db(), house(), about, but=page_id, viewer=actor())
    live = [one for one in found if one.page.current_revision_id is not None]
    choices: list[dict[str, Any]] = [
        {**cards.look_alike(one), "to": url_for(endpoint, id=row["id"], **{name: one.page.id})} for one in live
    ]
    return render_template(
        "review/choose.html",
        item=row,
        story=story,
        title=title,
        action=url_for(endpoint, id=row["id"]),
        name=name,
        choices=choices,
        q=words,
        errors=errors or {},
    )
