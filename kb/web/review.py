"""The SV's desk: one item, and every decision on it."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from kb.rules.errors import Conflict, Invalid, KbError, NotAllowed
from kb.services import following, reviewing, talking
from kb.services.editing import Stale
from kb.web import forms, transaction
from kb.web.house import actor
from kb.web.item import called_names, draw
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.masking import settled
from kb.web.transaction import db

bp = Blueprint("review", __name__)


@bp.get("/review/<int:id>")
def show(id: int) -> Any:
    return draw(following.item(db(), id, viewer=actor()))


@bp.post("/review/<int:id>")
def decide(id: int) -> Any:
    """Every deed on one item; what is refused is drawn again with what was typed."""
    following.item(db(), id, viewer=actor())
    try:
        return redirect(_done(id, forms.text("decision")))
    except (Conflict, Invalid, NotAllowed) as refused:
        # The item is drawn as the store has it, and not as this request has half changed it.
        transaction.give_up()
        facts = {"errors": {_field(refused): told(refused)}, "stale": isinstance(refused, Stale)}
        return draw(following.item(db(), id, viewer=actor()), **facts), refused.status


def _field(refused: KbError) -> str:
    """Where on the screen a refusal stands."""
    field = {"of": "other", "body": "comment"}.get(refused.field or "form", refused.field or "form")
    return "why" if field == "reason" and forms.text("decision") != "return" else field


def _done(id: int, decision: str) -> str:
    """Do it, and say where to go."""
    if decision == "take":
        reviewing.take(db(), id, by=actor())
    elif decision == "give_back":
        reviewing.give_back(db(), id, by=actor())
    elif decision == "comment":
        words = settled({"comment": forms.text("comment")}, known=called_names(id))["comment"]
        talking.comment(db(), id, words, quote=forms.text("quote"), by=actor())
    elif decision == "faq":
        return url_for("merging.faq", id=id)
    else:
        return _decided(id, decision)
    return url_for("review.show", id=id)


def _decided(id: int, decision: str) -> str:
    if forms.required_number("revision") != id:
        raise Invalid("画面が古くなっています。開き直してから、もう一度お試しください。")
    typed = {name: forms.text(name) for name in ("comment", "reason", "why", "thanks")}
    texts = settled(typed, known=called_names(id), labels={"why": _("理由")})
    # What is closed under the other decisions has a reason of its own, so that neither is sent for the other.
    reason = (texts["reason"] if decision == "return" else texts["why"]) or texts["reason"]
    said: dict[str, Any] = {"thanks": texts["thanks"] or forms.text("ready"), "by": actor()}
    target = url_for("review.queue")
    if texts["comment"].strip():
        talking.comment(db(), id, texts["comment"], quote=forms.text("quote"), is_part=True, by=actor())
    if decision == "approve":
        confirmed = request.form.getlist("keep")
        page = reviewing.approve(db(), id, seen_current=forms.number("current"), confirmed=confirmed, **said)
        target = url_for("pages.show", id=page.id)
        flash(_("公開しました。書いた人に知らせました。"))
    elif decision == "return":
        reviewing.send_back(db(), id, reason=reason, **said)
        flash(_("書いた人に戻しました。"))
    elif decision == "reject":
        reviewing.reject(db(), id, reason=reason, **said)
        flash(_("見送りました。理由を書いた人に知らせました。"))
    elif decision == "duplicate":
        other = forms.number("other") or forms.number("same")
        if other is None:
            raise Invalid("同じ内容の記事を選ぶか、番号を入れてください。", field="other")
        reviewing.mark_duplicate(db(), id, of=other, reason=reason, **said)
        flash(_("重複として閉じました。"))
    else:
        raise Invalid("できない操作です。画面のボタンから操作してください。")
    return target
