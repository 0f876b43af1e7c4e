"""The versions of a page: list, any two side by side, one as it was, and going back to one."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from kb.rules.errors import NotFound
from kb.rules.roles import Permission, may
from kb.services import comparing, editing, reading
from kb.services.editing import Outcome
from kb.web import addresses, forms, showing
from kb.web.house import actor, house
from kb.web.language import gettext as _
from kb.web.transaction import db

bp = Blueprint("history", __name__)


@bp.get("/pages/<int:id>/history")
def index(id: int) -> Any:
    history = comparing.history(db(), id, viewer=actor())
    revisions = history.revisions
    return render_template(
        "pages/history.html",
        page=_head(history),
        revisions=[showing.revision_row(one) for one in revisions],
        picked={"a": revisions[min(1, len(revisions) - 1)].number, "b": revisions[0].number},
        may_revert=may(actor(), Permission.PROPOSE) and history.page.current_revision_id is not None,
        events=[{"kind": "event", "sentence": _sentence(event), "at": event.at} for event in reversed(history.events)],
    )


@bp.post("/pages/<int:id>/history")
def revert(id: int) -> Any:
    """Make a new revision (or a proposal) with what an earlier one said."""
    history = comparing.history(db(), id, viewer=actor())
    old = _numbered(history, forms.required_number("revert"))
    base = history.page.current_revision_id
    if base is None:
        raise NotFound()
    saved = editing.revert(db(), id, old.id, base_id=base, by=actor())
    if saved.outcome is Outcome.UNCHANGED:
        flash(_("いまの文と同じなので、新しい版は作りませんでした。"))
    elif saved.outcome is Outcome.PROPOSED:
        flash(_("版%(n)sの内容に戻す提案を出しました。", n=old.number))
    else:
        flash(_("版%(old)sの内容で、版%(new)sを公開しました。", old=old.number, new=saved.revision.number))
    return redirect(url_for("history.index", id=id))


@bp.get("/pages/<int:id>/compare")
def compare(id: int) -> Any:
    history = comparing.history(db(), id, viewer=actor())
    newest = history.revisions[0].number
    right = _numbered(history, forms.number("b", newest) or newest)
    before = next((one.number for one in history.revisions if one.number < right.number), right.number)
    left = _numbered(history, forms.number("a", before) or before)
    found = comparing.compare(db(), id, left.id, right.id, viewer=actor())
    changes = dict(found.fields)
    return render_template(
        "pages/compare.html",
        page=_head(history),
        a=showing.revision_row(found.old),
        b=showing.revision_row(found.new),
        rows=found.rows,
        mode="inline" if request.args.get("mode") == "inline" else "pairs",
        added=found.added,
        removed=found.removed,
        revisions=[showing.revision_row(one) for one in history.revisions],
        phrase_changes=_words(found.old.phrases, found.new.phrases) if "phrases" in changes else [],
        tag_changes=_words(found.old.tags, found.new.tags) if "tags" in changes else [],
        may_revert=may(actor(), Permission.PROPOSE)
        and history.page.current_revision_id not in (None, found.old.id)
        and found.old.state.value == "approved",
    )


@bp.get("/pages/<int:id>/revisions/<int:number>")
def show(id: int, number: int) -> Any:
    """One version as it was, cut for this reader."""
    old = _numbered(comparing.history(db(), id, viewer=actor()), number)
    view = reading.revision(db(), id, old.id, viewer=actor(), renderer=house().renderer, address=addresses.FOR_STAFF)
    return render_template(
        "pages/revision.html", page=showing.page_card(view), body=view.body, revision=showing.revision_row(old)
    )


def _head(history: comparing.History) -> dict[str, Any]:
    # An author keeps seeing their own version after the page has moved to an audience above theirs.
    page = reading.known(db(), history.page.id, viewer=actor())
    shown = page.shown if page is not None and page.shown is not None else history.revisions[0]
    return {"id": history.page.id, "title": shown.title, "number": shown.number}


def _numbered(history: comparing.History, number: int) -> Any:
    for revision in history.revisions:
        if revision.number == number:
            return revision
    raise NotFound()


def _sentence(event: Any) -> str:
    who = event.actor.display_name if event.actor else _("取り込み")
    return f"{who}　{showing.event_sentence(event)}"


def _words(old: list[str], new: list[str]) -> list[dict[str, str]]:
    gone = [{"text": word, "mark": "del"} for word in old if word not in new]
    return gone + [{"text": word, "mark": "ins"} for word in new if word not in old]
