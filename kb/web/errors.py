"""Refusals and accidents to an answer that says what to do: a page, or JSON for programs."""

import logging
import secrets
from typing import Any

from flask import Flask, Response, g, jsonify, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from kb.rules.errors import Gone, KbError, NotFound, NotSignedIn, TooMany
from kb.rules.roles import VISITOR
from kb.services import popular, reading
from kb.web import addresses, sign_in, transaction
from kb.web.house import actor, house
from kb.web.language import gettext as _
from kb.web.language import told

log = logging.getLogger("kb.web")


def wants_json() -> bool:
    """Whether a program asks: the API, or one of our own scripts."""
    preferred = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.path.startswith("/api/") or preferred == "application/json"


def init_app(app: Flask) -> None:
    """Answer every refusal and accident."""
    app.register_error_handler(KbError, refused)
    app.register_error_handler(CSRFError, out_of_date)
    app.register_error_handler(HTTPException, refused_by_flask)
    app.register_error_handler(Exception, accident)


def refused(error: KbError) -> Response:
    """The answer to a refusal of our own."""
    transaction.give_up()
    if isinstance(error, NotSignedIn) and request.method == "GET" and not wants_json():
        return make_response(redirect(url_for("sign_in.form", next=addresses.here())))
    if isinstance(error, NotSignedIn) and request.method == "POST" and not wants_json() and request.form:
        return _door(401)
    answer = _answer(error.status, error.code, told(error), field=error.field, error=error)
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _door(status: int, **errors: str) -> Response:
    """The sign-in page; it carries what somebody wrote when their session had ended, and never a password."""
    facts: dict[str, Any] = {"errors": errors, "name": "", "next": request.path}
    if (request.endpoint or "").startswith(sign_in.CARRIED):
        fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
        facts |= {"next": "", "kept": fields, "kept_path": request.path}
    elif request.endpoint == "sign_in.enter":
        facts |= {"name": request.form.get("name", ""), "next": addresses.safe_next(request.form.get("next"))}
    return make_response(render_template("sign_in/form.html", **facts), status)


def refused_by_flask(error: HTTPException) -> Response:
    """The same for what Flask refuses by itself."""
    transaction.give_up()
    status = error.code or 500
    # A limit may bring its own answer, which keeps what was typed.
    if error.response is not None and (status < 400 or status == 429):
        return make_response(error.response)
    sentences = {
        400: _("送られた内容を読み取れませんでした。画面を開き直してから、もう一度お試しください。"),
        404: told(NotFound()),
        405: _("このアドレスは、この使い方ができません。画面のボタンから操作してください。"),
        413: _("送られた内容が大きすぎます。小さく分けてください。"),
        415: _("この形式は受け取れません。"),
        429: _("短い時間にたくさんの操作がありました。少し待ってから、もう一度お試しください。"),
    }
    answer = _answer(status, f"http_{status}", sentences.get(status) or _("うまくいきませんでした。"))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    return answer


def out_of_date(error: CSRFError) -> Response:
    """The answer to a form without its token: an old tab, or a foreign site."""
    sentence = _("画面が古くなっています。開き直してから、もう一度お試しください。")
    if not actor().is_staff and not wants_json() and request.form:
        return _door(400, form=sentence) if request.endpoint == "sign_in.enter" else _door(401)
    return _answer(400, "csrf", sentence)


def accident(error: Exception) -> Response:
    """The answer to a fault of ours: a number to tell the administrator, and the trace in the log alone."""
    number = secrets.token_hex(4)
    log.exception("accident %s at %s %s", number, request.method, request.path)
    transaction.give_up()
    sentence = _("申し訳ありません。こちらの不具合です。管理者に番号 %(number)s をお知らせください。", number=number)
    try:
        return _answer(500, "accident", sentence)
    except Exception:  # Whatever broke may be needed to draw the page as well: then the sentence stands alone.
        log.exception("accident %s could not be drawn", number)
        g.actor = VISITOR
        return Response(sentence, 500, mimetype="text/plain")


def _answer(
    status: int, code: str, sentence: str, *, field: str | None = None, error: KbError | None = None
) -> Response:
    if wants_json():
        return make_response(jsonify(error={"code": code, "message": sentence, "field": field}), status)
    titles = {
        400: _("うまく送れませんでした"),
        403: _("この操作はできません"),
        404: _("お探しのページは見つかりませんでした"),
        409: _("先に変わっていました"),
        410: _("この記事は公開を終えました"),
        413: _("大きすぎます"),
        422: _("このままでは保存できません"),
        429: _("少しお待ちください"),
        500: _("不具合が起きました"),
        503: _("準備ができていません"),
    }
    staff = actor().is_staff and not (request.endpoint or "").startswith("faq.")
    if status == 404:
        # The title says already that nothing was found; the sentence says what to do.
        sentence = _("アドレスが変わったか、公開を終えたのかもしれません。知りたい言葉で探してみてください。")
    facts: dict[str, Any] = {
        "code": status,
        "title": titles.get(status, _("うまくいきませんでした")),
        "sentence": sentence,
    }
    if status in (404, 410) and not staff:
        facts["often"] = _often()
    if isinstance(error, Gone):
        facts["sentence"] = _("知りたい言葉で探してみてください。")
        if error.moved_to is not None:
            facts["sentence"] = _("代わりにこちらの記事をご覧ください。")
            facts["moved_to"] = _moved_to(error.moved_to, staff=staff)
    return make_response(render_template("errors/error.html", staff=staff, **facts), status)


def _often() -> list[dict[str, str]]:
    with house().store.reading() as db:
        pages = popular.asked(db, house(), viewer=VISITOR, language=_language(), limit=4).pages
        return [{"url": addresses.public(page), "title": page.shown.title} for page in pages if page.shown]


def _language() -> str:
    from_path = request.path[1:3]
    return from_path if from_path in ("ja", "en") else "ja"


def _moved_to(page_id: int, *, staff: bool) -> dict[str, str] | None:
    with house().store.reading() as db:
        page = reading.known(db, page_id, viewer=actor() if staff else VISITOR)
        if page is None or page.shown is None:
            return None
        return {"url": addresses.desk(page) if staff else addresses.public(page), "title": page.shown.title}
