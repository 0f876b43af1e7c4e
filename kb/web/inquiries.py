"""The staff's room for inquiries: the list with its figures, one inquiry, and what becomes of it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from kb.rules import clock, limits
from kb.rules.errors import Conflict, Invalid, KbError
from kb.rules.inquiries import InquiryState
from kb.rules.roles import Permission, may
from kb.services import answering
from kb.services.inquiring import Count
from kb.web import addresses, cards, charts, forms, transaction
from kb.web.errors import wants_json
from kb.web.house import actor
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.masking import settled
from kb.web.transaction import db

bp = Blueprint("inquiries", __name__)


@bp.get("/inquiries")
def index() -> Any:
    typed = forms.text("number").strip()
    if typed and (found := answering.numbered(db(), typed, viewer=actor())):
        return redirect(url_for("inquiries.show", id=found.id))
    state = forms.word("state", InquiryState, InquiryState.OPEN)
    counts = answering.counts(db(), viewer=actor())
    number = max(1, forms.number("page", 1) or 1)
    offset = (number - 1) * limits.PAGE_SIZE
    shown = answering.listing(db(), state, offset=offset, limit=limits.PAGE_SIZE, viewer=actor())
    figures = answering.figures(db(), viewer=actor())
    words = {Count.SHOWN: _("答えを見せた"), Count.AVOIDED: _("答えで解決した"), Count.SENT: _("送られた")}
    return render_template(
        "inquiries/index.html",
        inquiries=[_row(one) for one in shown],
        state=state.value,
        counts={state.value: count for state, count in counts.items()},
        typed=typed,
        chart=charts.bars([(words[what], count) for what, count in figures.items()]),
        figures={what.value: count for what, count in figures.items()},
        days=answering.FIGURE_DAYS,
        page=number,
        pages=cards.page_count(counts[state]),
        page_url=cards.pages_of("inquiries.index", state=state.value),
    )


@bp.get("/inquiries/<int:id>")
def show(id: int) -> Any:
    return _draw(id)


@bp.post("/inquiries/<int:id>")
def act(id: int) -> Any:
    """Take, give back or close; who comes too late is shown how it stands now."""
    try:
        return _done(id, forms.text("action"))
    except KbError as refused:
        if not isinstance(refused, Conflict | Invalid) or wants_json():
            raise
        transaction.give_up()
        return _draw(id, errors={refused.field or "form": told(refused)}), refused.status


def _done(id: int, action: str) -> Any:
    if action == "take":
        answering.take(db(), id, by=actor())
        flash(_("対応を始めました。終わったら「済みにする」を押してください。"))
    elif action == "give_back":
        answering.give_back(db(), id, by=actor())
        flash(_("手放しました。"))
    elif action == "close":
        note = settled({"note": forms.text("note")}, labels={"note": _("メモ")})["note"]
        answering.close(db(), id, note=note, page_id=forms.number("page"), by=actor())
        flash(_("済みにしました。"))
        return redirect(url_for("inquiries.index"), 303)
    else:
        raise Invalid("できない操作です。画面のボタンから操作してください。", field="action")
    return redirect(url_for("inquiries.show", id=id), 303)


def _draw(id: int, errors: dict[str, str] | None = None) -> str:
    found = answering.get(db(), id, viewer=actor())
    answer = answering.answer_page(db(), found, viewer=actor())
    is_mine = found.handled_by_id == actor().id
    return render_template(
        "inquiries/show.html",
        inquiry={
            **_row(found),
            "text": found.text,
            "mail": found.mail,
            "note": found.note,
            "language": found.language.value,
            "expires_at": found.expires_at,
            "closed_at": found.closed_at,
            "has_page": found.page_id is not None,
        },
        answer=_page(answer) if answer is not None else None,
        offered=[cards.link(one, desk=True) for one in answering.offered(db(), found, viewer=actor())],
        errors=errors or {},
        values={name: forms.text(name) for name in ("note", "page")} if request.method == "POST" else {},
        is_mine=is_mine,
        may_free=is_mine or may(actor(), Permission.REVIEW),
    )


def _row(one: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "number": one.number,
        "subject": one.subject,
        "state": one.state.value,
        "created_at": one.created_at,
        "days": (clock.now() - one.created_at).days,
        "handler": cards.who(one.handled_by) if one.handled_by_id else "",
        "mine": one.handled_by_id is not None and one.handled_by_id == actor().id,
        "wants_reply": bool(one.mail),
    }


def _page(page: Any) -> dict[str, Any]:
    shown = page.shown
    return {
        "id": page.id,
        "url": addresses.desk(page),
        "title": shown.title if shown else "",
        "is_live": page.current_revision_id is not None,
        "public_url": addresses.public(page, external=True) if page.audience.value == "public" and page.current else "",
    }
