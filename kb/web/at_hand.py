"""What lies at hand in the room of a call before anything is typed, and what one confirms or keeps there."""

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, jsonify, redirect, request, url_for

from kb.rules import clock, limits
from kb.rules.calls import Direction
from kb.rules.errors import Invalid
from kb.rules.outbound import OUTBOUND
from kb.services import at_hand, catching_up
from kb.services.catching_up import News, What
from kb.web import addresses, cards, forms, notices
from kb.web.errors import wants_json
from kb.web.house import actor, lang
from kb.web.language import gettext as _
from kb.web.transaction import db

bp = Blueprint("at_hand", __name__)

FIRST = 6  # favourites that come before the recent pages
# What can be taken back from the message about it, and the deed that takes it back.
BACK = {"notice": "notice_back", "change": "change_back", "kept": "drop", "dropped": "add"}


def facts() -> dict[str, Any]:
    """Everything that stands in the pane of the room before a page is chosen."""
    board = at_hand.board(db(), viewer=actor())
    paper = catching_up.paper(db(), viewer=actor())
    today = at_hand.today(db(), viewer=actor())
    is_outbound = forms.text("direction") == Direction.OUTBOUND
    return {
        "unread": [notices.card(one, desk=True) for one in board.unread],
        "confirmed": [notices.card(one, desk=True) for one in board.confirmed],
        "since": paper.since,
        "news": [_news(one) for one in paper.news],
        "until": clock.now().isoformat(),
        "calls": [_told(one) for one in today.calls],
        "counts": list(today.counts.items()),
        "outbound": _outbound() if is_outbound else None,
    }


@bp.app_context_processor
def for_templates() -> dict[str, Any]:
    """What any screen of staff may ask for: it is looked up only where a template does."""
    if not actor().is_staff:
        return {}
    names: dict[str, Any] = {
        "is_favourite": _is_favourite,
        "near": near,
        "unread_notices": _unread,
        "outbound_tag": lambda: OUTBOUND[lang()],
    }
    undo = _undo() if request.method == "GET" else None
    return names | ({"undo_at_hand": undo, "more_toasts": "at_hand/_undo.html"} if undo else {})


def near() -> dict[str, Any]:
    """The pages that the list begins with while nothing is searched for: favourites, then what calls touched last."""
    kept = at_hand.favourites(db(), viewer=actor())
    known = {page.id for page in kept}
    recent = [page for page in at_hand.recent(db(), viewer=actor()) if page.id not in known]
    # The keys 1 to 9 open the first nine, so that neither of the two takes all of them.
    first, rest = kept[:FIRST], kept[FIRST:]
    parts = {"favourites": first, "recent": recent[: 9 - len(first)], "rest": rest}
    return {name: [_line(page) for page in pages] for name, pages in parts.items()}


@bp.post("/pages/<int:id>/favourite")
def favourite(id: int) -> Any:
    """Put a page among one's favourites, or take it out."""
    action = forms.text("action")
    if action == "add":
        at_hand.add_favourite(db(), id, by=actor())
    elif action == "drop":
        at_hand.drop_favourite(db(), id, by=actor())
    else:
        raise Invalid("できない操作です。画面のボタンから操作してください。", field="action")
    return _done("kept" if action == "add" else "dropped", str(id), url_for("pages.show", id=id))


@bp.post("/call/confirm")
def confirm() -> Any:
    """確認しました for a notice, a change or all changes that were shown; and each taken back."""
    action, home = forms.text("action"), url_for("call.show")
    if action == "notice":
        number = forms.required_number("id")
        at_hand.confirm_notice(db(), number, by=actor())
        return _done("notice", str(number), home)
    if action == "notice_back":
        at_hand.take_back_notice(db(), forms.required_number("id"), by=actor())
        return _done("", "", home)
    if action == "change":
        at = catching_up.confirm(db(), forms.required_number("id"), by=actor())
        return _done("change", at.isoformat(), home)
    if action == "all":
        at, _count = catching_up.confirm_all(db(), _moment("until"), by=actor())
        return _done("change", at.isoformat(), home)
    if action == "change_back":
        catching_up.take_back(db(), _moment("id"), by=actor())
        return _done("", "", home)
    raise Invalid("できない操作です。画面のボタンから操作してください。", field="action")


def _told(one: at_hand.Told) -> dict[str, Any]:
    """A call in one line; `used` are the pages that answered it."""
    call = one.call
    return {
        "url": url_for("calls.show", id=call.id),
        "time": f"{call.started_at.astimezone(clock.HERE):%H:%M}",
        "channel": call.channel.value,
        "direction": call.direction.value,
        "type": call.inquiry_type,
        "words": one.words,
        "outcome": call.outcome.value if call.outcome else None,
        "used": [cards.link(page, desk=True) for page in one.used],
    }


def _news(one: News) -> dict[str, Any]:
    """A change as a line: what happened, why it stands there, and where to see it."""
    return {
        "id": one.revision_id,
        "page_id": one.page_id,
        "title": one.title,
        "kind": one.kind.value,
        "what": one.what.value,
        "line": one.note or _what_happened(one.what),
        "has_note": bool(one.note),
        "why": _why(one),
        "at": one.at,
        "diff_url": url_for("history.compare", id=one.page_id, a=one.before, b=one.after) if one.before else None,
        "moved_to": cards.link(one.moved_to, desk=True) if one.moved_to else None,
        "is_gone": one.what is What.ENDED,
    }


def _what_happened(what: What) -> str:
    return {
        What.NEW: _("新しい記事です。"),
        What.CHANGED: _("内容が変わりました。"),
        What.ADVICE: _("案内の仕方が変わりました。"),
        What.ENDED: _("公開を終えました。"),
    }[what]


def _why(one: News) -> str:
    if one.mine:
        return _("あなたが使う記事")
    if one.is_favourite:
        return _("お気に入り")
    return _("今月よく使われる記事") if one.uses else ""


def _outbound() -> dict[str, Any]:
    """The scripts to begin an outbound call with; with a campaign in the address those of the campaign alone."""
    found = at_hand.outbound(db(), viewer=actor(), language=lang())
    name = forms.text("campaign").strip()[: limits.TAG]
    campaign = next((one for one in found.campaigns if one.name == name), None)
    words = _aim_words()
    groups = [(words[aim.value], [_line(page) for page in scripts]) for aim, scripts in found.aims.items()]
    return {
        "campaign": campaign.name if campaign else "",
        "campaigns": [{"name": one.name, "count": len(one.scripts)} for one in found.campaigns],
        "groups": [(campaign.name, [_line(page) for page in campaign.scripts])] if campaign else groups,
        "count": found.count,
        "tag": OUTBOUND[lang()],
    }


def _aim_words() -> dict[str, str]:
    return {
        "reminder": _("リマインド"),
        "renewal": _("更新"),
        "thanks": _("お礼"),
        "survey": _("アンケート"),
        "other": _("そのほかの発信"),
    }


def _line(page: Any) -> dict[str, Any]:
    return {"id": page.id, "title": page.shown.title if page.shown else "", "kind": page.kind.value}


def _is_favourite(page_id: int) -> bool:
    return at_hand.is_favourite(db(), page_id, viewer=actor())


def _unread() -> int:
    return len(at_hand.board(db(), viewer=actor()).unread)


def _moment(name: str) -> datetime:
    """A moment that this app has written into a form."""
    try:
        found = datetime.fromisoformat(forms.text(name))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Invalid("画面が古くなっています。開き直してから、もう一度お試しください。", field=name)
    return found


def _sentence(undo: str) -> str:
    return {
        "notice": _("速報を確認しました。"),
        "change": _("変更を確認しました。"),
        "kept": _("お気に入りに入れました。"),
        "dropped": _("お気に入りから外しました。"),
        "": _("元に戻しました。"),
    }[undo]


def _done(undo: str, which: str, home: str) -> Any:
    """Go back to where the button was, or tell a script; both say what was done and how to take it back."""
    if wants_json():
        back = {"action": BACK[undo], "id": which} if undo else None
        return jsonify(told=_sentence(undo), back=back)
    place = urlsplit(addresses.safe_next(request.form.get("next")) or home)
    kept = [(name, value) for name, value in parse_qsl(place.query) if name not in ("undo", "which")]
    query = urlencode(kept + ([("undo", undo), ("which", which)] if undo else []))
    return redirect(place.path + (f"?{query}" if query else ""), 303)


def _undo() -> dict[str, str] | None:
    """What was just done, as the address tells it; None where it tells nothing of ours."""
    undo, which = request.args.get("undo", ""), request.args.get("which", "")
    if undo not in BACK or not which or len(which) > 40:
        return None
    of_page = undo in ("kept", "dropped")
    if of_page and not (which.isascii() and which.isdecimal() and len(which) < 10):
        return None
    url = url_for("at_hand.favourite", id=int(which)) if of_page else url_for("at_hand.confirm")
    return {"told": _sentence(undo), "action": BACK[undo], "id": which, "url": url}
