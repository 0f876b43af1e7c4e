"""The wall of a story session: one story at a time, notes as they are said; and at the end what becomes of each."""

from datetime import date
from typing import Any

from flask import flash, jsonify, redirect, render_template, url_for

from kb.rules import limits
from kb.rules.errors import Conflict, Invalid, KbError
from kb.services import concluding, sessions, telling
from kb.services.concluding import Fate
from kb.services.telling import NoteKind
from kb.web import forms, transaction
from kb.web.errors import wants_json
from kb.web.house import actor
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.masking import settled
from kb.web.sessions import bp, card, marks, note_card, questions, story_card
from kb.web.transaction import db


@bp.get("/sessions/<int:id>/stage")
def stage(id: int) -> Any:
    """The story that is up, or with at= another one of a session that does not run."""
    return _stage(id, {})


@bp.post("/sessions/<int:id>/stage")
def move(id: int) -> Any:
    """Bring up another story."""
    telling.move(db(), id, forms.required_number("to"), by=actor())
    return redirect(url_for("sessions.stage", id=id), 303)


@bp.post("/sessions/<int:id>/notes")
def note(id: int) -> Any:
    """Keep a line, or take one back; answered as JSON to the script of the wall."""
    try:
        if forms.text("action") == "undo":
            words = telling.take_back(db(), id, forms.required_number("note"), by=actor())
            if wants_json():
                return jsonify(words=words)
            flash(_("書きとめを一つ消しました。"))
            return redirect(url_for("sessions.stage", id=id), 303)
        kind = forms.word("kind", NoteKind, NoteKind.FACT)
        words = settled({"words": forms.text("words")}, labels={"words": _("書きとめ")})["words"]
        page_id, key = forms.number("story"), forms.text("key")
        kept = telling.note(db(), id, page_id, kind, words, key=key, by=actor())
    except Invalid as refused:
        if wants_json():
            raise
        transaction.give_up()
        return _stage(id, {refused.field or "form": told(refused)}), refused.status
    if wants_json():
        return jsonify(id=kept.id, words=kept.words)
    return redirect(url_for("sessions.stage", id=id, _anchor="line"), 303)


@bp.get("/sessions/<int:id>/end")
def conclude(id: int) -> Any:
    """Every note, with a choice for each."""
    return _conclude(id, {})


@bp.post("/sessions/<int:id>/end")
def settle(id: int) -> Any:
    """Make something of the ticked notes, choose again for one, or close the session."""
    action = forms.text("action")
    try:
        if action == "close":
            concluding.end(db(), id, by=actor())
            flash(_("語り場を終えました。記録を作り、皆さんにお礼を届けました。"))
            return redirect(url_for("sessions.show", id=id), 303)
        if forms.text("reopen"):
            concluding.reopen(db(), id, forms.required_number("reopen"), by=actor())
        else:
            return _settled(id)
    except (Conflict, Invalid) as refused:
        return _again(id, refused)
    return redirect(url_for("sessions.conclude", id=id), 303)


def _settled(id: int) -> Any:
    fate, chosen = forms.maybe("fate", Fate), forms.numbers("note")
    if fate is None:
        raise Invalid("何にするかを選んでください。", field="fate")
    if fate in concluding.WRITTEN:
        if len(chosen) != 1:
            raise Invalid("改訂や体験を書くときは、書きとめを一つだけ選んでください。", field="note")
        if fate is Fate.STORY:
            concluding.beside(db(), chosen[0], by=actor())
            return redirect(url_for("stories.new", from_note=chosen[0]), 303)
        page = concluding.target(db(), id, chosen[0], forms.text("page"), by=actor())
        return redirect(url_for("editor.edit", id=page.id, from_note=chosen[0]), 303)
    done = concluding.settle(db(), id, chosen, fate, owner_id=forms.number("owner"), due=_due(), by=actor())
    flash(_("%(n)s件の行き先を決めました。", n=len(done)))
    return redirect(url_for("sessions.conclude", id=id), 303)


def _due() -> date | None:
    typed = forms.text("due").strip()
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise Invalid("日付は 2026-11-21 の形で入れてください。", field="due") from None


def _again(id: int, refused: KbError) -> Any:
    if wants_json():
        raise refused
    transaction.give_up()
    return _conclude(id, {refused.field or "form": told(refused)}), refused.status


def _stage(id: int, errors: dict[str, str]) -> str:
    found = sessions.to_hold(db(), id, by=actor())
    stories = telling.stories(db(), found, viewer=actor(), together=True)
    runs = found.state is telling.SessionState.RUNNING
    wanted = found.position if runs else forms.number("at", 0) or 0
    at = max(0, min(wanted, len(stories) - 1))
    left = telling.seconds_left(found) if runs else found.minutes_a_story * 60
    noted = [note_card(one) for one in telling.notes(db(), found, viewer=actor())]
    shown = [story_card(one) for one in stories]
    return render_template(
        "sessions/stage.html",
        session=card(found),
        story=shown[at] if shown else None,
        at=at,
        count=len(shown),
        following=shown[at + 1] if at + 1 < len(shown) else None,
        # Only what is said of the story on the wall stands beside it; the others wait for the end.
        notes=[one for one in noted if not shown or one["story"] in (shown[at]["id"], None)],
        noted=len(noted),
        left=left,
        of=found.minutes_a_story * 60,
        questions=questions(),
        marks=marks(),
        values=forms.everything() if errors else {},
        errors=errors,
        runs=runs,
        most=limits.REASON,
    )


def _conclude(id: int, errors: dict[str, str]) -> str:
    found = sessions.to_hold(db(), id, by=actor())
    noted = telling.notes(db(), found, viewer=actor())
    stories = [story_card(one) for one in telling.stories(db(), found, viewer=actor())]
    rows = [note_card(one) for one in noted]
    groups = [{"story": one, "notes": [row for row in rows if row["story"] == one["id"]]} for one in stories]
    known = {one["id"] for one in stories}
    rest = [row for row in rows if row["story"] not in known]
    chosen = set(forms.numbers("note")) if errors else set()
    return render_template(
        "sessions/end.html",
        session=card(found),
        groups=[*groups, *([{"story": None, "notes": rest}] if rest else [])],
        left=concluding.left(noted),
        count=len(noted),
        chosen=chosen,
        staff=[(str(one.id), one.display_name) for one in sessions.staff(db(), viewer=actor())],
        values=forms.everything() if errors else {"owner": str(actor().id)},
        errors=errors,
        first=next((row["id"] for row in rows if not row["settled"]), None),
        runs=found.state is telling.SessionState.RUNNING,
    )
