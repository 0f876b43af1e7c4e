"""What customers wish: voices on their way to the product team and back; and the tasks that sessions left."""

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for

from kb.rules import clock, limits
from kb.rules.errors import Conflict, Invalid, KbError
from kb.rules.roles import Permission, may
from kb.services import tasking, voicing
from kb.services.voicing import VoiceState
from kb.web import addresses, cards, forms, transaction
from kb.web.house import actor
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.masking import settled
from kb.web.transaction import db

bp = Blueprint("voices", __name__)


def state_words() -> dict[VoiceState, str]:
    """The states of a voice, in the order of its way."""
    return {
        VoiceState.OPEN: _("まだ届けていない"),
        VoiceState.SENT: _("返事を待つ"),
        VoiceState.ANSWERED: _("返事あり"),
    }


@bp.get("/voices")
def index() -> Any:
    """The voices of one state: those that nobody has carried on yet come first."""
    return _index({})


@bp.post("/voices")
def act() -> Any:
    """Write one down, say that it was sent, or write down the answer."""
    action = forms.text("action")
    place = f"v{forms.text('id')}" if forms.text("id") else "new"
    try:
        if action == "raise":
            words = settled({"words": forms.text("words")}, labels={"words": _("お客様の声")})["words"]
            voicing.raise_voice(db(), words, page_id=forms.number("page"), by=actor())
            flash(_("お客様の声を書きとめました。"))
        elif action == "send":
            voicing.send(db(), forms.required_number("id"), by=actor())
            flash(_("届けたことを記録しました。"))
        elif action == "answer":
            answer = settled({"answer": forms.text("answer")}, labels={"answer": _("製品担当の返事")})["answer"]
            voicing.answer(db(), forms.required_number("id"), answer, by=actor())
            flash(_("返事を、声を上げた人に届けました。"))
        else:
            raise Invalid("できない操作です。画面のボタンから操作してください。", field="action")
    except (Conflict, Invalid) as refused:
        transaction.give_up()
        return _index({place: {refused.field or "form": told(refused)}}), refused.status
    return redirect(url_for("voices.index", state=forms.text("state") or None), 303)


@bp.get("/voices.csv")
def export() -> Any:
    """All voices as one table."""
    answer: Response = make_response(voicing.csv(db(), by=actor()))
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = f"attachment; filename=voices-{clock.today()}.csv"
    return answer


@bp.get("/tasks")
def tasks() -> Any:
    """My tasks, or everybody's for SVs; with done=1 those that are done."""
    return _tasks({})


@bp.post("/tasks")
def act_task() -> Any:
    """Say that a task is done."""
    try:
        tasking.finish(db(), forms.required_number("id"), by=actor())
    except Conflict as refused:
        return _refused(refused)
    flash(_("済みにしました。"))
    return redirect(url_for("voices.tasks", all=forms.text("all") or None), 303)


def _refused(refused: KbError) -> Any:
    transaction.give_up()
    return _tasks({"form": told(refused)}), refused.status


def _index(errors: dict[str, dict[str, str]]) -> str:
    counts = voicing.counts(db(), viewer=actor())
    first = next((state for state, count in counts.items() if count), VoiceState.OPEN)
    state = forms.word("state", VoiceState, first)
    found = voicing.many(db(), state, viewer=actor())
    known = voicing.pages_of(db(), found, viewer=actor())
    return render_template(
        "voices/index.html",
        voices=[_card(one, known) for one in found],
        state=state.value,
        tabs=[
            (word, url_for("voices.index", state=one.value), counts[one], one is state)
            for one, word in state_words().items()
        ],
        errors=errors,
        values=forms.everything() if errors else {},
        most=limits.REASON,
    )


def _card(one: Any, known: dict[int, Any]) -> dict[str, Any]:
    page = known.get(one.page_id or 0)
    return {
        "id": one.id,
        "words": one.words,
        "state": one.state.value,
        "page": {"url": addresses.desk(page), "title": page.shown.title} if page is not None and page.shown else None,
        "session": one.session_id,
        "who": cards.who(one.created_by),
        "at": one.created_at,
        "sent_at": one.sent_at,
        "answer": one.answer,
        "answered_by": cards.who(one.answered_by) if one.answered_by else "",
        "answered_at": one.answered_at,
    }


def _tasks(errors: dict[str, str]) -> str:
    everybody = may(actor(), Permission.HOLD_SESSIONS) and forms.ticked("all")
    done = forms.ticked("done")
    found = tasking.many(db(), mine=not everybody, done=done, viewer=actor())
    return render_template(
        "voices/tasks.html",
        tasks=[
            {
                "id": one.id,
                "words": one.words,
                "owner": cards.who(one.owner),
                "mine": one.owner_id == actor().id,
                "due": one.due,
                "late": one.due is not None and one.done_at is None and one.due < clock.today(),
                "session": one.session_id,
                "done_at": one.done_at,
            }
            for one in found
        ],
        everybody=everybody,
        done=done,
        errors=errors,
    )
