"""Before free text of staff is stored: one screen, or JSON, that asks about personal data in it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from kb.services import masking
from kb.services.masking import Choice, Undecided
from kb.web import filters, transaction
from kb.web.errors import wants_json
from kb.web.house import actor
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.transaction import db

SEEN, MASK, EDIT = "personal_seen", "personal_mask", "personal_edit"
DROPPED, DECIDED = {"csrf_token", EDIT}, {SEEN, MASK}
AROUND = 60  # characters of a long text that are shown on either side of what was found


class Stopped(HTTPException):
    """Ends the request with the question; no view that redraws its form for an Invalid catches it on the way."""

    code = 422

    def __init__(self, undecided: Undecided, labels: Mapping[str, str]) -> None:
        super().__init__(undecided.sentence)
        self.undecided, self.labels = undecided, labels


def settled(
    texts: Mapping[str, str], *, known: Iterable[str] = (), labels: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The texts of this request by field, as they are to be kept; the decision is read from the request.

    Where somebody has still to decide, the request ends here: with a screen that asks and carries every field on, or
    with JSON {error: {code: "personal_data", findings}} for scripts. `known`: texts that are stored already, so that
    nobody is asked about them again. `labels` names fields for the screen that it does not know by itself.
    """
    try:
        return masking.settle(db(), texts, choice(), by=actor(), known=known, place=request.endpoint or "")
    except Undecided as undecided:
        raise Stopped(undecided, labels or {}) from undecided


def choice() -> Choice:
    """What was decided: fields personal_seen and personal_mask of a form, or of a JSON body the same under them."""
    if request.is_json:
        body = request.get_json(silent=True)
        given = body if isinstance(body, dict) else {}
        seen, mask = (_words(given.get(name)) for name in (SEEN, MASK))
    elif EDIT in request.form:
        seen = mask = []  # Whoever wants to write it differently has decided nothing yet.
    else:
        seen, mask = request.form.getlist(SEEN), request.form.getlist(MASK)
    return Choice(frozenset(seen), frozenset(mask))


def _words(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def init_app(app: Flask) -> None:
    """Answer whatever stopped, in the one place that draws the question."""

    @app.errorhandler(Stopped)
    def stopped(error: Stopped) -> Response:
        transaction.give_up()
        return _answer(error.undecided, error.labels)

    @app.errorhandler(Undecided)
    def undecided(error: Undecided) -> Response:
        transaction.give_up()
        return _answer(error, {})


def _answer(undecided: Undecided, labels: Mapping[str, str]) -> Response:
    if wants_json() or request.is_json:
        findings = [
            {
                "field": one.field,
                "key": one.key,
                "kind": one.kind.value,
                "word": filters.personal_word(one.kind.value),
                "start": one.start,
                "end": one.end,
                "value": one.value,
            }
            for one in undecided.found
        ]
        error = {"code": undecided.code, "message": told(undecided), "field": undecided.field, "findings": findings}
        return make_response(jsonify(error=error), 422)
    return make_response(render_template("parts/personal.html", **_facts(undecided, labels)), 422)


def _facts(undecided: Undecided, labels: Mapping[str, str]) -> dict[str, Any]:
    """What the screen draws: each text with its findings, what each of these is, and the rest of the form."""
    names = _labels() | dict(labels)
    texts = []
    for field, text in undecided.texts.items():
        found = [one for one in undecided.found if one.field == field]
        if found:
            distinct = {one.key: {"key": one.key, "kind": one.kind.value, "value": one.value} for one in found}
            counts = Counter(one.key for one in found)
            texts.append(
                {
                    "field": field,
                    "label": names.get(field, _("書いた文")),
                    "text": text,
                    "pieces": _pieces(text, found),
                    "found": [one | {"times": counts[key]} for key, one in distinct.items()],
                }
            )
    # A text can be mended here only where it is a field of the form, and not something made of several.
    can_edit = all(one["field"] in request.form for one in texts)
    is_editing = can_edit and EDIT in request.form
    edited = {one["field"] for one in texts} if is_editing else set()
    asked = {one.key for one in undecided.found}
    return {
        "sentence": told(undecided),
        "texts": texts,
        "kinds": list(dict.fromkeys(one.kind.value for one in undecided.found)),
        "can_edit": can_edit,
        "is_editing": is_editing,
        "carried": [
            (name, value)
            for name, value in request.form.items(multi=True)
            if name not in DROPPED | edited and not (name in DECIDED and value in asked)
        ],
        "has_files": any(file.filename for file in request.files.values()),
    }


def _pieces(text: str, found: list[masking.Found]) -> list[dict[str, str]]:
    """The text cut at what was found; what lies between is shortened where it is long."""
    pieces, done = [], 0
    for one in found:
        pieces += [{"text": _short(text[done : one.start], is_first=done == 0)}, {"text": one.value, "kind": one.kind}]
        done = one.end
    return [*pieces, {"text": _short(text[done:], is_last=True)}]


def _short(text: str, *, is_first: bool = False, is_last: bool = False) -> str:
    head, tail = 0 if is_first else AROUND, 0 if is_last else AROUND
    if len(text) <= head + tail + 1:
        return text
    return text[:head] + "…" + (text[-tail:] if tail else "")


def _labels() -> dict[str, str]:
    """What the fields of the forms are called on their own screens."""
    return {
        "title": _("題名"),
        "body": _("本文"),
        "inside": _("社内の言葉"),
        "words": _("お客様の言葉"),
        "purpose": _("本当の目的"),
        "done": _("したこと"),
        "proposal": _("提案したこと"),
        "result": _("結果"),
        "learnt": _("学んだこと・次ならこうする"),
        "phrases": _("言い換え"),
        "note": _("変えたこと"),
        "comment": _("コメント"),
        "reason": _("理由"),
        "thanks": _("お礼"),
        "memo": _("一言メモ"),
    }
