"""壊す候補: pages and passages whose support has worn off, why each is there, and the decision on it."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from markupsafe import Markup

from kb.rules import limits
from kb.rules.errors import Conflict, Gone, Invalid
from kb.rules.looks import Sign
from kb.services import looking, owning, reading, weighing
from kb.services.looking import Seen
from kb.services.weighing import Row, Wanted
from kb.web import addresses, cards, filters, forms
from kb.web.house import actor, house, lang
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.masking import settled
from kb.web.transaction import db, give_up

bp = Blueprint("looks", __name__)


@bp.get("/looks")
def index() -> Any:
    shelves = reading.shelves(db(), viewer=actor())
    keys = {one.category.key: one.category.id for one in shelves}
    sign = forms.maybe("sign", Sign)
    given = {"sign": sign.value if sign else "", "category": forms.text("category"), "group": forms.text("group")}
    # No shelf has the number 0, so an unknown one holds nothing.
    category_id = keys.get(given["category"], 0) if given["category"] else None
    wanted = Wanted(category_id=category_id, group=given["group"][: limits.CATEGORY] or None)
    number = max(1, forms.number("page", 1) or 1)
    offset = (number - 1) * limits.PAGE_SIZE
    found = weighing.find(db(), wanted, sign=sign, limit=limits.PAGE_SIZE, offset=offset, viewer=actor())
    return render_template(
        "looks/index.html",
        rows=[_row(one) for one in found.rows],
        total=found.total,
        signs=[
            (one.value, _("%(word)s（%(n)s）", word=sign_word(one), n=found.counts[one]))
            for one in Sign
            if found.counts[one] or one is sign
        ],
        filters=given,
        categories=[(one.category.key, one.category.name(lang())) for one in shelves],
        groups=[(name, name) for name in owning.groups(db(), viewer=actor())],
        page=number,
        pages=cards.page_count(found.total),
        page_url=cards.pages_of("looks.index", **given),
    )


@bp.get("/looks/<int:id>")
def show(id: int) -> Any:
    return _draw(id, _key())


@bp.post("/looks/<int:id>")
def decide(id: int) -> Any:
    """Keep, cut or archive, on what was seen; a change is decided on by the editor that it opens."""
    action, by = forms.text("action"), actor()
    reason = settled({"reason": forms.text("reason")})["reason"]
    seen = Seen(forms.required_number("seen"), forms.required_number("revision"))
    try:
        if action == "keep":
            look = looking.keep(db(), id, _key(), reason, seen=seen, by=by)
            flash(_("残すと決めました。次に見直すのは %(day)s です。", day=_told_day(look.next_at)))
        elif action == "cut":
            looking.cut(db(), id, _key(), reason, seen=seen, by=by)
            flash(_("この箇所を削って公開しました。"))
        elif action == "archive":
            looking.archive(db(), id, reason, seen=seen, moved_to=forms.number("moved_to"), by=by)
            flash(_("公開を終えました。「公開に戻す」でいつでも戻せます。"))
        else:
            raise Invalid("できない操作です。画面のボタンから操作してください。", field="action")
    except (Conflict, Invalid) as refused:
        give_up()
        errors = {refused.field or "form": told(refused)}
        # A passage that somebody has just decided on is none any more: then the page as a whole is shown.
        try:
            return _draw(id, _key(), errors=errors, values=forms.everything()), refused.status
        except Gone:
            # There is no page left to decide on.
            raise refused from None
    return redirect(url_for("looks.index"))


def _key() -> str:
    return forms.text("passage")[:16] or weighing.WHOLE


def _draw(id: int, key: str, *, errors: dict[str, str] | None = None, values: dict[str, Any] | None = None) -> str:
    screen = looking.screen(db(), id, key, whole_instead=errors is not None, viewer=actor())
    row = screen.row
    view = reading.page(db(), id, viewer=actor(), renderer=house().renderer, address=addresses.FOR_STAFF)
    return render_template(
        "looks/show.html",
        one=_row(row),
        flags=[{"fault": flag.fault.value, "words": flag.words, "at": flag.created_at} for flag in row.flags],
        passages=[
            {"said": other.said, "url": url_for("looks.show", id=id, passage=other.key)} for other in screen.passages
        ],
        before=[_look(look) for look in screen.before],
        body=view.body,
        seen=screen.seen,
        errors=errors or {},
        values=values or {},
    )


def sign_word(sign: Sign) -> str:
    """What a kind of evidence is called."""
    return {
        Sign.EXPIRED: _("期限切れの権限"),
        Sign.CONTRADICTED: _("食い違う体験"),
        Sign.FLAGGED: _("指摘"),
        Sign.UNSOLVED: _("解決しなかった応対"),
        Sign.UNHELPFUL: _("役に立たなかった"),
        Sign.OWNER: _("担当がいない"),
        Sign.AGE: _("長く確かめていない"),
    }[sign]


def _row(row: Row) -> dict[str, Any]:
    one = row.candidate
    passage = one.key if one.passage else None
    return {
        "id": row.page.id,
        "title": row.page.shown.title if row.page.shown else "",
        "url": url_for("looks.show", id=row.page.id, passage=passage),
        "page_url": addresses.desk(row.page),
        "edit_url": url_for("editor.edit", id=row.page.id, look=one.key),
        "passage": one.said,
        "is_limit": one.until is not None,
        "revision_id": row.page.current_revision_id,
        "number": row.page.shown.number if row.page.shown else 0,
        "kind": row.page.kind.value,
        "audience": row.page.audience.value,
        "category": row.page.category.name(lang()) if row.page.category else "",
        "fresh_at": row.fresh_at,
        "owner": _("%(group)s　%(who)s", group=row.owner.group, who=row.owner.user.display_name) if row.owner else "",
        "why": [(sign.value, sentence(row, sign)) for sign in one.evidence.signs],
        "stories": [
            {"title": story.title, "url": url_for("pages.show", id=story.page_id), "who": cards.who(story.author)}
            for story in row.stories
        ],
    }


def sentence(row: Row, sign: Sign) -> str:
    """One kind of evidence in a plain sentence."""
    one, seen = row.candidate, row.candidate.evidence
    if sign is Sign.EXPIRED:
        return _("この権限は、%(day)sで期限が切れています。", day=_bare(filters.on_day(one.until))) if one.until else ""
    if sign is Sign.CONTRADICTED:
        if one.passage:
            return _("この箇所と食い違う体験が %(n)s件あります。", n=seen.contradicted)
        return _("この記事と食い違う体験が %(n)s件あります。", n=seen.contradicted)
    return {
        Sign.FLAGGED: _("指摘が %(n)s件、返事を待っています。", n=seen.flagged),
        Sign.UNSOLVED: _(
            "この%(days)s日で、使った応対のうち %(n)s件が解決しませんでした。", n=seen.unsolved, days=limits.LOOK_RECENT
        ),
        Sign.UNHELPFUL: _(
            "いまの版に、「役に立たなかった」が %(n)s件あります（%(of)s件中）。", n=seen.unhelpful, of=seen.votes
        ),
        Sign.OWNER: _("担当の%(who)sさんは、もうサインインできません。", who=row.gone),
        Sign.AGE: _("最後に確かめられたのは %(day)s です。", day=_told_day(row.fresh_at)),
    }[sign]


def _told_day(at: datetime) -> str:
    return _bare(filters.day(at))


def _bare(marked: str) -> str:
    """What a filter made for a template, without its marks: a sentence is escaped where it is drawn."""
    return str(Markup(marked).striptags())


def decision_word(decision: str) -> str:
    """What was decided."""
    return {"keep": _("残した"), "change": _("直した"), "drop": _("やめた")}[decision]


def _look(look: Any) -> dict[str, Any]:
    return {
        "decision": look.decision.value,
        "word": decision_word(look.decision.value),
        "by": cards.who(look.by),
        "at": look.at,
        "reason": look.reason,
        "is_passage": bool(look.passage),
        "next_at": look.next_at,
        "evidence": [
            (sign_word(sign), look.evidence[sign.value])
            for sign in Sign
            if isinstance(look.evidence.get(sign.value), int) and look.evidence[sign.value]
        ],
    }
