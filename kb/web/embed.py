"""The search inside other sites: its script, one answer as data, who may ask, and the screen that explains it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, make_response, render_template, request, url_for

from kb.rules.roles import VISITOR
from kb.services import reading, settings
from kb.web import addresses
from kb.web.house import house, lang
from kb.web.language import LANGUAGES, speaking
from kb.web.language import gettext as _
from kb.web.transaction import SAFE, db

bp = Blueprint("embed", __name__)

# What other sites may read: public pages, as visitors see them; a browser is never asked for its cookies.
OPEN = ("api.search", "api.suggest", "embed.answer")
PLACE = "const WORDS = {};"


def init_app(app: Flask) -> None:
    """Tell browsers which sites may read the answers of OPEN (Fetch standard, 3.2: the CORS protocol)."""

    @app.after_request
    def share(response: Response) -> Response:
        if request.endpoint not in OPEN:
            return response
        response.vary.add("Origin")
        origin = request.headers.get("Origin")
        if origin is None or request.method not in SAFE or origin not in _allowed():
            return response
        response.headers["Access-Control-Allow-Origin"] = origin
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET"
            response.headers["Access-Control-Max-Age"] = "600"
        return response


@bp.get("/embed.js")
def script() -> Any:
    """The script, with its sentences in both languages."""
    words = {}
    for one in LANGUAGES:
        with speaking(one):
            words[one] = _words()
    # Line and paragraph separators are no letters of a script in older browsers.
    told = json.dumps(words, ensure_ascii=False).translate({0x2028: " ", 0x2029: " "})
    answer = make_response(_source(Path(str(current_app.static_folder))).replace(PLACE, f"const WORDS = {told};", 1))
    answer.mimetype = "text/javascript"
    answer.headers["Cache-Control"] = "public, max-age=600"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.add_etag()
    return answer.make_conditional(request)


@bp.get("/api/v1/answers/<int:id>")
def answer(id: int) -> Any:
    """One public page as HTML, the same for everybody."""
    view = reading.page(db(), id, viewer=VISITOR, renderer=house().renderer, address=addresses.FOR_CUSTOMERS)
    page = view.page
    return jsonify(
        id=page.id,
        title=view.revision.title,
        language=page.language.value,
        url=addresses.public(page, external=True),
        updated_at=page.updated_at.isoformat(),
        html="".join(str(part.html) for part in view.body.parts),
    )


@bp.get("/<any(ja,en):lang>/embed")
def show() -> Any:
    """What to copy into another site, which sites may, and plain links for where no script is wanted."""
    source = addresses.absolute(url_for("embed.script"))
    return render_template(
        "machines/embed.html",
        snippet=f'<script src="{source}" data-lang="{lang()}" async></script>',
        element=f'<kb-search lang="{lang()}" theme="light"></kb-search>\n<script src="{source}" async></script>',
        links=[
            (_("よくある質問の最初"), addresses.absolute(url_for("faq.home"))),
            (_("言葉で探した結果"), addresses.absolute(url_for("faq.search", q=_("返品したい")))),
            (_("新しい記事のフィード"), addresses.absolute(url_for("faq.feed"))),
        ],
        policy="\n".join(f"{one}-src {addresses.absolute('')};" for one in ("script", "connect", "img")),
        origins=settings.current(db()).embed_origins,
    )


def _allowed() -> tuple[str, ...]:
    with house().store.reading() as session:
        return settings.current(session).embed_origins


@cache
def _source(folder: Path) -> str:
    return (folder / "embed.js").read_text(encoding="utf-8")


def _words() -> dict[str, str]:
    return {
        "name": _("よくある質問"),
        "label": _("質問や困りごと"),
        "example": _("例：返品したい"),
        "search": _("探す"),
        "results": _("見つかった質問"),
        "found": _("%(n)s件見つかりました。", n="{n}"),
        "none": _("合う質問は見つかりませんでした。"),
        "more": _("%(n)s件をすべて見る", n="{n}"),
        "elsewhere": _("よくある質問のサイトで探す"),
        "all": _("よくある質問をすべて見る"),
        "back": _("一覧に戻る"),
        "whole": _("このページを開く"),
        "failed": _("いまは、ここで探せません。"),
        "notAllowed": _(
            "このサイトからの検索は許可されていません。"
            "FAQの管理画面「設定」の「FAQを埋め込んでよいサイト」に %(origin)s を加えてください。",
            origin="{origin}",
        ),
        "unreachable": _(
            "%(base)s につながりません。"
            "サーバーが動いているか、このページのCSP（connect-src）で許可しているかを確かめてください。",
            base="{base}",
        ),
    }
