"""When a page does not help: flag it, ask an SV, hand the call over, record harassment; each a dialog and a page."""

import secrets
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, url_for

from kb.rules import clock, limits
from kb.rules.calls import Ending, Fault, HelpKind, Mood, StepKind
from kb.rules.errors import Invalid, NotFound
from kb.services import calling, carding, flagging, harassment, helping, reading
from kb.services.calling import Message
from kb.services.recording import Step
from kb.web import addresses, cards, forms, help_cards, transaction
from kb.web.errors import wants_json
from kb.web.house import actor
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.masking import settled
from kb.web.transaction import db

bp = Blueprint("help", __name__)

HANDOVER = ("wish", "purpose", "tried", "limit", "line")


def facts() -> dict[str, Any]:
    """What the room of a call draws of help: what came back, the phrases against harassment, and its record so far."""
    call = calling.current(db(), viewer=actor())
    return {
        "answers": answers(),
        "stamp": helping.my_stamp(db(), by=actor()),
        "firm": _firm(),
        "record": harassment.record(call),
    }


def answers() -> list[dict[str, Any]]:
    """What this person asked and flagged and has not done with: what waits, and what came back unread."""
    asked, flags = helping.mine(db(), by=actor(), unread=True), flagging.mine(db(), by=actor(), unread=True)
    known = helping.pages_of(db(), asked, viewer=actor())
    cards_of = [help_cards.request_card(one, known, viewer_id=actor().id) for one in asked]
    came_back = [one for one in cards_of if one["state"] == "answered"] + help_cards.flag_cards(flags)
    return came_back + [one for one in cards_of if one["state"] != "answered"]


@bp.get("/call/flag")
def flag() -> Any:
    return _draw("flag", **_flag_facts())


@bp.post("/call/flag")
def send_flag() -> Any:
    """Flag the page; what is refused is drawn again with everything that was typed."""
    words = settled({"words": forms.text("words")}, labels={"words": _("一言")})["words"]
    try:
        call = call_asked()
        page, revision = forms.required_number("page"), forms.number("revision")
        fault = forms.maybe("fault", Fault)
        flagging.flag(db(), page, revision, fault, words, call_id=call.id if call else None, by=actor())
    except Invalid as refused:
        return _refused(refused, "flag", _flag_facts)
    return _done(_("ありがとうございます。SVに届きました。返事は通話の画面に出ます。"))


def _flag_facts() -> dict[str, Any]:
    number = forms.number("page")
    page = reading.known(db(), number, viewer=actor()) if number is not None else None
    if number is not None and page is None:
        raise NotFound()
    shown = cards.link(page, desk=True) if page else None
    return {"page": shown, "revision": forms.number("revision"), "faults": list(Fault)}


@bp.get("/call/gap")
def gap() -> Any:
    return _draw("gap", **_gap_facts())


@bp.post("/call/gap")
def send_gap() -> Any:
    """Note what was not found (a script has done so already), and ask an SV where somebody wants to."""
    names = {"words": _("お客様の言葉"), "question": _("SVに聞きたいこと")}
    texts = settled({name: forms.text(name) for name in names}, labels=names)
    try:
        if forms.text("action") == "ask":
            helping.ask(db(), texts["words"], texts["question"], call=call_asked(), by=actor())
        if texts["words"].strip() and not forms.ticked("noted"):
            note(StepKind.GAP, texts["words"])
    except Invalid as refused:
        return _refused(refused, "gap", _gap_facts)
    if forms.text("action") == "ask":
        return _done(_("SVに質問しました。答えはこの画面に出ます。"))
    return _done(_("見つからなかった言葉を残しました。"))


def _gap_facts() -> dict[str, Any]:
    call = call_asked()
    words = forms.text("words").strip()[: limits.QUERY]
    return {"words": words or carding.known(db(), call, viewer=actor()).words, "call_id": call.id if call else None}


@bp.get("/call/handover")
def handover() -> Any:
    return _draw("handover", **_handover_facts())


@bp.post("/call/handover")
def send_handover() -> Any:
    """Put the card before the SVs; ending the call is one more step, for somebody may still be talking."""
    drafted = _drafted()
    labels = {"wish": _("お客様のご用件"), "purpose": _("本当の目的"), "tried": _("したこと")}
    labels |= {"limit": _("権限を超えること"), "line": _("一言")}
    texts = settled({name: forms.text(name) for name in HANDOVER}, known=drafted["known"], labels=labels)
    try:
        if not texts["wish"].strip():
            raise Invalid("お客様のご用件を書いてください。", field="wish")
        mood = forms.maybe("mood", Mood)
        card = {name: texts[name] for name in HANDOVER if name != "wish"}
        call = call_asked()
        card |= {"mood": mood.value if mood else "", "facts": help_cards.facts_of(call), "pages": drafted["pages"]}
        sent = helping.send(db(), HelpKind.HANDOVER, texts["wish"], card, call=call, by=actor())
    except Invalid as refused:
        return _refused(refused, "handover", _handover_facts)
    shown = help_cards.request_card(sent, {}, viewer_id=actor().id)
    open_key = call.key if call is not None and call.ended_at is None else ""
    return _done(_("SVの一覧に届きました。"), "handover", card=shown, open_key=open_key)


def _drafted() -> dict[str, Any]:
    """What the call knows for a hand-over: texts by field, the numbers of its pages, and all of these texts."""
    call = call_asked()
    known = carding.known(db(), call, viewer=actor(), page_id=forms.number("page"))
    purpose = call.purpose if call and call.purpose else _("、").join(known.purposes)
    wish = forms.text("words").strip()[: limits.QUERY] or known.words
    texts = {"wish": wish, "purpose": purpose, "tried": help_cards.tried(known), "limit": help_cards.limit(known)}
    stored = [known.words, purpose, texts["tried"], texts["limit"]]
    return {"texts": texts, "pages": known.page_ids, "known": stored}


def _handover_facts() -> dict[str, Any]:
    drafted, call = _drafted(), call_asked()
    facts = help_cards.facts_of(call)
    return {
        "values": drafted["texts"] | {"mood": "", "line": "", "page": forms.text("page")},
        "moods": list(Mood),
        "facts": help_cards.facts_line(facts),
        "ticket": facts.get("ticket", ""),
        "most": {"wish": limits.QUERY, "purpose": limits.PURPOSE, "line": limits.NOTE},
    }


@bp.get("/call/harassment")
def record() -> Any:
    return _draw("harassment", **_record_facts())


@bp.post("/call/harassment")
def keep_record() -> Any:
    """Begin, count a demand, name a boundary, end, or put the record before the SVs."""
    action = forms.text("action")
    try:
        if action == "begin":
            harassment.begin(db(), call_asked() or _begun(), by=actor())
        elif action in ("demand", "boundary"):
            note(StepKind(action), forms.text("words"))
        elif action == "end":
            harassment.end(db(), _needed(), by=actor())
            return _done(_("カスハラの記録を止めました。"))
        elif action == "send":
            line = settled({"line": forms.text("line")}, labels={"line": _("一言")})["line"]
            harassment.report(db(), _needed(), forms.maybe("ending", Ending), line, by=actor())
            return _done(_("記録がSVに届きました。お疲れさまでした。少し休んでください。"))
        else:
            raise Invalid("できない操作です。画面のボタンから操作してください。", field="form")
    except Invalid as refused:
        return _refused(refused, "harassment", _record_facts)
    return redirect(url_for("help.record"), 303)


def _record_facts() -> dict[str, Any]:
    call = call_asked()
    found = harassment.record(call)
    lines = help_cards.harassment(help_cards.of_record(found)) if found else []
    return {
        "record": found,
        "lines": lines,
        "text": help_cards.as_text(_("カスハラの記録"), lines) if lines else "",
        "firm": _firm(),
        "endings": list(Ending),
    }


def _firm() -> dict[str, Any] | None:
    """The phrases of the centre's procedure, and the way to it; None while nobody has set one."""
    found = carding.firm(db(), viewer=actor())
    if found is None:
        return None
    said = [found.say] if found.say else []
    return {"page": cards.link(found.page, desk=True), "phrases": [*said, *found.phrases]}


def call_asked() -> Any:
    """The call that the form or address names, else the one that is open; None without one."""
    key = forms.text("call").strip()
    if key:
        try:
            return calling.mine(db(), key, by=actor())
        except NotFound:
            # A browser that could not send it yet: what is asked for help need not wait for that.
            pass
    return calling.current(db(), viewer=actor())


def note(kind: StepKind, words: str) -> None:
    """Write a step into the call that is open, or begin one with it: the way of whoever has no scripts."""
    call, now = call_asked(), clock.now()
    key = call.key if call else secrets.token_hex(16)
    step = Step(secrets.token_hex(16), kind, now, words=words)
    calling.keep(db(), Message(key, call.started_at if call else now, steps=[step]), by=actor())


def _begun() -> Any:
    return calling.keep(db(), Message(secrets.token_hex(16), clock.now()), by=actor()).call


def _needed() -> Any:
    call = call_asked()
    if call is None:
        raise Invalid("この応対では、まだ記録が始まっていません。", field="form")
    return call


def _draw(name: str, errors: dict[str, str] | None = None, **given: Any) -> str:
    """The form alone for a dialog, or on a page of its own."""
    is_dialog = forms.text("part") == "dialog"
    given = {"values": {}, "errors": errors or {}, "name": name, "is_dialog": is_dialog} | given
    given |= {"back": addresses.safe_next(forms.text("back")) or url_for("call.show"), "call_key": forms.text("call")}
    return render_template(f"help/_{name}.html" if is_dialog else "help/form.html", **given)


def _refused(refused: Invalid, name: str, given: Any) -> Any:
    """The same form with what was typed and why it was refused; scripts get the sentence."""
    if wants_json():
        raise refused
    transaction.give_up()
    known = given()
    known["values"] = known.get("values", {}) | forms.everything()
    return _draw(name, {refused.field or "form": told(refused)}, **known), refused.status


def _done(sentence: str, sent: str = "", **given: Any) -> Any:
    """Thanks: a script gets the sentence and what its dialog shows now, a form leads back with the sentence."""
    if wants_json():
        html = render_template("help/_sent.html", is_dialog=True, **given) if sent else ""
        return jsonify(message=sentence, html=html)
    flash(sentence)
    if sent:
        return render_template("help/form.html", name="sent", back=url_for("call.show"), is_dialog=False, **given)
    return redirect(addresses.safe_next(forms.text("back")) or url_for("call.show"), 303)
