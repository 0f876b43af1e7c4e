"""The style guide: every component of the screens on one page, with what it is shown with."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, render_template
from markupsafe import Markup

from kb.rules.roles import Actor, Role
from kb.web import charts
from kb.web.language import gettext as _

bp = Blueprint("styleguide", __name__)

# A day that never changes: the pictures of this page are compared with older ones.
AT = datetime(2025, 11, 21, 1, 40, tzinfo=UTC)


@bp.get("/styleguide")
def show() -> Any:
    sample = {
        "at": AT,
        "viewer": Actor(None, "", "", Role.OPERATOR),
        "page_url": lambda number: f"#page-{number}",
        "parts": _parts(),
        "headings": [
            {"level": 2, "id": "block", "text": _("お届けまでの日数")},
            {"level": 3, "id": "block", "text": _("北海道と沖縄")},
        ],
        "rows": _rows(),
        "thread": _thread(),
    }
    return render_template("styleguide/index.html", sample={**sample, **_found(), **_charts()})


def _html(sentence: str) -> Markup:
    return Markup("<p>{}</p>").format(sentence)


def _items(*sentences: str) -> Markup:
    return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(one) for one in sentences))


def _parts() -> list[SimpleNamespace]:
    """A page with every kind of block."""
    told = [
        ("say", "", _html(_("よろしければ、いつまでにご入用か、お聞かせいただけますか。"))),
        ("say", "mail", _html(_("お使いになる日がお決まりでしたら、ご返信でお知らせください。"))),
        ("ask", "", _items(_("いつまでに必要か"), _("別の品でもよいか"))),
        ("limit", "operator", _items(_("差額3,000円までの同等品"))),
        ("limit", "sv", _items(_("送料の全額免除"))),
        ("purpose", _("その日までに使いたい"), _html(_("在庫のある同等品を、きょう発送する。"))),
        ("purpose", _("贈り物で、遅れは困る"), _html(_("店舗での受け取りと包装を案内する。"))),
        ("text", "", _html(_("在庫のある商品は、ご注文から1〜3日でお届けします。"))),
        ("staff", "", _html(_("18時を過ぎた注文は、翌日の出荷になります。"))),
        ("sv", "", _html(_("年末は、差額の上限を5,000円にしてよい。"))),
    ]
    return [SimpleNamespace(kind=kind, argument=argument, html=html) for kind, argument, html in told]


def _found() -> dict[str, Any]:
    """What a search box finds, and the shelves of the first page."""

    def pieces(before: str, hit: str, after: str) -> list[SimpleNamespace]:
        told = (before, False), (hit, True), (after, False)
        return [SimpleNamespace(text=text, hit=is_hit) for text, is_hit in told]

    def hit(title: list[SimpleNamespace], snippet: list[SimpleNamespace]) -> dict[str, Any]:
        return {"url": "#find", "title": title, "phrase": [], "snippet": snippet, "category": returns, "updated_at": AT}

    delivery, returns, sent_back = _("配送・受け取り"), _("返品・交換"), _("返品")
    facets = [(delivery, 11, True), (returns, 6, False), (_("会員・ポイント"), None, False)]
    shelves = [("truck", delivery, _("お届け日、不在、送料"), 11), ("return", returns, _("返品、初期不良、返金"), 6)]
    return {
        "hits": [
            hit(pieces("", sent_back, _("したい")), pieces(_("届いてから8日まで、"), sent_back, _("をお受けします。"))),
            hit(
                pieces("", sent_back, _("の送料")),
                pieces(_("お客様の都合による"), sent_back, _("では、送料をいただきます。")),
            ),
        ],
        "links": [
            {"url": "#find", "title": _("届け先をあとから変えたい")},
            {"url": "#find", "title": _("領収書がほしい"), "note": _("きょう")},
        ],
        "categories": [
            {"key": "delivery", "name": name, "description": told, "icon": icon, "count": count}
            for icon, name, told, count in shelves
        ],
        "facets": [{"word": word, "count": count, "current": on, "url": "#chip"} for word, count, on in facets],
    }


def _rows() -> list[dict[str, Any]]:
    """A line that stayed, one that changed, one that came, and some that are not shown."""

    def line(*spans: tuple[str, str]) -> list[dict[str, str]]:
        return [{"text": text, "mark": mark} for text, mark in spans]

    asked, cost, new = (
        _("ご注文番号をお伺いします。"),
        _("送料は%(yen)sです。", yen="|").split("|"),
        _("離島は別にかかります。"),
    )
    return [
        {"kind": "skip", "count": 4},
        {"kind": "same", "left": line((asked, "same")), "right": line((asked, "same"))},
        {
            "kind": "change",
            "left": line((cost[0], "same"), (_("550円"), "del"), (cost[1], "same")),
            "right": line((cost[0], "same"), (_("660円"), "ins"), (cost[1], "same")),
        },
        {"kind": "ins", "right": line((new, "ins"))},
    ]


def _thread() -> list[dict[str, Any]]:
    """Two people who talk, and what came of it."""
    author, reviewer, later = _("佐藤 美咲"), _("中村 亮"), timedelta(hours=1)
    wish, answer = _("最初に「いつまでに」を聞く形にしたいです。"), _("賛成です。版8に入れます。")
    return [
        {"kind": "comment", "author": author, "role": "operator", "at": AT, "text": wish},
        {"kind": "comment", "author": reviewer, "role": "sv", "at": AT + later, "text": answer},
        {"kind": "event", "sentence": _("%(who)sさんが公開しました。", who=reviewer), "at": AT + 2 * later},
    ]


def _charts() -> dict[str, Any]:
    week, before = (31, 28, 35, 22, 19, 12, 9), (40, 38, 41, 33, 30, 28, 27)
    first = datetime(2025, 11, 15, tzinfo=UTC)
    month = [(first + timedelta(days=number), (number * 37) % 23 * 60) for number in range(30)]
    reasons = [(_("解決しない"), 82), (_("情報が古い"), 51), (_("分かりにくい"), 40), (_("求めていた内容と違う"), 0)]
    return {
        "bars": charts.bars(reasons),
        "days": charts.days(
            [(f"11/{15 + number}", value) for number, value in enumerate(week)],
            before,
        ),
        "month": charts.days([(f"{day.month}/{day.day}", value) for day, value in month]),
        "nothing": charts.bars([(_("解決しない"), 0)]),
    }
