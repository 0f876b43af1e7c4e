"""Stories and proposals of one's own: write, submit, follow."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from kb.rules import limits
from kb.rules.errors import Invalid
from kb.rules.pages import Audience
from kb.rules.review_states import WAITING, State
from kb.services import answering, drafting, following, reading, retelling, searching, submitting, talking
from kb.services.concluding import Fate
from kb.services.submitting import Story
from kb.web import addresses, cards, forms, noted, showing, transaction
from kb.web.house import actor, house
from kb.web.item import callable_people, called_names, thread
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.masking import settled
from kb.web.transaction import db

bp = Blueprint("stories", __name__)

PARTS = ("title", "words", "purpose", "done", "proposal", "result", "learnt", "channel")
TABS = {
    "draft": (State.DRAFT, State.RETURNED),
    "waiting": WAITING,
    "decided": (State.APPROVED, State.MERGED, State.REJECTED, State.DUPLICATE, State.WITHDRAWN),
}


@bp.get("/stories")
def index() -> Any:
    items = following.mine(db(), by=actor())
    tab = forms.text("tab", "all")
    counts = {name: sum(item.revision.state in states for item in items) for name, states in TABS.items()}
    chosen = [item for item in items if item.revision.state in TABS[tab]] if tab in TABS else items
    number = max(1, forms.number("page", 1) or 1)
    start = (number - 1) * limits.PAGE_SIZE
    return render_template(
        "stories/index.html",
        stories=[_row(item) for item in chosen[start : start + limits.PAGE_SIZE]],
        tab=tab if tab in TABS else "all",
        counts={"all": len(items), **counts},
        page=number,
        pages=cards.page_count(len(chosen)),
        page_url=cards.pages_of("stories.index", tab=tab),
    )


@bp.get("/stories/new")
def new() -> Any:
    draft = forms.number("draft")
    if draft is not None:
        item = following.own(db(), draft, by=actor())
        if not item.is_story:
            return redirect(url_for("editor.edit", id=item.revision.page_id, take=draft))
        story = submitting.from_revision(item.revision)
        values = {name: getattr(story, name) for name in PARTS}
        values |= {"category": str(story.category_id or ""), "audience": story.audience.value}
        place = f"story:{item.revision.page_id}"
    else:
        # A story begun from a search has a draft of its own, so that an older unfinished one does not cover its words.
        words = forms.text("words")[: limits.QUERY]
        item, place = None, f"story:{words}"[:40] if words else "story"
        # The form posts to its own address, so the number of the inquiry that it began with comes back by itself.
        if (inquiry := forms.number("inquiry")) is not None:
            words, place = answering.seed(db(), inquiry, by=actor()).words, f"story:inquiry {inquiry}"
        if said := noted.said():
            words, place = said, f"story:note {forms.number(noted.NAME)}"
        values = {"words": words, "audience": Audience.STAFF.value}
        if (call := forms.number("call")) is not None:
            known = retelling.seed(db(), call, by=actor())
            # The words that found nothing go before those that the call was searched with.
            values |= {name: getattr(known, name) for name in PARTS} | ({"words": words} if words else {})
            place = f"story:call {call}"
    kept = drafting.kept(db(), place, by=actor())
    if kept is not None:
        values |= {name: value for name, value in kept.fields.items() if value}
    return _draw(values, item=item, place=place, saved_at=kept.saved_at if kept else None)


@bp.post("/stories/new")
def write() -> Any:
    draft = forms.number("draft")
    item = following.own(db(), draft, by=actor()) if draft is not None else None
    page_id = item.revision.page_id if item is not None else None
    place = forms.text("place")[:40]
    before = [item.revision.title, item.revision.body] if item is not None else []
    texts = settled({name: forms.text(name).strip() for name in PARTS if name != "channel"}, known=before)
    try:
        story = Story(
            **texts,
            channel=forms.text("channel").strip(),
            category_id=forms.number("category"),
            audience=forms.word("audience", Audience, Audience.STAFF),
        )
        if forms.text("action") == "draft":
            revision = submitting.save_draft(db(), story, page_id=page_id, by=actor())
            flash(_("下書きに置きました。"))
        else:
            revision = submitting.submit(db(), story, page_id=page_id, by=actor())
            flash(_("提出しました。ありがとうございます。SVが確認します。"))
    except Invalid as refused:
        errors = {refused.field or "form": told(refused)}
        return _draw(forms.everything(), item=item, place=place, errors=errors), refused.status
    if (inquiry := forms.number("inquiry")) is not None:
        answering.link(db(), inquiry, revision.page, by=actor())
    if (call := forms.number("call")) is not None:
        retelling.link(db(), call, revision.page, by=actor())
    back = noted.settled(revision, Fate.STORY) if forms.text("action") != "draft" else None
    if place.startswith("story"):
        drafting.drop(db(), place, by=actor())
    return redirect(back or url_for("stories.show", id=revision.id))


@bp.get("/stories/<int:id>")
def show(id: int) -> Any:
    return _draw_own(following.own(db(), id, by=actor()))


@bp.post("/stories/<int:id>")
def act(id: int) -> Any:
    """Withdraw, answer the SV, or say that the outcome was read."""
    action = forms.text("action")
    if action == "withdraw":
        submitting.withdraw(db(), id, by=actor())
        flash(_("取り下げました。"))
    elif action == "resubmit":
        submitting.resubmit(db(), id, by=actor())
        flash(_("もう一度提出しました。"))
    elif action == "seen":
        submitting.mark_seen(db(), id, by=actor())
    elif action == "comment":
        following.own(db(), id, by=actor())
        words = settled({"comment": forms.text("comment")}, known=called_names(id))["comment"]
        try:
            talking.comment(db(), id, words, quote=forms.text("quote"), by=actor())
        except Invalid as refused:
            transaction.give_up()
            field = "quote" if refused.field == "quote" else "comment"
            item = following.own(db(), id, by=actor())
            return _draw_own(item, errors={field: told(refused)}, values=forms.everything()), refused.status
        flash(_("送りました。"))
    else:
        raise Invalid("できない操作です。画面のボタンから操作してください。", field="action")
    return redirect(url_for("stories.show", id=id))


@bp.post("/stories/look-alikes")
def look_alikes() -> Any:
    """What tells something like the text so far; answered alone while somebody writes."""
    with house().store.reading() as session:
        found = searching.look_alikes(session, house(), forms.text("text"), viewer=actor())
        return render_template("parts/look_alikes.html", look_alikes=[cards.look_alike(one) for one in found])


def _draw_own(
    item: following.Item, *, errors: dict[str, str] | None = None, values: dict[str, str] | None = None
) -> str:
    revision = item.revision
    view = reading.revision(
        db(), revision.page_id, revision.id, viewer=actor(), renderer=house().renderer, address=addresses.FOR_STAFF
    )
    return render_template(
        "stories/show.html",
        story={**_row(item), "revision_id": revision.id, "number": revision.number, "decided_at": revision.decided_at},
        body=view.body,
        thread=thread(revision),
        callable=callable_people(revision.id),
        may_edit=revision.state in (State.DRAFT, State.RETURNED),
        may_withdraw=revision.state in (State.DRAFT, State.SUBMITTED),
        errors=errors or {},
        values=values or {},
    )


def _row(item: following.Item) -> dict[str, Any]:
    revision = item.revision
    # What a story became may be for SVs alone: then its author learns that it was used, but not where.
    outcome = revision.outcome_page_id and reading.known(db(), revision.outcome_page_id, viewer=actor())
    return {
        "id": revision.id,
        "title": revision.title,
        "what": _("体験") if item.is_story else _("改訂の提案"),
        "state": revision.state.value,
        "audience": revision.audience.value,
        "moved_at": revision.decided_at or revision.submitted_at or revision.created_at,
        "author": cards.who(revision.author),
        "reason": revision.reason,
        "thanks": revision.thanks,
        "decided_by": cards.who(revision.decided_by) if revision.decided_by else "",
        "outcome": cards.outcome(outcome),
        "unseen": revision.decided_by_id is not None and revision.author_seen_at is None,
    }


def _draw(
    values: dict[str, Any],
    *,
    item: following.Item | None,
    place: str,
    errors: dict[str, str] | None = None,
    saved_at: Any = None,
) -> str:
    told_so_far = " ".join(str(values.get(name, "")) for name in ("title", "words", "purpose")).strip()
    but = item.revision.page_id if item else None
    found = searching.look_alikes(db(), house(), told_so_far, but=but, viewer=actor()) if told_so_far else []
    returned = None
    if item is not None and item.revision.state is State.RETURNED:
        revision = item.revision
        returned = {"who": cards.who(revision.decided_by), "at": revision.decided_at, "reason": revision.reason}
    return render_template(
        "stories/new.html",
        values=values,
        errors=errors or {},
        categories=showing.category_options(reading.shelves(db(), viewer=actor())),
        look_alikes=[cards.look_alike(one) for one in found],
        returned=returned,
        saved_at=saved_at,
        draft_id=item.revision.id if item else None,
        place=place,
        autosave_url=url_for("editor.keep"),
        look_alikes_url=url_for("stories.look_alikes"),
    )
