"""What operators need of SVs, taken and answered; and what comes back to whoever asked."""

from collections.abc import Callable
from typing import Any

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for

from kb.rules.desk import ItemKind
from kb.rules.errors import Conflict, Invalid, KbError
from kb.services import flagging, helping
from kb.web import addresses, forms, help_cards, transaction
from kb.web.errors import wants_json
from kb.web.help import answers, bp
from kb.web.house import actor
from kb.web.language import gettext as _
from kb.web.masking import settled
from kb.web.queue_items import draw_flag, draw_help
from kb.web.transaction import db


@bp.get("/requests")
def requests() -> Any:
    """What was answered lately, with tab=answered; what waits stands in the one queue of the review desk."""
    if forms.text("tab") != "answered":
        return redirect(url_for("review.queue", kind=ItemKind.HELP.value))
    found = helping.answered(db(), viewer=actor())
    known = helping.pages_of(db(), found, viewer=actor())
    rows = [help_cards.request_card(one, known, viewer_id=actor().id) for one in found]
    return render_template("help/requests.html", rows=rows)


@bp.get("/requests/now")
def now() -> Any:
    """How much waits, for the badge; asked every few seconds, and answered with 304 while nothing has changed."""
    found = helping.now(db(), viewer=actor())
    return _unless_known(found.stamp, lambda: jsonify(waiting=found.count, stamp=found.stamp))


@bp.post("/requests/<int:id>")
def act(id: int) -> Any:
    """Take, give back or answer; who comes too late is shown how it stands now, with what was typed."""
    action = forms.text("action")
    try:
        if action == "take":
            helping.take(db(), id, by=actor())
            return redirect(url_for("review.help", id=id), 303)
        if action == "give_back":
            helping.give_back(db(), id, by=actor())
            flash(_("ほかの人が引き受けられるようにしました。"))
        elif action == "answer":
            text = settled({"answer": forms.text("answer")}, labels={"answer": _("答え")})["answer"]
            helping.answer(db(), id, text, forms.text("page"), by=actor())
            flash(_("答えを送りました。"))
        else:
            raise Invalid("できない操作です。画面のボタンから操作してください。", field="action")
    except (Conflict, Invalid) as refused:
        return _again(refused, id, draw_help)
    return redirect(url_for("review.queue"), 303)


@bp.post("/requests/flags/<int:id>")
def close_flag(id: int) -> Any:
    """Close a flag with a reply to its author."""
    reply = settled({"reply": forms.text("reply")}, labels={"reply": _("返事")})["reply"]
    try:
        flagging.close(db(), id, reply, by=actor())
    except (Conflict, Invalid) as refused:
        return _again(refused, id, draw_flag)
    flash(_("返事をして、指摘を閉じました。"))
    return redirect(addresses.safe_next(forms.text("back")) or url_for("review.queue"), 303)


@bp.get("/requests/mine")
def mine() -> Any:
    """What I asked and flagged; with part=list only what is not done with, 304 while nothing has changed."""
    if forms.text("part") == "list":
        stamp = helping.my_stamp(db(), by=actor())
        return _unless_known(stamp, lambda: make_response(render_template("help/_answers.html", answers=answers())))
    asked, flags = helping.mine(db(), by=actor()), flagging.mine(db(), by=actor())
    known = helping.pages_of(db(), asked, viewer=actor())
    return render_template(
        "help/mine.html",
        asked=[help_cards.request_card(one, known, viewer_id=actor().id) for one in asked],
        flags=help_cards.flag_cards(flags),
    )


@bp.post("/requests/mine")
def act_mine() -> Any:
    """Take one's own request back, or say that an answer was read."""
    action, id = forms.text("action"), forms.required_number("id")
    if action == "withdraw":
        helping.withdraw(db(), id, by=actor())
        flash(_("取り下げました。")) if not wants_json() else None
    elif action == "read":
        helping.read(db(), id, by=actor())
    elif action == "read_flag":
        flagging.read(db(), id, by=actor())
    else:
        raise Invalid("できない操作です。画面のボタンから操作してください。", field="action")
    if wants_json():
        return jsonify(done=True)
    return redirect(addresses.safe_next(forms.text("back")) or url_for("help.mine"), 303)


def _again(refused: KbError, id: int, draw: Callable[[int, KbError], str]) -> Any:
    if wants_json():
        raise refused
    transaction.give_up()
    return draw(id, refused), refused.status


def _unless_known(stamp: str, make: Any) -> Any:
    """The answer with its stamp as ETag, or 304 for whoever has it already."""
    answer = make_response("", 304) if stamp in request.if_none_match else make()
    answer.set_etag(stamp)
    return answer
