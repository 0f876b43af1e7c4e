"""The room of a call: the bar of what is known, the list of answers, and the chosen page beside it."""

from typing import Any

from flask import Blueprint, render_template, url_for

from kb.rules.calls import Channel
from kb.rules.errors import NotFound
from kb.services import briefing, reading, using
from kb.web import at_hand, calling, console, forms, help, notices, showing
from kb.web.transaction import db

bp = Blueprint("call", __name__)

# The wording that a channel wants; what has none of its own is spoken.
WAYS = {Channel.MAIL: "mail", Channel.CHAT: "chat", Channel.SNS: "chat"}


@bp.get("/call")
def show() -> Any:
    """The whole room; with part=list only what stands under the box, for whoever is typing."""
    facts = console.listed("call.show")
    if forms.text("part") == "list":
        return render_template("console/_found.html", opened=None, **facts)
    number, view = console.chosen_of(facts)
    return render_template(
        "call/show.html",
        opened=number,
        suggest_url=url_for("console.suggest"),
        help=help.facts(),
        **facts,
        **_pane(view),
    )


@bp.get("/call/preview/<int:id>")
def preview(id: int) -> Any:
    """The chosen page alone, for the pane beside the list; 0 is the pane before anything is chosen."""
    view = console.opened(id) if id else None
    if id and view is None:
        raise NotFound()
    return render_template("call/_view.html", q=forms.text("q"), **_pane(view))


def _pane(view: reading.View | None) -> dict[str, Any]:
    """What the pane draws: the page and what is known of it, or what lies at hand before one is chosen."""
    known = calling.facts()
    if view is None:
        return known | {"page": None, "at_hand": at_hand.facts()}
    id = view.page.id
    return known | {
        "page": showing.page_card(view),
        "brief": briefing.brief(view),
        "about": notices.for_staff(page_id=id),
        "used": using.used(db(), [id]).get(id, 0),
        "used_lately": using.this_month(db(), [id]).get(id, 0),
        "picked": using.purposes(db(), id),
        "way": WAYS.get(known["call"]["channel"] if known["call"] else "", ""),
    }
