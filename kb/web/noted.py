"""The note of a story session that somebody writes a page or a story from: beside the form, and settled with it."""

from typing import Any

from flask import Flask, flash, request, url_for

from kb.rules.errors import KbError
from kb.rules.roles import Permission, may
from kb.services import concluding
from kb.services.concluding import Fate
from kb.web import forms
from kb.web.house import actor
from kb.web.language import gettext as _
from kb.web.sessions import note_card
from kb.web.transaction import db

# The forms post to their own address, so the number of the note comes back by itself.
NAME = "from_note"


def said() -> str:
    """The words that are written from, or nothing; raises Conflict when something was made of them already."""
    number = forms.number(NAME)
    return concluding.beside(db(), number, by=actor()).words if number is not None else ""


def settled(revision: Any, fate: Fate) -> str | None:
    """Settle the note with what was written, if there is one: where to go on, or None. Raises Conflict, NotFound."""
    number = forms.number(NAME)
    if number is None:
        return None
    one = concluding.link(db(), number, revision, fate, by=actor())
    flash(_("書きとめの行き先が決まりました。"))
    return url_for("sessions.conclude", id=one.session_id)


def init_app(app: Flask) -> None:
    """Give the forms the note that stands beside them."""

    @app.context_processor
    def beside() -> dict[str, Any]:
        return {"written_from": _card}


def _card() -> dict[str, Any] | None:
    if not request.args.get(NAME) or not may(actor(), Permission.HOLD_SESSIONS):
        return None
    try:
        one = concluding.beside(db(), forms.required_number(NAME), by=actor())
    except KbError:
        return None
    return note_card(one) | {"session": one.session_id}
