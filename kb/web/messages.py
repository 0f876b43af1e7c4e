"""What I have been told: the list, one message, reading them, and where they go beside the app."""

from typing import Any

from flask import Blueprint, flash, jsonify, make_response, redirect, render_template, request, url_for

from kb.rules import limits
from kb.rules.errors import Invalid
from kb.rules.pages import Language
from kb.services import accounts, messaging, settings
from kb.web import cards, forms, telling
from kb.web.house import actor
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.transaction import db

bp = Blueprint("messages", __name__)


@bp.get("/messages")
def index() -> Any:
    return _draw()


@bp.post("/messages")
def read_all() -> Any:
    """Mark everything as read that the list showed; what came meanwhile stays new."""
    messaging.read_all(db(), up_to=forms.required_number("up_to"), by=actor())
    flash(_("すべて読んだことにしました。"))
    return redirect(url_for("messages.index"), 303)


@bp.get("/messages/now")
def now() -> Any:
    """How many are new, for the bell; 304 while nothing has changed."""
    count = messaging.unread(db(), by=actor())
    stamp = str(count)
    answer = make_response("", 304) if stamp in request.if_none_match else jsonify(unread=count)
    answer.set_etag(stamp)
    return answer


@bp.get("/messages/<int:id>")
def show(id: int) -> Any:
    """One message, where a letter leads to: opening it from here marks it as read."""
    item = messaging.one(db(), id, by=actor())
    return render_template("messages/show.html", message=_row(item))


@bp.post("/messages/<int:id>")
def open(id: int) -> Any:
    """Mark a message as read, and go where it leads."""
    item = messaging.read(db(), id, by=actor())
    place = telling.url(item, viewer=actor()) if forms.text("action") == "open" else None
    return redirect(place or url_for("messages.index", page=forms.number("page"), _anchor=f"m{id}"), 303)


@bp.post("/messages/ways")
def ways() -> Any:
    """Where one's own messages go as well, and in which language."""
    try:
        accounts.set_own_mail(db(), forms.text("mail"), forms.word("language", Language, Language.JA), by=actor())
    except Invalid as refused:
        return _draw(errors={refused.field or "form": told(refused)}), refused.status
    flash(_("届け先を変えました。"))
    return redirect(url_for("messages.index"), 303)


def _draw(errors: dict[str, str] | None = None) -> str:
    number = max(1, forms.number("page", 1) or 1)
    offset = (number - 1) * limits.PAGE_SIZE
    total, found = messaging.inbox(db(), offset=offset, limit=limits.PAGE_SIZE, by=actor())
    me = accounts.own(db(), by=actor())
    return render_template(
        "messages/index.html",
        messages=[_row(item) for item in found],
        up_to=messaging.newest(db(), by=actor()),
        page=number,
        pages=cards.page_count(total),
        page_url=cards.pages_of("messages.index"),
        mail=forms.text("mail") if errors else me.mail,
        language=me.language,
        sends_mail=settings.current(db()).sends_mail,
        days=settings.current(db()).message_days,
        errors=errors or {},
    )


def _row(item: messaging.Item) -> dict[str, Any]:
    message = item.message
    return {
        "id": message.id,
        "sentence": telling.sentence(item),
        "icon": telling.ICONS[message.kind],
        "kind": message.kind.value,
        "leads": telling.url(item, viewer=actor()) is not None,
        "thanks": message.revision.thanks if item.is_own and message.revision and message.kind in THANKED else "",
        "at": message.at,
        "is_new": message.read_at is None,
    }


THANKED = frozenset(
    {
        messaging.MessageKind.PUBLISHED,
        messaging.MessageKind.MERGED,
        messaging.MessageKind.DUPLICATE,
        messaging.MessageKind.RETURNED,
        messaging.MessageKind.REJECTED,
    }
)
