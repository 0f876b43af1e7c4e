"""What waits and is no proposal, each on a screen of its own: help requests, flags and gaps, and what is done there."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from kb.rules.desk import ItemKind
from kb.rules.errors import Conflict, Invalid, KbError
from kb.services import flagging, gapping, helping, holding, searching
from kb.web import cards, forms, help_cards, queue_cards, transaction
from kb.web.errors import wants_json
from kb.web.house import actor, house
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.masking import settled
from kb.web.review import bp
from kb.web.transaction import db

FOUND = 3  # pages that a search finds for the words of a gap by now


@bp.get("/review/help/<int:id>")
def help(id: int) -> Any:
    return draw_help(id)


@bp.get("/review/flags/<int:id>")
def flag(id: int) -> Any:
    return draw_flag(id)


@bp.get("/review/gaps/<int:id>")
def gap(id: int) -> Any:
    return _draw_gap(id)


@bp.post("/review/gaps/<int:id>")
def decide_gap(id: int) -> Any:
    """Keep a synonym, name a page that answers it, or dismiss it; a new page closes it by itself."""
    action = forms.text("action")
    try:
        if action == "synonym":
            gapping.teach(db(), id, settled({"line": forms.text("line")})["line"], by=actor())
            flash(_("同義語に加えました。次の検索から働きます。"))
        elif action == "page":
            gapping.answer_by(db(), id, _page_number(), by=actor())
            flash(_("この記事で答えるものとして、閉じました。"))
        elif action == "dismiss":
            reason = settled({"reason": forms.text("reason")}, labels={"reason": _("見送る理由")})["reason"]
            gapping.dismiss(db(), id, reason, by=actor())
            flash(_("見送りました。また続けて探されたら、もう一度ここに出ます。"))
        else:
            raise Invalid("できない操作です。画面のボタンから操作してください。", field="action")
    except (Conflict, Invalid) as refused:
        if wants_json():
            raise
        transaction.give_up()
        return _draw_gap(id, refused), refused.status
    return redirect(url_for("review.queue"), 303)


def draw_help(id: int, refused: KbError | None = None) -> str:
    """One help request with its answer or the form for it; after a refusal with what was typed."""
    found = helping.get(db(), id, viewer=actor())
    known = helping.pages_of(db(), [found], viewer=actor())
    one = help_cards.request_card(found, known, viewer_id=actor().id)
    call = found.call
    return render_template(
        "review/help.html",
        one=one,
        on_the_line=call is not None and call.ended_at is None,
        call_url=url_for("calls.show", id=found.call_id) if found.call_id else "",
        **_standing(ItemKind.HELP, found, one["state"] in ("open", "taken")),
        **_typed(refused),
    )


def draw_flag(id: int, refused: KbError | None = None) -> str:
    """One flag with its reply or the form for it; after a refusal with what was typed."""
    found = flagging.get(db(), id, viewer=actor())
    return render_template(
        "review/flag.html",
        one=help_cards.flag_card(found),
        **_standing(ItemKind.FLAG, found, found.closed_at is None),
        **_typed(refused),
    )


def _draw_gap(id: int, refused: KbError | None = None) -> str:
    found = gapping.get(db(), id, viewer=actor())
    hits = searching.search(db(), house(), searching.Wanted(found.words, limit=FOUND), viewer=actor())
    return render_template(
        "review/gap.html",
        one={
            "id": found.id,
            "words": found.words,
            "times": found.times,
            "first_at": found.first_at,
            "last_at": found.last_at,
            "decision": queue_cards.decision_word(found.decision) if found.decision else "",
            "reason": found.reason,
            "closed_at": found.closed_at,
            "closer": cards.who(found.closed_by) if found.closed_by_id else "",
        },
        hits=[cards.look_alike(one) for one in hits.results],
        **_standing(ItemKind.GAP, found, found.closed_at is None),
        **_typed(refused),
    )


def _standing(kind: ItemKind, item: Any, waits: bool) -> dict[str, Any]:
    """Whose turn it is: the reader's, another SV's, or nobody's any more."""
    holder = holding.holder(item) if waits else None
    return {
        "kind": kind.value,
        "waits": waits,
        "mine": holder is not None and holder == actor().id,
        "taker": cards.who(item.taken_by) if holder is not None and holder != actor().id else "",
        "taken_at": item.taken_at,
    }


def _typed(refused: KbError | None) -> dict[str, Any]:
    if refused is None:
        return {"errors": {}, "values": {}}
    return {"errors": {refused.field or "form": told(refused)}, "values": forms.everything()}


def _page_number() -> int:
    number = forms.number("page")
    if number is None:
        raise Invalid("記事の番号を入れてください。記事のアドレスの数字です。", field="page")
    return number
