"""What the screen of one item at the desk draws: its text, what is like it, how it came about, and the talk."""

from collections.abc import Iterable
from typing import Any

from flask import render_template, request, url_for

from kb.rules import clock
from kb.rules.desk import is_held
from kb.rules.errors import NotFound
from kb.rules.review_states import WAITING, State
from kb.rules.roles import Permission, may
from kb.services import comparing, following, reading, retracing, reviewing, talking
from kb.web import addresses, cards, forms, showing
from kb.web.house import actor, house
from kb.web.language import gettext as _
from kb.web.transaction import db

# What an address or a form may ask to have open.
DECISIONS = ("approve", "return", "duplicate", "reject")


def draw(item: following.Item, *, errors: dict[str, str] | None = None, stale: bool = False) -> str:
    """The screen of one item; after a refusal with what was typed, and after a 409 with what moved on."""
    revision = item.revision
    facts = showing.story_facts(revision) if item.is_story else None
    text = f"{revision.title} {facts['opening']}" if facts else revision.title
    view = reading.revision(
        db(), revision.page_id, revision.id, viewer=actor(), renderer=house().renderer, address=addresses.FOR_STAFF
    )
    typed = forms.everything() if request.method == "POST" else {}
    waiting = revision.state in WAITING
    findings = reviewing.unsettled(db(), revision, viewer=actor()) if waiting else []
    drawn = {
        "item": showing.proposal_row(item),
        "story": facts,
        "body": view.body,
        "ways": [_way(one) for one in retracing.ways(db(), revision.page_id, viewer=actor())] if item.is_story else [],
        "others": _others(revision),
        "thread": thread(revision),
        "callable": callable_people(revision.id),
        "found": [{"key": one.key, "kind": one.kind.value, "value": one.value} for one in findings],
        **_moved(revision, stale=stale),
        **_standing(revision, waiting=waiting),
    }
    # A search lets go of the session's rows, so it comes after everything that is told of them.
    found = retracing.alike(db(), house(), text, but=revision.page_id, viewer=actor())
    return render_template(
        "review/show.html",
        alike={"pages": [_like(one) for one in found.pages], "stories": [_like(one) for one in found.stories]},
        kept=request.form.getlist("keep"),
        ready=ready_thanks(),
        errors=errors or {},
        values=typed,
        opens=asked if (asked := forms.text("decision")) in DECISIONS else "",
        **drawn,
    )


def _standing(revision: Any, *, waiting: bool) -> dict[str, Any]:
    """Whose turn it is: the reader's, another SV's, or nobody's any more."""
    held = is_held(revision.taken_by_id, revision.taken_at, clock.now())
    elsewhere = waiting and held and revision.taken_by_id != actor().id
    may_publish = revision.author_id != actor().id or may(actor(), Permission.APPROVE_OWN)
    newer = None
    if revision.state is State.RETURNED:
        later = [one for one in following.waiting_on(db(), revision.page_id, viewer=actor()) if one.id > revision.id]
        newer = {"id": later[0].id, "number": later[0].number} if later else None
    return {
        "may_decide": waiting and not elsewhere and may_publish,
        "taken_elsewhere": elsewhere,
        "mine": waiting and held and not elsewhere,
        "newer": newer,
    }


def _moved(revision: Any, *, stale: bool) -> dict[str, Any]:
    """The live page beside the proposal, and, where it moved on, what was seen beside what readers see now."""
    current = revision.page.current
    known: dict[str, Any] = {"page": None, "rows": None, "added": 0, "removed": 0, "mode": "inline", "moved": None}
    if current is None or current.id == revision.id:
        return known
    compared = comparing.between(current, revision, viewer=actor())
    page = {"id": revision.page_id, "title": current.title, "number": current.number, "revision_id": current.id}
    known |= {"page": page, "rows": compared.rows, "added": compared.added, "removed": compared.removed}
    known["mode"] = "pairs" if forms.text("diff") == "pairs" else "inline"
    known["overtaken"] = revision.state in WAITING and (stale or revision.base_id != current.id)
    seen = forms.number("current") if stale else revision.base_id
    if known["overtaken"] and seen is not None and seen != current.id:
        try:
            step = comparing.compare(db(), revision.page_id, seen, current.id, viewer=actor())
        except NotFound:
            return known
        old, new = (showing.revision_row(one) for one in (step.old, step.new))
        known["moved"] = {"rows": step.rows, "old": old, "new": new, "fields": step.fields}
    return known


def _like(result: Any) -> dict[str, Any]:
    page = result.page
    return {
        **cards.look_alike(result),
        "url": url_for("pages.show", id=page.id),
        "state": "" if page.current_revision_id else "waiting",
        "can_take": page.current_revision_id is not None,
    }


def _way(way: retracing.Way) -> dict[str, Any]:
    return {
        "url": url_for("calls.show", id=way.call_id),
        "channel": way.channel.value,
        "searches": way.searches,
        "opened": [{**cards.link(page, desk=True), "used": used} for page, used in way.opened],
        "purposes": way.purposes,
        "outcome": way.outcome.value if way.outcome else "",
        "minutes": way.minutes,
    }


def _others(revision: Any) -> list[dict[str, Any]]:
    """The author's other words as lines that lead to them."""
    found = retracing.others(db(), revision, viewer=actor())
    stories = [
        {"url": url_for("review.show", id=one.id), "words": one.title, "at": one.submitted_at, "said": False}
        for one in found.stories
        if one.submitted_at is not None
    ]
    said = [
        {"url": url_for("review.show", id=one.revision_id), "words": one.body, "at": one.at, "said": True}
        for one in found.comments
        if one.revision.submitted_at is not None
    ]
    return stories + said


def thread(revision: Any) -> list[dict[str, Any]]:
    """What was said and done on a proposal's page, the oldest first, as far as the reader may know it."""
    talk = [
        {
            "kind": "comment",
            "author": cards.who(said.comment.author),
            "role": said.comment.author.role.value if said.comment.author else "operator",
            "pieces": said.pieces,
            "quote": said.quote,
            "at": said.comment.at,
        }
        for said in talking.talk(db(), revision.page_id, viewer=actor())
    ]
    events = [
        {"kind": "event", "sentence": f"{cards.who(one.actor)}　{showing.event_sentence(one)}", "at": one.at}
        for one in following.told(db(), revision.page_id, viewer=actor())
        if one.verb != "comment written"
    ]
    return sorted(talk + events, key=lambda entry: entry["at"])


def callable_people(revision_id: int) -> list[dict[str, str]]:
    """Whom one can call in a comment here: what is shown, and what is written behind the @."""
    found = talking.people(db(), revision_id, viewer=actor())
    return [
        {"name": one.display_name, "handle": talking.handle(one, found), "id": one.name, "role": one.role.value}
        for one in found
    ]


def called_names(revision_id: int) -> list[str]:
    """The calls that one may write here: a colleague's name behind an @ tells nothing of a customer."""
    found = talking.people(db(), revision_id, viewer=actor())
    return [f"@{name}" for one in found for name in (one.display_name, "".join(one.display_name.split()))]


def ready_thanks() -> Iterable[str]:
    """Three short sentences to thank with, for whoever has no words at hand."""
    return (
        _("助かります。ありがとう。"),
        _("よい気づきです。"),
        _("また聞かせてください。"),
    )
