"""The record of a call: what the bar and the after-call work draw, and everything that is written down."""

import json
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import quote

from flask import Blueprint, flash, jsonify, redirect, request, url_for

from kb.rules import clock, limits
from kb.rules.calls import UNDONE, Channel, Customer, Direction, Outcome, StepKind
from kb.rules.errors import Invalid, NotAllowed
from kb.services import calling, settings
from kb.services.calling import Call, End, Message
from kb.services.recording import Step
from kb.web import addresses, call_messages, filters, forms, masking
from kb.web.errors import wants_json
from kb.web.house import actor
from kb.web.language import gettext as _
from kb.web.transaction import db

bp = Blueprint("calling", __name__)

SIGNS = {
    Channel.PHONE: "phone",
    Channel.MAIL: "mail",
    Channel.CHAT: "chat",
    Channel.SNS: "users",
    Channel.STORE: "building",
}
# What telephony calls a field in an address, where it is not the field's own name.
ARRIVING = {"type": "inquiry_type", "ivr": "ivr", "campaign": "campaign", "ticket": "ticket"}


@bp.post("/call/keep")
def keep() -> Any:
    """Take what a browser has written down since it last got through; answers with the call as it is now."""
    told = request.get_json(silent=True) if request.is_json else _json(forms.text("message"))
    who = told.get("who") if isinstance(told, dict) else None
    if who is not None and who != actor().name:
        # Two people share this browser: what one of them did must not become the other's call.
        raise NotAllowed("この応対は、ほかの人がサインインしていたときのものです。その人のサインインで送られます。")
    kept = calling.keep(db(), call_messages.read(told), by=actor())
    return jsonify(_answer(kept))


@bp.post("/call/act")
def act() -> Any:
    """The same by plain forms, one deed each; and the memo, with the question about personal data in it."""
    kept = calling.keep(db(), _message(), by=actor())
    if wants_json():
        return jsonify(_answer(kept))
    if forms.text("action") == "end" and kept.call.outcome:
        flash(_("応対を終えました。"))
    return redirect(addresses.safe_next(forms.text("back")) or url_for("call.show"))


def facts() -> dict[str, Any]:
    """What templates draw of the call of whoever asks: `call` (None without one), `types`, `wrap_up_seconds`."""
    session, now = db(), clock.now()
    call = calling.current(session, viewer=actor())
    chosen = settings.current(session)
    return {
        "call": _drawn(call, now) if call is not None else None,
        "call_json": {"now": _iso(now), "call": _told(call, now) if call is not None else None},
        "types": chosen.inquiry_types,
        "picks": _picks(call),
        "outcomes": list(Outcome),
        "arrived": _arrived(chosen.inquiry_types),
        "wrap_up_seconds": limits.WRAP_UP,
        "ticket_pattern": chosen.ticket_url,
        "back": addresses.here() if request.endpoint == "call.show" else url_for("call.show"),
    }


def _picks(call: Call | None) -> list[tuple[str, str, list[tuple[str, str, str | None]], str, str]]:
    """What is chosen from a few: field, its name, (value, word, icon) of each, the value it has and the usual one."""
    customer = call.customer.value if call is not None and call.customer else ""
    channels = [(one.value, filters.channel_word(one), SIGNS[one]) for one in Channel]
    directions = [(one.value, filters.direction_word(one), None) for one in Direction]
    customers = [(one.value, filters.customer_word(one), None) for one in Customer]
    return [
        ("channel", _("手段"), channels, call.channel if call is not None else Channel.PHONE, Channel.PHONE),
        (
            "direction",
            _("向き"),
            directions,
            call.direction if call is not None else Direction.INBOUND,
            Direction.INBOUND,
        ),
        ("customer", _("お客様"), customers, customer, ""),
    ]


def _arrived(types: tuple[str, ...]) -> dict[str, str]:
    """What the address tells of a call, as telephony opens it; a word that is unknown here says nothing."""
    told = {field: forms.text(name).strip()[: limits.TICKET] for name, field in ARRIVING.items()}
    if told["inquiry_type"] not in types:
        told["inquiry_type"] = ""
    for field, words in calling.WORDS.items():
        told[field] = forms.text(field) if forms.text(field) in set(words) else ""
    found = {field: value for field, value in told.items() if value}
    # Which way alone is no call yet: /call?direction=outbound is the list that an outbound call begins with.
    return found if found != {"direction": Direction.OUTBOUND.value} else {}


def _drawn(call: Call, now: datetime) -> dict[str, Any]:
    """The same as scripts get, with what only templates ask for: `steps` by kind, as sets."""
    told = _told(call, now)
    steps = calling.standing(call)
    pages = {step.page_id for step in steps if step.kind is StepKind.USE}
    by_kind = {kind.value: {(step.page_id, step.words) for step in steps if step.kind is kind} for kind in UNDONE}
    return told | {"steps": by_kind | {"use": pages}}


def _told(call: Call, now: datetime) -> dict[str, Any]:
    chosen = settings.current(db())
    return {
        "key": call.key,
        "id": call.id,
        "state": calling.state_of(call, now),
        "started_at": _iso(call.started_at),
        "ended_at": _iso(call.ended_at) if call.ended_at else None,
        "seconds": int(((call.ended_at or now) - call.started_at).total_seconds()),
        "outcome": call.outcome.value if call.outcome else None,
        "channel": call.channel.value,
        "direction": call.direction.value,
        "customer": call.customer.value if call.customer else "",
        "inquiry_type": call.inquiry_type,
        "purpose": call.purpose,
        "ticket": call.ticket,
        "ticket_url": _ticket_url(chosen.ticket_url, call.ticket),
        "ivr": call.ivr,
        "campaign": call.campaign,
        "memo": call.memo,
        "harassment_at": _iso(call.harassment_at) if call.harassment_at else None,
        "harassment_over_at": _iso(call.harassment_over_at) if call.harassment_over_at else None,
        "steps": [
            {"key": step.key, "kind": step.kind.value, "page": step.page_id, "words": step.words, "at": _iso(step.at)}
            for step in calling.standing(call)
        ],
    }


def _ticket_url(pattern: str, ticket: str) -> str:
    return pattern.replace("{ticket}", quote(ticket, safe="")) if pattern and ticket else ""


def _answer(kept: calling.Kept) -> dict[str, Any]:
    now = clock.now()
    call = calling.current(db(), viewer=actor())
    return {
        "call": _told(call, now) if call is not None else None,
        "key": kept.call.key,
        "started_at": _iso(kept.call.started_at),
        "now": _iso(now),
        "texts": kept.texts,
    }


def _message() -> Message:
    """What a plain form does: action=start, set, end, reopen, wrap, or the kind of a step (undo takes one back)."""
    action, now = forms.text("action"), clock.now()
    given = {name: forms.text(name) for name in calling.SET if name in request.form}
    key = forms.text("key")
    known = calling.mine(db(), key, by=actor()) if key else None
    key = key or secrets.token_hex(16)
    if "memo" in given:
        kept_already = [known.memo] if known else []
        given["memo"] = masking.settled({"memo": given["memo"]}, known=kept_already)["memo"]
    begun = Message(key, now, given, is_asked=True)
    if action in ("start", "set"):
        return begun
    if action == "end":
        return Message(key, now, given, end=End(forms.word("outcome", Outcome, Outcome.UNSOLVED), now), is_asked=True)
    if action in ("reopen", "wrap"):
        return Message(key, now, given, reopen=action == "reopen", wrapped=action == "wrap", is_asked=True)
    return Message(key, now, steps=[_step(action, now)])


def _step(action: str, now: datetime) -> Step:
    kind = forms.maybe("kind" if action == "undo" else "action", StepKind)
    if kind is None:
        raise Invalid("できない操作です。画面のボタンから操作してください。", field="action")
    return Step(
        forms.text("step")[: limits.CALL_KEY] or secrets.token_hex(16),
        kind,
        now,
        words=forms.text("words"),
        page=forms.number("page"),
        revision=forms.number("revision"),
        undone=action == "undo",
    )


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _iso(at: datetime) -> str:
    """With milliseconds and Z, as browsers write it, so that times compare as text."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"
