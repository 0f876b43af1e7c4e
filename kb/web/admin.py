"""Administration: people, roles, and the record of what happened."""

from typing import Any

from flask import Blueprint, flash, render_template, url_for

from kb.rules.errors import Invalid, KbError
from kb.rules.roles import MAY, STAFF_ROLES, Permission, Role
from kb.services import accounts, passwords, reading
from kb.web import forms, showing
from kb.web.house import actor
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.transaction import db

bp = Blueprint("admin", __name__)


@bp.get("/admin/people")
def people() -> Any:
    return _draw()


@bp.post("/admin/people")
def act() -> Any:
    """Add a person, or change one: role, password, closed or open."""
    action = forms.text("action")
    try:
        if action == "add":
            return _added()
        user_id = forms.required_number("id")
        if action == "role":
            user = accounts.set_role(db(), user_id, forms.word("role", Role, Role.OPERATOR), by=actor())
            flash(_("%(who)sさんの役割を変えました。", who=user.display_name))
        elif action == "password":
            user, password = accounts.reset_password(db(), user_id, by=actor())
            return _draw(fresh={"name": user.display_name, "password": password})
        elif action == "mail":
            user = accounts.set_mail(db(), user_id, forms.text("mail"), by=actor())
            flash(_("%(who)sさんのメールアドレスを変えました。", who=user.display_name))
        elif action == "disable":
            user = accounts.close(db(), user_id, by=actor())
            flash(_("%(who)sさんのサインインを止めました。", who=user.display_name))
        elif action == "enable":
            user = accounts.reopen(db(), user_id, by=actor())
            flash(_("%(who)sさんのサインインを再開しました。", who=user.display_name))
        else:
            raise Invalid("できない操作です。画面のボタンから操作してください。")
    except KbError as refused:
        if refused.status not in (409, 422):
            raise
        facts = {"errors": {refused.field or "form": told(refused)}, "values": forms.everything()}
        return _draw(**facts), refused.status
    return _draw()


@bp.get("/admin/roles")
def roles() -> Any:
    words = {
        Permission.READ_STAFF: _("社内の記事を読む"),
        Permission.READ_HISTORY: _("版の履歴を見る"),
        Permission.WRITE_STORY: _("体験を書いて出す"),
        Permission.PROPOSE: _("記事の改訂を提案する"),
        Permission.COMMENT: _("提案について話す"),
        Permission.ATTACH: _("ファイルを添付する"),
        Permission.REVIEW: _("体験と提案を決める"),
        Permission.APPROVE_OWN: _("自分の書いたものを自分で公開する（記録に残る）"),
        Permission.PUBLISH: _("記事を書いてすぐ公開する"),
        Permission.SET_AUDIENCE: _("公開範囲を変える"),
        Permission.ARCHIVE: _("公開を終える・元に戻す"),
        Permission.CATEGORISE: _("分類を変える"),
        Permission.EXPORT: _("記事を書き出す"),
        Permission.READ_EVENTS: _("記録を見る"),
        Permission.KEEP_SYNONYMS: _("同義語を整える"),
        Permission.KEEP_NOTICES: _("速報を出す・終える"),
        Permission.ANSWER_INQUIRIES: _("お問い合わせに答える"),
        Permission.TAKE_CALLS: _("応対を記録する"),
        Permission.FLAG: _("記事の誤りを指摘する"),
        Permission.HELP: _("質問・引き継ぎ・指摘に答える"),
        Permission.READ_CALLS: _("みんなの応対の記録を見る"),
        Permission.HOLD_SESSIONS: _("語り場を開く"),
        Permission.ANSWER_VOICES: _("お客様の声を届けて、答えを返す"),
        Permission.SAMPLE: _("確認なしで公開された変更を、あとから見る"),
        Permission.IMPORT: _("記事を取り込む"),
        Permission.MANAGE_PEOPLE: _("人と役割を管理する"),
        Permission.MANAGE_SETTINGS: _("設定を変える"),
    }
    rows = [
        (words[permission], {role.value: permission in MAY[role] for role in STAFF_ROLES}) for permission in Permission
    ]
    return render_template("admin/roles.html", roles=[role.value for role in STAFF_ROLES], permissions=rows)


@bp.get("/admin/events")
def events() -> Any:
    before = forms.number("before")
    found = reading.newest_events(db(), viewer=actor(), before=before, limit=100)
    who, kind = forms.text("who").strip(), forms.text("kind")
    rows = [_event(event) for event in found]
    chosen = [row for row in rows if (not who or who in row["actor"]) and (not kind or row["kind"] == kind)]
    return render_template(
        "admin/events.html",
        events=chosen,
        filters={"who": who, "kind": kind},
        kinds=[("page", _("記事")), ("review", _("レビュー")), ("people", _("人"))],
        older=url_for("admin.events", before=found[-1].id, who=who or None, kind=kind or None)
        if len(found) == 100
        else None,
    )


def _event(event: Any) -> dict[str, Any]:
    about_people = event.page_id is None and event.user_id is not None
    review = event.verb.startswith(("review", "revision", "story", "comment"))
    return {
        "at": event.at,
        "actor": event.actor.display_name if event.actor else _("システム"),
        "sentence": showing.event_sentence(event),
        "url": url_for("history.index", id=event.page_id) if event.page_id else None,
        "kind": "people" if about_people else "review" if review else "page",
    }


def _added() -> Any:
    password = passwords.random()
    user = accounts.add(
        db(),
        forms.text("name"),
        role=forms.word("role", Role, Role.OPERATOR),
        password=password,
        display_name=forms.text("display_name"),
        by=actor(),
    )
    return _draw(fresh={"name": user.display_name, "password": password})


def _draw(
    *,
    errors: dict[str, str] | None = None,
    values: dict[str, str] | None = None,
    fresh: dict[str, str] | None = None,
) -> str:
    return render_template(
        "admin/people.html",
        people=[
            {
                "id": user.id,
                "name": user.name,
                "display_name": user.display_name,
                "role": user.role.value,
                "mail": user.mail,
                "enabled": user.disabled_at is None,
                "last_seen": user.last_seen_at,
            }
            for user in accounts.everybody(db(), by=actor())
        ],
        errors=errors or {},
        values=values or {},
        fresh_password=fresh,
        self_id=actor().id,
    )
