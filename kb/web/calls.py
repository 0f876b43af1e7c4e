"""The calls of some days for supervisors, as a list and as a table for spreadsheets; and one call from begin to end."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, render_template, request, url_for

from kb.rules import clock, limits
from kb.rules.calls import Channel, Outcome, StepKind
from kb.rules.errors import Invalid
from kb.rules.roles import Permission, may
from kb.services import exporting_calls, recounting, settings
from kb.services.recounting import Call, Wanted
from kb.web import cards, filters, forms
from kb.web.house import actor, house
from kb.web.language import gettext as _
from kb.web.transaction import db

bp = Blueprint("calls", __name__)

_FIRST_YEAR, _LAST_YEAR = 1970, 2200


@bp.get("/calls")
def index() -> Any:
    wanted, given = narrowed(), as_given()
    number = max(1, forms.number("page", 1) or 1)
    offset = (number - 1) * limits.PAGE_SIZE
    found = recounting.listing(db(), wanted, viewer=actor(), offset=offset, limit=limits.PAGE_SIZE)
    titles = recounting.titles(db(), found.calls, viewer=actor())
    kept = settings.current(db()).inquiry_types
    return render_template(
        "calls/index.html",
        calls=[row(call, titles) for call in found.calls],
        total=found.total,
        filters=given,
        types=[(name, name) for name in dict.fromkeys([*kept, *found.types])],
        channels=[(one.value, filters.channel_word(one)) for one in Channel],
        outcomes=[(one.value, filters.outcome_word(one)) for one in Outcome],
        page=number,
        pages=cards.page_count(found.total),
        page_url=cards.pages_of("calls.index", **given),
        table_url=url_for("calls.export", **{name: value for name, value in given.items() if value}),
    )


@bp.get("/calls.csv")
def export() -> Any:
    """The calls that fit, as one table; it leaves while it is being read, so that no number of them is too many."""
    wanted, reader, opened = narrowed(), actor(), house()
    # The words of this request's language; the table is written after the request is over.
    words = {sentence: _(sentence) for sentence in (*exporting_calls.HEADINGS, *exporting_calls.WORDS.values())}

    def lines() -> Iterator[str]:
        # Nor does the request's session live that long.
        with opened.store.reading() as session:
            yield from exporting_calls.csv_lines(session, wanted, by=reader, say=words.__getitem__)

    if request.method == "HEAD":
        return Response(mimetype="text/csv")
    days = "-".join(str(day) for day in (wanted.since, wanted.until) if day)
    named = {"Content-Disposition": f"attachment; filename=calls{days and '-'}{days}.csv"}
    return Response(lines(), mimetype="text/csv", headers=named)


@bp.get("/calls/<int:id>")
def show(id: int) -> Any:
    call = recounting.one(db(), id, viewer=actor())
    titles = recounting.titles(db(), [call], viewer=actor())
    ticket_url = settings.current(db()).ticket_url
    return render_template(
        "calls/show.html",
        call={
            **row(call, titles),
            "ended_at": call.ended_at,
            "customer": call.customer.value if call.customer else "",
            "ivr": call.ivr,
            "campaign": call.campaign,
            "ticket": call.ticket,
            "ticket_url": ticket_url.replace("{ticket}", quote(call.ticket, safe="")) if call.ticket else "",
            "memo": call.memo,
            "key": call.key,
            "purpose": call.purpose,
            "to_use": _span(recounting.seconds_to_use(call)),
            "operator": cards.who(call.user) if call.user_id else "",
            "is_mine": call.user_id is not None and call.user_id == actor().id,
            "is_imported": call.external_id is not None,
            "name": call.external_id or "",
            "harassment_at": call.harassment_at,
        },
        story=_page(call.story_id, titles) if call.story_id in titles else None,
        steps=[_step(call, step, titles) for step in call.steps],
        home=url_for("calls.index") if may(actor(), Permission.READ_CALLS) else None,
    )


def as_given() -> dict[str, str]:
    """What the list is narrowed to, as the address says it."""
    names = ("from", "to", "channel", "type", "outcome")
    return {name: forms.text(name).strip()[: limits.TAG] for name in names} | {
        "gap": "1" if forms.ticked("gap") else ""
    }


def narrowed() -> Wanted:
    """The calls that the address asks for; raises Invalid for what can't be read."""
    since, until = _day("from"), _day("to")
    if since and until and until < since:
        raise Invalid("終わりの日が、始まりの日より前です。", field="to")
    return Wanted(
        since,
        until,
        forms.maybe("channel", Channel),
        forms.text("type").strip()[: limits.INQUIRY_TYPE] or None,
        forms.maybe("outcome", Outcome),
        gap=forms.ticked("gap"),
    )


def row(call: Call, titles: dict[int, str]) -> dict[str, Any]:
    """A call as the list draws it; `words` say what it was about, as far as anybody wrote that down."""
    searches = [step.words for step in recounting.standing(call, StepKind.SEARCH) if step.words]
    used = dict.fromkeys(step.page_id for step in recounting.standing(call, StepKind.USE) if step.page_id)
    picked = [step.words for step in recounting.standing(call, StepKind.PURPOSE) if step.words]
    return {
        "id": call.id,
        "url": url_for("calls.show", id=call.id),
        "at": call.started_at,
        "channel": call.channel.value,
        "direction": call.direction.value,
        "type": call.inquiry_type,
        "outcome": call.outcome.value if call.outcome else "",
        "is_on": call.ended_at is None and call.wrapped_at is None,
        "said": searches[0] if searches else "",
        "about": call.purpose or "、".join(dict.fromkeys(picked)) or call.memo,
        "used": [_page(page_id, titles) for page_id in used],
        "gaps": [step.words for step in recounting.standing(call, StepKind.GAP)],
        "span": _span(recounting.seconds(call)),
    }


def _step(call: Call, step: Any, titles: dict[int, str]) -> dict[str, Any]:
    return {
        # Of calls from elsewhere nobody knows when what happened.
        "time": _span(round((step.at - call.started_at).total_seconds())) if call.external_id is None else "",
        "kind": step.kind.value,
        "words": step.words,
        "count": step.count,
        "page": _page(step.page_id, titles) if step.page_id else None,
        "undone": step.undone_at is not None,
    }


def _page(page_id: int | None, titles: dict[int, str]) -> dict[str, Any]:
    """A page in a call; one that this reader can't open has no address."""
    title = titles.get(page_id or 0)
    return {"title": title or "", "url": url_for("pages.show", id=page_id) if title else None, "id": page_id}


def _span(seconds: int | None) -> str:
    """6:30; empty while it is not known."""
    return f"{seconds // 60}:{seconds % 60:02}" if seconds is not None and seconds >= 0 else ""


def _day(name: str) -> date | None:
    """A day as <input type="date"> writes it; None for an empty field."""
    typed = forms.text(name).strip()
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = None
    if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        today = clock.today().isoformat()
        raise Invalid("日付は %(today)s のように入れてください。", field=name, today=today)
    return day
