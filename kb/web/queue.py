"""The review desk's queue: one list of everything that waits, the item chosen in it, and taking and giving back."""

from typing import Any

from flask import flash, jsonify, redirect, render_template, url_for

from kb.rules import limits
from kb.rules.errors import Conflict, Invalid, NotFound
from kb.rules.pages import Language
from kb.services import helping, queueing, reading
from kb.services.queueing import ItemKind
from kb.web import addresses, cards, forms, queue_cards, transaction
from kb.web.errors import wants_json
from kb.web.house import actor, lang
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.review import bp
from kb.web.transaction import db

HOLDS = ("free", "mine", "waiting")


@bp.get("/review")
def queue() -> Any:
    """Everything that waits; part=list is the list alone, part=side what stands beside it of the chosen `item`."""
    if forms.text("part") == "side":
        return _side(forms.text("item"))
    return _draw()


@bp.post("/review/hold")
def hold() -> Any:
    """Take an item of any kind, or give it back; who comes too late is told who has it."""
    kind, id, action = forms.maybe("kind", ItemKind), forms.required_number("id"), forms.text("action")
    if kind is None or action not in ("take", "give_back"):
        raise Invalid("できない操作です。画面のボタンから操作してください。", field="action")
    try:
        (queueing.take if action == "take" else queueing.give_back)(db(), kind, id, by=actor())
    except Conflict as refused:
        if wants_json():
            raise
        transaction.give_up()
        return _draw(refused=told(refused)), refused.status
    if wants_json():
        return jsonify(done=True)
    if action == "take":
        return redirect(queue_cards.address(kind, id), 303)
    flash(_("ほかの人が引き受けられるようにしました。"))
    return redirect(addresses.safe_next(forms.text("back")) or url_for("review.queue"), 303)


def _draw(*, refused: str = "") -> str:
    given = _given()
    wanted = queueing.Wanted(
        kind=ItemKind(given["kind"]) if given["kind"] else None,
        hold=given["hold"],
        shelf=int(given["category"]) if given["category"] else None,
        language=given["language"],
    )
    number = max(1, forms.number("page", 1) or 1)
    size = limits.PAGE_SIZE
    found = queueing.queue(db(), wanted, offset=(number - 1) * size, limit=size, viewer=actor())
    now = helping.now(db(), viewer=actor())
    rows = [queue_cards.card(row) for row in found.rows]
    chosen = next((row for row in rows if row["key"] == forms.text("item")), rows[0] if rows else None)
    return render_template(
        "review/_queue.html" if forms.text("part") == "list" and not refused else "review/queue.html",
        rows=rows,
        chosen=chosen,
        given=given,
        is_narrowed=any(given.values()),
        total=found.total,
        waiting=found.waiting,
        waiting_count=found.waiting,
        kinds=_kinds(found, given),
        holds=_holds(found, given),
        shelves=_shelves(found.shelves, given),
        languages=_languages(found.languages, given),
        page=number,
        pages=cards.page_count(found.total),
        page_url=cards.pages_of("review.queue", **given),
        list_url=url_for("review.queue", part="list", page=number, **{name: one for name, one in given.items() if one}),
        help_count=now.count,
        stamp=now.stamp,
        refused=refused,
    )


def _side(key: str) -> Any:
    """The chosen item alone; one that was decided on meanwhile is gone."""
    kind, _dash, number = key.partition("-")
    if kind not in list(ItemKind) or not number.isascii() or not number.isdecimal() or len(number) > 15:
        raise NotFound()
    row = queueing.row(db(), ItemKind(kind), int(number), viewer=actor())
    if row is None:
        raise NotFound()
    return render_template("review/_queue_chosen.html", chosen=queue_cards.card(row))


def _given() -> dict[str, str]:
    """The filters of the address; a word that is none of ours is no filter."""
    kind, hold_, shelf = forms.maybe("kind", ItemKind), forms.text("hold"), forms.number("category")
    language = forms.maybe("language", Language)
    return {
        "kind": kind.value if kind else "",
        "hold": hold_ if hold_ in HOLDS else "",
        "category": str(shelf) if shelf is not None and shelf > 0 else "",
        "language": language.value if language else "",
    }


def _url(given: dict[str, str], **changed: str) -> str:
    return url_for("review.queue", **{name: value for name, value in {**given, **changed}.items() if value})


def _kinds(found: queueing.Queue, given: dict[str, str]) -> list[tuple[str, str, int, bool]]:
    """The tabs: word, address, count, whether it is the one."""
    words = {
        "": _("すべて"),
        ItemKind.HELP: _("助けて"),
        ItemKind.STORY: _("体験"),
        ItemKind.EDIT: _("改訂"),
        ItemKind.FLAG: _("指摘"),
        ItemKind.GAP: _("見つからない"),
    }
    return [
        (word, _url(given, kind=kind), found.kinds.get(kind, 0), given["kind"] == kind) for kind, word in words.items()
    ]


def _holds(found: queueing.Queue, given: dict[str, str]) -> list[dict[str, Any]]:
    """The chips beside the tabs; pressing the chosen one lets it go."""
    words = {"free": _("空いている"), "mine": _("担当中"), "waiting": _("待っている人がいる")}
    return [
        {
            "word": word,
            "count": found.holds.get(name, 0),
            "current": given["hold"] == name,
            "url": _url(given, hold="" if given["hold"] == name else name),
        }
        for name, word in words.items()
    ]


def _shelves(counts: dict[str, int], given: dict[str, str]) -> list[tuple[str, str]]:
    """The categories that something waits in, with their counts; the chosen one in any case."""
    names = {str(one.category.id): one.category.name(lang()) for one in reading.shelves(db(), viewer=actor())}
    return [
        (id, _("%(name)s（%(n)s）", name=name, n=counts.get(id, 0)))
        for id, name in names.items()
        if counts.get(id) or id == given["category"]
    ]


def _languages(counts: dict[str, int], given: dict[str, str]) -> list[tuple[str, str]]:
    """The languages of what waits, as long as there is something to choose."""
    words = {"ja": "日本語", "en": "English"}
    found = [name for name in words if counts.get(name) or name == given["language"]]
    if len(found) < 2 and not given["language"]:
        return []
    return [(name, _("%(name)s（%(n)s）", name=words[name], n=counts.get(name, 0))) for name in found]
