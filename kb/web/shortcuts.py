"""One's own single keys: the list of them, and each changed, switched off or brought back."""

from typing import Any

from flask import Blueprint, Flask, flash, g, redirect, render_template, url_for

from kb.rules.errors import Invalid
from kb.rules.shortcuts import USUAL, Deed, Room, at_work
from kb.services import shortcuts
from kb.services.shortcuts import Unfit
from kb.web import forms
from kb.web.house import actor
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.transaction import db

bp = Blueprint("shortcuts", __name__)


def init_app(app: Flask) -> None:
    """Let templates write each key where it works, and only there."""

    @app.template_global()
    def shortcut(name: str) -> str:
        """The reader's own key for a deed; "" where no key does it."""
        return _keys()[Deed(name)]

    @app.template_global()
    def deeds_of(room: str) -> list[str]:
        """The deeds whose keys work in a room."""
        return [deed.value for deed in at_work(Room(room))]


def _keys() -> dict[Deed, str]:
    if "shortcuts" not in g:
        g.shortcuts = shortcuts.keys(db(), by=actor()) if actor().is_staff else dict.fromkeys(Deed, "")
    return dict(g.shortcuts)


@bp.get("/shortcuts")
def show() -> Any:
    return _draw(*shortcuts.choices(db(), by=actor()))


@bp.post("/shortcuts")
def save() -> Any:
    """Keep the keys of the form, or switch all of them; `action` says which."""
    action = forms.text("action", "save")
    if action == "save":
        wanted = {deed: forms.text(deed.value) for deed in Deed}
        wanted[Deed.OPEN] = USUAL[Deed.OPEN] if forms.ticked(Deed.OPEN.value) else ""
        try:
            shortcuts.choose(db(), wanted, by=actor())
        except Unfit as unfit:
            errors = {deed.value: told(fault) for deed, fault in unfit.faults.items()}
            return _draw(wanted, False, errors=errors), unfit.status
        flash(_("キーを保存しました。"))
    elif action == "off":
        shortcuts.switch(db(), on=False, by=actor())
        flash(_("1文字のキーをすべて切りました。"))
    elif action == "on":
        shortcuts.switch(db(), on=True, by=actor())
        flash(_("1文字のキーを使えるようにしました。"))
    elif action == "usual":
        shortcuts.reset(db(), by=actor())
        flash(_("はじめのキーに戻しました。"))
    else:
        raise Invalid("できない操作です。画面のボタンから操作してください。")
    return redirect(url_for("shortcuts.show"), 303)


def _draw(keys: dict[Deed, str], is_off: bool, errors: dict[str, str] | None = None) -> str:
    words = {
        Deed.SEARCH: (_("検索に移る"), _("検索、同義語")),
        Deed.NEXT: (_("次の結果を開く"), _("検索。↓ と Ctrl+N はいつでも使えます。")),
        Deed.PREVIOUS: (_("前の結果を開く"), _("検索。↑ と Ctrl+P はいつでも使えます。")),
        Deed.COPY: (_("ひとことをコピーする"), _("検索、応対、記事")),
        Deed.WHY: (_("なぜ出たかを見る"), _("検索")),
        Deed.CALL: (_("応対を始める"), _("どの画面でも")),
        Deed.TYPE: (_("種別を選ぶ"), _("応対")),
        Deed.USE: (_("使った"), _("応対")),
        Deed.PURPOSE: (_("本当の目的を選ぶ"), _("応対")),
        Deed.FLAG: (_("記事を指摘する"), _("応対、記事")),
        Deed.GAP: (_("見つからない"), _("応対")),
        Deed.HANDOVER: (_("引き継ぐ"), _("応対")),
        Deed.HARASSMENT: (_("カスハラの記録を始める"), _("応対")),
        Deed.FAVOURITE: (_("お気に入りに入れる、外す"), _("応対、記事")),
        Deed.DOWN: (_("次の項目へ"), _("レビュー。↓ はいつでも使えます。")),
        Deed.UP: (_("前の項目へ"), _("レビュー。↑ はいつでも使えます。")),
        Deed.TAKE: (_("引き受ける、手放す"), _("レビュー")),
        Deed.APPROVE: (_("公開の決定を開く"), _("レビュー")),
        Deed.RETURN: (_("戻す決定を開く"), _("レビュー")),
        Deed.DUPLICATE: (_("重複の決定を開く"), _("レビュー")),
        Deed.MERGE: (_("統合を開く"), _("レビュー")),
        Deed.HELP: (_("この画面で使えるキーを見る"), _("どの画面でも")),
    }
    rows = [
        {"name": deed.value, "word": word, "where": where, "key": keys[deed], "usual": USUAL[deed]}
        for deed, (word, where) in words.items()
    ]
    return render_template(
        "shortcuts/show.html",
        rows=rows,
        opens=bool(keys[Deed.OPEN]),
        is_off=is_off,
        is_usual=not is_off and keys == USUAL,
        errors=errors or {},
    )
