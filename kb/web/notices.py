"""The notices' desk: post, end and bring back; and the notices that every other screen shows."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from kb.rules import clock, limits
from kb.rules.errors import Invalid, KbError
from kb.rules.pages import Audience, Language
from kb.rules.roles import VISITOR
from kb.services import notices
from kb.services.notices import Draft, Shown
from kb.web import addresses, cards, forms
from kb.web.errors import wants_json
from kb.web.house import actor, lang
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.transaction import db

bp = Blueprint("notices", __name__)

# How browsers write a moment in <input type="datetime-local"> (WHATWG HTML, 2.3.5.5).
_MOMENTS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")


def for_customers(*, page_id: int | None = None) -> list[dict[str, Any]]:
    """The notices that hold for customers now, of this language, optionally about one page."""
    found = notices.current(db(), viewer=VISITOR, language=lang(), page_id=page_id)
    return [card(one, desk=False) for one in found]


def for_staff(*, page_id: int | None = None) -> list[dict[str, Any]]:
    """The notices that hold for this person of the staff now, in every language, optionally about one page."""
    return [card(one, desk=True) for one in notices.current(db(), viewer=actor(), page_id=page_id)]


@bp.get("/notices")
def index() -> Any:
    again = forms.number("again")
    return _draw(_again(again) if again is not None else _fresh())


@bp.post("/notices")
def act() -> Any:
    """Post, end or bring back; what is refused is drawn again with everything that was typed."""
    action = forms.text("action")
    try:
        if action == "post":
            notices.post(db(), _draft(), by=actor())
            flash(_("速報を出しました。"))
            return redirect(url_for("notices.index"))
        if action == "end":
            ended = notices.end(db(), forms.required_number("id"), by=actor())
            return redirect(url_for("notices.index", undo=ended.id))
        if action == "restore":
            notices.bring_back(db(), forms.required_number("id"), by=actor())
            flash(_("速報を元に戻しました。"))
            return redirect(url_for("notices.index"))
    except KbError as refused:
        if refused.status not in (409, 422) or wants_json():
            raise
        typed = forms.everything() if action == "post" else _fresh()
        return _draw(typed, {refused.field or "form": told(refused)}), refused.status
    raise Invalid("できない操作です。画面のボタンから操作してください。", field="action")


def _draft() -> Draft:
    starts = _moment("starts_at")
    ends = _moment("ends_at")
    if ends is None:
        raise Invalid("終わりの日時を入れてください。", field="ends_at")
    return Draft(
        forms.text("text"),
        forms.word("language", Language, Language(lang())),
        forms.word("audience", Audience, Audience.STAFF),
        forms.text("page"),
        starts or clock.now(),
        ends,
    )


def _moment(name: str) -> datetime | None:
    """A moment that was typed in Japan's time; None when the field is empty."""
    typed = forms.text(name).strip()
    for form in _MOMENTS:
        try:
            return datetime.strptime(typed, form).replace(tzinfo=clock.HERE).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    if typed:
        raise Invalid("日時は 2026-11-21T09:00 の形で入れてください。", field=name)
    return None


def _typed(moment: datetime) -> str:
    return f"{moment.astimezone(clock.HERE):%Y-%m-%dT%H:%M}"


def _fresh() -> dict[str, str]:
    """The empty form: from now to the end of tomorrow, for staff."""
    now = clock.now().astimezone(clock.HERE)
    ends = datetime.combine(now.date() + timedelta(days=1), time(23, 59), clock.HERE)
    times = {"starts_at": _typed(now), "ends_at": _typed(ends)}
    return {"text": "", "language": lang(), "audience": "staff", "page": "", **times}


def _again(notice_id: int) -> dict[str, str]:
    """The form filled in with an earlier notice, to be posted once more."""
    shown = notices.notice(db(), notice_id, viewer=actor())
    one = shown.notice
    page = f"#{shown.page.id}" if shown.page else ""
    return _fresh() | {
        "text": one.text,
        "language": one.language.value,
        "audience": one.audience.value,
        "page": page,
    }


def _draw(typed: dict[str, str], errors: dict[str, str] | None = None) -> str:
    board = notices.board(db(), viewer=actor())
    undo = forms.number("undo") if request.method == "GET" else None
    return render_template(
        "notices/index.html",
        typed=typed,
        errors=errors or {},
        current=[_row(one) for one in board.current],
        coming=[_row(one) for one in board.coming],
        past=[_row(one) for one in board.past],
        undo=next((_row(one) for one in board.past if one.notice.id == undo and _can_return(one)), None),
        most=limits.NOTICE,
    )


def _can_return(shown: Shown) -> bool:
    return shown.notice.removed_at is not None and shown.notice.ends_at > clock.now()


def card(shown: Shown, *, desk: bool) -> dict[str, Any]:
    """A notice as a line; on the desk its page is where staff read it."""
    one, page = shown.notice, shown.page
    url = (addresses.desk(page) if desk else addresses.public(page)) if page else None
    return {
        "id": one.id,
        "text": one.text,
        "language": one.language.value,
        "audience": one.audience.value,
        "until": one.ends_at,
        "page_id": page.id if page else None,
        "url": url,
        "title": page.shown.title if page and page.shown else "",
    }


def _row(shown: Shown) -> dict[str, Any]:
    one = shown.notice
    return card(shown, desk=True) | {
        "starts_at": one.starts_at,
        "who": cards.who(one.created_by),
        "removed_at": one.removed_at,
        "can_return": _can_return(shown),
    }
