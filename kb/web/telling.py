"""What messages say: one sentence a kind, written for its reader, and the screen that it leads to."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from flask import current_app, url_for

from kb.rules.roles import Actor, Permission, may
from kb.services.messaging import Item, MessageKind
from kb.web import filters
from kb.web.house import lang
from kb.web.language import gettext as _

ICONS = {
    MessageKind.TAKEN: "eye",
    MessageKind.RETURNED: "back",
    MessageKind.PUBLISHED: "check",
    MessageKind.MERGED: "merge",
    MessageKind.DUPLICATE: "merge",
    MessageKind.REJECTED: "close",
    MessageKind.REPLIED: "chat",
    MessageKind.MENTIONED: "chat",
    MessageKind.USED: "headset",
    MessageKind.COACHED: "chat",
    MessageKind.INVITED: "clock",
    MessageKind.CREDITED: "check",
    MessageKind.FIXED: "flag",
}


def sentence(item: Item, *, outside: bool = False) -> str:
    """What a message says to its reader; `outside`: without any words but titles, for what leaves the house."""
    message, facts = item.message, item.message.facts or {}
    who = message.sender.display_name if message.sender is not None else _("システム")
    if message.kind is MessageKind.USED:
        return _(
            "%(month)sは、あなたの体験が%(calls)s件の応対で使われました。", month=_month(facts), calls=facts["calls"]
        )
    if message.session_id is not None or "voice" in facts or "task" in facts:
        return _of_session(item, who, facts, outside=outside)
    nameless = _("書いたもの") if outside else _("いまは読めない記事")
    title = _page_title(item) or item.title if message.kind is MessageKind.CREDITED else item.title
    what = _quoted(title) if title else nameless
    into = _page_title(item)
    if message.kind in (MessageKind.MERGED, MessageKind.DUPLICATE) and into and item.is_own:
        return _joined(message.kind, what, _quoted(into))
    return _plain()[message.kind] % {"who": who, "what": what}


def url(item: Item, *, viewer: Actor) -> str | None:
    """Where a message leads its reader, or None where nothing is left that they may see."""
    message, facts = item.message, item.message.facts or {}
    page = url_for("pages.show", id=item.page.id) if item.page is not None else None
    if message.kind is MessageKind.USED:
        return url_for("stories.index")
    if message.kind is MessageKind.COACHED:
        return url_for("sampling.note", id=facts["sample"]) if "sample" in facts else page
    if message.session_id is not None or "voice" in facts or "task" in facts:
        return _to_session(item, facts, viewer) or page
    if page is not None and message.kind in (
        *(MessageKind.PUBLISHED, MessageKind.MERGED, MessageKind.DUPLICATE),
        *(MessageKind.FIXED, MessageKind.CREDITED),
    ):
        return page
    if item.is_own:
        return url_for("stories.show", id=message.revision_id)
    if message.revision_id is not None and may(viewer, Permission.REVIEW):
        return url_for("review.show", id=message.revision_id)
    return page


def _page_title(item: Item) -> str:
    return item.page.shown.title if item.page is not None and item.page.shown is not None else ""


def _plain() -> dict[MessageKind, str]:
    """What needs no more than who and what."""
    return {
        MessageKind.TAKEN: _("%(who)sさんが、%(what)sを読みはじめました。"),
        MessageKind.RETURNED: _("%(what)sが戻ってきました。直してほしいところが書いてあります。"),
        MessageKind.PUBLISHED: _("%(what)sを公開しました。書いてくださり、ありがとうございます。"),
        MessageKind.MERGED: _("%(what)sを、ほかの記事に取り入れました。書いてくださり、ありがとうございます。"),
        MessageKind.DUPLICATE: _("%(what)sは、同じ内容の記事に引きつぎました。"),
        MessageKind.REJECTED: _("%(what)sは、今回は見送りました。理由が書いてあります。"),
        MessageKind.REPLIED: _("%(what)sについて、%(who)sさんから返事があります。"),
        MessageKind.MENTIONED: _("%(what)sの話の中で、%(who)sさんがあなたに呼びかけています。"),
        MessageKind.COACHED: _("%(what)sについて、%(who)sさんから、あなただけへのひとことがあります。"),
        MessageKind.CREDITED: _("%(what)sに、あなたの体験が生きています。ありがとうございます。"),
        MessageKind.INVITED: _("%(who)sさんから、語り場のお誘いがあります。"),
        MessageKind.FIXED: _("あなたの指摘で、%(what)sが直りました。ありがとうございます。"),
    }


def _joined(kind: MessageKind, what: str, page: str) -> str:
    if kind is MessageKind.MERGED:
        return _("%(what)sを、%(page)sに取り入れました。書いてくださり、ありがとうございます。", what=what, page=page)
    return _("%(what)sは、%(page)sに引きつぎました。お客様の言い方が、そこで生きています。", what=what, page=page)


def _of_session(item: Item, who: str, facts: Mapping[str, Any], *, outside: bool) -> str:
    """What is said of story sessions, of the voices that came out of them, and of tasks."""
    if "task" in facts:
        words = "" if outside else str(facts.get("words", ""))
        asked = _("%(who)sさんから、やることを一つお願いされています。", who=who)
        return asked + _quoted(words) if words else asked
    if "voice" in facts:
        words = "" if outside else str(facts.get("words", ""))
        if words:
            answered = _("商品の担当に届けた声「%(words)s」に、返事がありました。", words=words)
            return answered + _("「%(title)s」", title=str(facts["answer"])) if facts.get("answer") else answered
        return _("商品の担当に届けた声に、返事がありました。")
    title = _quoted(str(facts.get("title", "")) or _("語り場"))
    if item.message.kind is MessageKind.CREDITED:
        if facts.get("told"):
            return _("語り場%(title)sで体験を話してくださり、ありがとうございました。", title=title)
        return _("語り場%(title)sで耳を傾けてくださり、ありがとうございました。", title=title)
    if facts.get("cancelled"):
        return _("語り場%(title)sは、取りやめになりました。", title=title)
    when = _when(str(facts.get("starts_at", "")))
    if facts.get("moved"):
        return _("語り場%(title)sの日時や場所が変わりました（%(when)s）。", title=title, when=when)
    return _("語り場%(title)sに、%(who)sさんから誘われています（%(when)s）。", title=title, who=who, when=when)


def _to_session(item: Item, facts: Mapping[str, Any], viewer: Actor) -> str | None:
    """The screen of a session, voice or task, as far as there is one that this reader may open."""
    if "task" in facts and "voices.tasks" in current_app.view_functions:
        return url_for("voices.tasks")
    if "voice" in facts and may(viewer, Permission.ANSWER_VOICES) and "voices.index" in current_app.view_functions:
        return url_for("voices.index")
    if item.message.session_id is not None and "sessions.show" in current_app.view_functions:
        return url_for("sessions.show", id=item.message.session_id)
    return None


def _month(facts: Mapping[str, Any]) -> str:
    year, month = (int(part) for part in str(facts["month"]).split("-"))
    return str(format_date(date(year, month, 1), "LLLL", locale=lang()))


def _when(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return _("日時は語り場の画面にあります")
    # A letter is read on another day, so nothing in it is called today.
    local = at.astimezone(filters.HERE)
    clock_time = f"{local.hour}:{local.minute:02}"
    return f"{local.month}月{local.day}日 {clock_time}" if lang() == "ja" else f"{local:%b} {local.day}, {clock_time}"


def _quoted(title: str) -> str:
    """A title in the quotation marks of the language; marks that it has inside become inner ones."""
    inner = title.replace("「", "『").replace("」", "』") if lang() == "ja" else title
    return _("「%(title)s」", title=inner)
