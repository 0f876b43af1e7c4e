"""The form of a story session: pick stories or take a proposed theme, set time and place, ask people."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kb.rules import clock, limits
from kb.rules.errors import Faults, Invalid
from kb.services import reading, sessions, telling, themes
from kb.services.sessions import Plan
from kb.services.themes import Candidate
from kb.web import cards, forms, showing, transaction
from kb.web.house import actor
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.sessions import bp, card, story_card
from kb.web.transaction import db

SHOWN = 30  # candidates of one list
# How browsers write a moment in <input type="datetime-local"> (WHATWG HTML, 2.3.5.5).
MOMENTS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")


@bp.get("/sessions/new")
def new() -> Any:
    """A plan for this time next week; stories may come with the address."""
    return _draw(None, _fresh(), {})


@bp.post("/sessions/new")
def plan() -> Any:
    """Plan it, or with any other button than that draw the form again with other stories in it."""
    return _sent(None)


@bp.get("/sessions/<int:id>/edit")
def edit(id: int) -> Any:
    found = sessions.get(db(), id, viewer=actor())
    values = {
        "title": found.title,
        "place": found.place,
        "starts_at": _typed(found.starts_at),
        "minutes": str(found.minutes),
        "minutes_a_story": str(found.minutes_a_story),
        "stories": [one.page_id for one in found.stories],
        "people": {one.user_id for one in found.people},
    }
    return _draw(id, values, {})


@bp.post("/sessions/<int:id>/edit")
def change(id: int) -> Any:
    """The same for a session that is planned."""
    return _sent(id)


def _sent(id: int | None) -> Any:
    values = forms.everything() | {"stories": _ordered(), "people": set(forms.numbers("people"))}
    if forms.text("action") != "plan":
        if not forms.text("title").strip() and (words := forms.text("theme_words")):
            values["title"] = words[: limits.TITLE]
        return _draw(id, values, {})
    try:
        wanted = _wanted(values)
        if id is None:
            made = sessions.plan(db(), wanted, by=actor())
            flash(_("予定を立てました。呼んだ人に知らせました。"))
        else:
            made = sessions.change(db(), id, wanted, by=actor())
            flash(_("予定を変えました。"))
    except Faults as refused:
        transaction.give_up()
        return _draw(id, values, {name: told(one) for name, one in refused.each.items()}), refused.status
    except Invalid as refused:
        transaction.give_up()
        return _draw(id, values, {refused.field or "form": told(refused)}), refused.status
    return redirect(url_for("sessions.show", id=made.id), 303)


def _ordered() -> list[int]:
    """The chosen stories in their order, after the button that was pressed: up, down, drop, or a whole theme."""
    chosen = list(forms.numbers("stories"))
    theme = [int(one) for one in forms.text("theme").split(",") if one.isascii() and one.isdecimal()]
    chosen += [one for one in theme[: limits.SESSION_STORIES] if one < forms.BIGGEST and one not in chosen]
    drop, up, down = forms.number("drop"), forms.number("up"), forms.number("down")
    if drop in chosen:
        chosen.remove(drop)
    for moved, step in ((up, -1), (down, 1)):
        if moved in chosen:
            at = chosen.index(moved)
            chosen.insert(max(0, at + step), chosen.pop(at))
    return chosen


def _wanted(values: dict[str, Any]) -> Plan:
    wanted = Plan(
        title=values.get("title", ""),
        place=values.get("place", ""),
        minutes=forms.number("minutes"),
        minutes_a_story=forms.number("minutes_a_story"),
        stories=tuple(values["stories"]),
        people=tuple(sorted(values["people"])),
    )
    typed = values.get("starts_at", "").strip()
    for form in MOMENTS:
        try:
            return replace(wanted, starts_at=datetime.strptime(typed, form).replace(tzinfo=clock.HERE).astimezone(UTC))
        except (ValueError, OverflowError):
            continue
    if typed:
        raise Invalid("日時は 2026-11-21T09:00 の形で入れてください。", field="starts_at")
    return wanted


def _fresh() -> dict[str, Any]:
    day = clock.today() + timedelta(days=7)
    return {
        "title": "",
        "place": "",
        "starts_at": _typed(datetime.combine(day, time(16, 0), clock.HERE)),
        "minutes": "60",
        "minutes_a_story": "7",
        "stories": list(forms.numbers("stories")),
        "people": set(),
    }


def _typed(moment: datetime) -> str:
    return f"{moment.astimezone(clock.HERE):%Y-%m-%dT%H:%M}"


def _draw(id: int | None, values: dict[str, Any], errors: dict[str, str]) -> str:
    found = sessions.get(db(), id, viewer=actor()) if id is not None else None
    waiting = {"waiting": True, "published": False}.get(forms.text("waiting"))
    words, category_id = forms.text("q")[: limits.QUERY], forms.number("category")
    everything = {one.page.id: one for one in themes.candidates(db(), viewer=actor())}
    fitting = themes.candidates(db(), words, waiting=waiting, category_id=category_id, viewer=actor())
    left = [one for one in fitting if one.page.id not in values["stories"]]
    # A story that was decided on meanwhile is no candidate, and still chosen.
    kept = {one.page_id: one for one in telling.stories(db(), found, viewer=actor())} if found is not None else {}
    chosen = [_row(everything[one]) for one in values["stories"] if one in everything]
    chosen += [story_card(kept[one]) for one in values["stories"] if one in kept and one not in everything]
    return render_template(
        "sessions/plan.html",
        session=card(found) if found is not None else None,
        values=values | {"q": words, "waiting": forms.text("waiting"), "category": str(category_id or "")},
        errors=errors,
        chosen=chosen,
        candidates=[_row(one) for one in left[:SHOWN]],
        more=max(0, len(left) - SHOWN),
        themes=[
            {
                "words": one.words,
                "stories": [_row(story) for story in one.stories],
                "ids": ",".join(str(story.page.id) for story in one.stories),
            }
            for one in themes.propose(db(), viewer=actor())
        ],
        people=[
            {"id": one.id, "name": one.display_name, "role": one.role.value, "me": one.id == actor().id}
            for one in sessions.staff(db(), viewer=actor())
        ],
        categories=showing.category_options(reading.shelves(db(), viewer=actor())),
        moved=forms.text("up") or forms.text("down"),
        looked_for=request.method == "POST" and forms.text("action") == "find",
    )


def _row(one: Candidate) -> dict[str, Any]:
    page = one.page
    return {
        "id": page.id,
        "title": page.shown.title if page.shown else "",
        "teller": page.created_by.display_name if page.created_by else "",
        "waits": page.current is None,
        "audience": page.audience.value,
        "at": page.updated_at,
        "category": cards.category(page.category),
        "told_before": one.told_before,
    }
