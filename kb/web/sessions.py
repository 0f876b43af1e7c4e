"""Story sessions: their list, one of them for those who were asked, what tellers prepare, and the calendar file."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for

from kb.rules import limits
from kb.rules.errors import Invalid
from kb.rules.roles import Permission, may
from kb.services import concluding, reading, sessions, tasking, telling
from kb.services.concluding import Fate
from kb.services.sessions import StorySession
from kb.services.telling import NoteKind, SessionNote, SessionState, Told
from kb.web import addresses, cards, forms, transaction
from kb.web.house import actor
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.masking import settled
from kb.web.transaction import db

bp = Blueprint("sessions", __name__)


def questions() -> dict[str, str]:
    """The questions of the sheet and of the wall, by the names of their answers."""
    return {
        "wanted": _("お客様は、本当は何を望んでいましたか"),
        "felt": _("そのとき、何を感じましたか"),
        "again": _("もう一度なら、どうしますか"),
    }


def marks() -> list[tuple[str, str]]:
    """The marks of a note, in the order of their keys."""
    return [
        (NoteKind.FACT.value, _("事実")),
        (NoteKind.FEELING.value, _("気持ち")),
        (NoteKind.IDEA.value, _("アイデア")),
        (NoteKind.RULE.value, _("壊す決まり")),
    ]


def fate_word(fate: Fate | None) -> str:
    """What became of a note."""
    return {
        None: _("まだ決めていない"),
        Fate.PROPOSAL: _("記事の改訂"),
        Fate.STORY: _("新しい体験"),
        Fate.VOICE: _("お客様の声"),
        Fate.TASK: _("やること"),
        Fate.NOTHING: _("何もしない"),
    }[fate]


@bp.get("/sessions")
def index() -> Any:
    """What is coming or on, with past=1 what is over."""
    past = forms.ticked("past")
    found = sessions.over(db(), viewer=actor()) if past else sessions.coming(db(), viewer=actor())
    return render_template(
        "sessions/index.html",
        sessions=[card(one) for one in found],
        past=past,
        coming=sessions.count_coming(db(), viewer=actor()),
        tasks=tasking.count_mine(db(), viewer=actor()),
    )


@bp.get("/sessions/<int:id>")
def show(id: int) -> Any:
    found = sessions.get(db(), id, viewer=actor())
    noted = telling.notes(db(), found, viewer=actor())
    minutes = found.minutes_page_id and reading.known(db(), found.minutes_page_id, viewer=actor())
    return render_template(
        "sessions/show.html",
        session=card(found),
        stories=[story_card(one) for one in telling.stories(db(), found, viewer=actor())],
        people=[person(one.user, teller=one.is_teller) for one in found.people],
        notes=[note_card(one) for one in noted],
        left=concluding.left(noted),
        minutes=cards.outcome(minutes),
        questions=questions(),
    )


@bp.post("/sessions/<int:id>")
def act(id: int) -> Any:
    """Call it off, or begin."""
    action = forms.text("action")
    if action == "cancel":
        sessions.cancel(db(), id, by=actor())
        flash(_("取りやめました。呼んだ人に知らせました。"))
    elif action == "start":
        telling.start(db(), id, by=actor())
        return redirect(url_for("sessions.stage", id=id), 303)
    else:
        raise Invalid("できない操作です。画面のボタンから操作してください。", field="action")
    return redirect(url_for("sessions.index"), 303)


@bp.get("/sessions/<int:id>/sheet")
def sheet(id: int) -> Any:
    """The questions that a teller thinks about beforehand, for the story in the address or their first one."""
    return _sheet(id, {})


@bp.post("/sessions/<int:id>/sheet")
def keep_sheet(id: int) -> Any:
    names = questions()
    texts = settled({name: forms.text(name) for name in names}, labels=names)
    page_id = forms.required_number("story")
    try:
        sessions.fill_sheet(db(), id, page_id, texts, by=actor())
    except Invalid as refused:
        transaction.give_up()
        return _sheet(id, {refused.field or "form": told(refused)}, texts), refused.status
    flash(_("準備のメモを保存しました。当日、手もとに出せます。"))
    return redirect(url_for("sessions.show", id=id), 303)


@bp.get("/sessions/<int:id>/calendar.ics")
def calendar(id: int) -> Any:
    """The session for a calendar."""
    found = sessions.get(db(), id, viewer=actor())
    url = addresses.absolute(url_for("sessions.show", id=id))
    answer: Response = make_response(sessions.appointment(found, url=url))
    answer.mimetype = "text/calendar"
    answer.headers["Content-Type"] = "text/calendar; charset=utf-8; method=PUBLISH"
    answer.headers["Content-Disposition"] = f"attachment; filename=session-{id}.ics"
    return answer


def card(found: StorySession) -> dict[str, Any]:
    """A session in short."""
    known = telling.stories(db(), found, viewer=actor())
    mine = [one for one in known if one.teller is not None and one.teller.id == actor().id]
    return {
        "id": found.id,
        "title": found.title,
        "place": found.place,
        "state": found.state.value,
        "state_word": _state_word(found.state),
        "starts_at": found.starts_at,
        "ends_at": found.starts_at + timedelta(minutes=found.minutes),
        "minutes": found.minutes,
        "minutes_a_story": found.minutes_a_story,
        "host": cards.who(found.host),
        "people": len(found.people),
        "stories": len(found.stories),
        "titles": [one.title for one in known if one.page is not None][:3],
        "mine": [{"id": one.page_id, "title": one.title, "filled": bool(one.sheet)} for one in mine],
        "may_hold": may(actor(), Permission.HOLD_SESSIONS),
        "ended_at": found.ended_at,
    }


def story_card(one: Told) -> dict[str, Any]:
    """A story of a session."""
    page = one.page
    return {
        "id": one.page_id,
        "title": one.title or _("いまは開けない体験"),
        "url": addresses.desk(page) if page is not None else None,
        "audience": page.audience.value if page is not None else "",
        "waits": page is not None and page.current is None,
        "words": one.words,
        "rest": one.rest,
        "teller": one.teller.display_name if one.teller is not None else "",
        "mine": one.teller is not None and one.teller.id == actor().id,
        "sheet": one.sheet,
        "told": one.is_told,
    }


def person(user: Any, *, teller: bool) -> dict[str, Any]:
    """Somebody who was asked."""
    return {"name": user.display_name, "role": user.role.value, "teller": teller}


def note_card(one: SessionNote) -> dict[str, Any]:
    """A note, and what became of it."""
    words = dict(marks())
    revision = one.revision
    page = reading.known(db(), revision.page_id, viewer=actor()) if revision is not None else None
    return {
        "id": one.id,
        "story": one.page_id,
        "kind": one.kind.value,
        "kind_word": words[one.kind.value],
        "words": one.words,
        "who": cards.who(one.by),
        "settled": one.fate is not None,
        "fate": one.fate.value if one.fate is not None else "",
        "fate_word": fate_word(one.fate),
        "page": cards.outcome(page),
    }


def _sheet(id: int, errors: dict[str, str], values: dict[str, str] | None = None) -> str:
    found = sessions.get(db(), id, viewer=actor())
    mine = [one for one in telling.stories(db(), found, viewer=actor()) if one.teller and one.teller.id == actor().id]
    chosen = forms.number("story")
    story = next((one for one in mine if chosen in (None, one.page_id)), None)
    return render_template(
        "sessions/sheet.html",
        session=card(found),
        story=story_card(story) if story is not None else None,
        others=[story_card(one) for one in mine if one is not story],
        questions=questions(),
        values=values or (story.sheet if story is not None else {}),
        errors=errors,
        open=found.state in sessions.OPEN,
        most=limits.SHEET,
    )


def _state_word(state: SessionState) -> str:
    return {
        SessionState.PLANNED: _("予定"),
        SessionState.RUNNING: _("開いている"),
        SessionState.ENDED: _("終わった"),
        SessionState.CANCELLED: _("取りやめ"),
    }[state]
