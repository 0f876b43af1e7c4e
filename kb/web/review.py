"""The SV's desk: the queue, one item, and every decision on it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from kb.rules import limits
from kb.rules.errors import Invalid
from kb.rules.roles import Permission, may
from kb.services import comparing, following, masking, reading, reviewing, searching
from kb.services.editing import Stale
from kb.web import addresses, cards, forms, showing
from kb.web.house import actor, house
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.masking import settled
from kb.web.stories import thread
from kb.web.transaction import db

bp = Blueprint("review", __name__)


@bp.get("/review")
def queue() -> Any:
    items = following.queue(db(), viewer=actor())
    mine = [item for item in items if item.revision.taken_by_id == actor().id]
    stories = [item for item in items if item.is_story]
    edits = [item for item in items if not item.is_story]
    tabs = {"all": items, "story": stories, "edit": edits, "mine": mine}
    tab = forms.text("tab", "all") if forms.text("tab", "all") in tabs else "all"
    number = max(1, forms.number("page", 1) or 1)
    start = (number - 1) * limits.PAGE_SIZE
    chosen = tabs[tab][0] if tabs[tab] else None
    return render_template(
        "review/queue.html",
        items=[showing.proposal_row(item) for item in tabs[tab][start : start + limits.PAGE_SIZE]],
        tab=tab,
        counts={name: len(found) for name, found in tabs.items()},
        chosen={**showing.proposal_row(chosen), **showing.proposal_facts(chosen)} if chosen else None,
        page=number,
        pages=cards.page_count(len(tabs[tab])),
        page_url=cards.pages_of("review.queue", tab=tab),
    )


@bp.get("/review/<int:id>")
def show(id: int) -> Any:
    return _draw(following.item(db(), id, viewer=actor()))


@bp.post("/review/<int:id>")
def decide(id: int) -> Any:
    item = following.item(db(), id, viewer=actor())
    decision = forms.text("decision")
    texts = settled({name: forms.text(name) for name in ("comment", "reason", "thanks")})
    reason, thanks = texts["reason"], texts["thanks"]
    try:
        if decision == "take":
            reviewing.take(db(), id, by=actor())
        elif decision == "give_back":
            reviewing.give_back(db(), id, by=actor())
        elif decision == "comment":
            reviewing.comment(db(), id, texts["comment"], by=actor())
        elif decision == "faq":
            return redirect(url_for("merging.faq", id=id))
        else:
            return _decided(item, decision, reason=reason, thanks=thanks)
    except Stale as stale:
        # The page moved on: the SV sees the new text beside the proposal and merges.
        facts = {"errors": {"form": told(stale)}, "values": forms.everything(), "stale": True}
        return _draw(following.item(db(), id, viewer=actor()), **facts), stale.status
    except Invalid as refused:
        field = {"of": "other", "body": "comment"}.get(refused.field or "form", refused.field or "form")
        facts = {"errors": {field: told(refused)}, "values": forms.everything()}
        return _draw(item, **facts), refused.status
    return redirect(url_for("review.show", id=id))


def _decided(item: following.Item, decision: str, *, reason: str, thanks: str) -> Any:
    id, by = item.revision.id, actor()
    if forms.required_number("revision") != id:
        raise Invalid("画面が古くなっています。開き直してから、もう一度お試しください。")
    if decision == "approve":
        page = reviewing.approve(db(), id, seen_current=forms.number("current"), thanks=thanks, by=by)
        flash(_("公開しました。書いた人に知らせました。"))
        return redirect(url_for("pages.show", id=page.id))
    if decision == "return":
        reviewing.send_back(db(), id, reason=reason, thanks=thanks, by=by)
        flash(_("書いた人に戻しました。"))
    elif decision == "reject":
        reviewing.reject(db(), id, reason=reason, thanks=thanks, by=by)
        flash(_("見送りました。理由を書いた人に知らせました。"))
    elif decision == "duplicate":
        other = forms.number("other")
        if other is None:
            raise Invalid("同じ内容の記事の番号を入れてください。", field="other")
        reviewing.mark_duplicate(db(), id, of=other, reason=reason, thanks=thanks, by=by)
        flash(_("重複として閉じました。"))
    else:
        raise Invalid("できない操作です。画面のボタンから操作してください。")
    return redirect(url_for("review.queue"))


def _live(item: following.Item) -> dict[str, Any] | None:
    current = item.revision.page.current
    if current is None or current.id == item.revision.id:
        return None
    page = item.revision.page
    return {"id": page.id, "title": current.title, "number": current.number, "revision_id": current.id}


def _draw(
    item: following.Item,
    *,
    errors: dict[str, str] | None = None,
    values: dict[str, Any] | None = None,
    stale: bool = False,
) -> str:
    revision, page = item.revision, _live(item)
    view = reading.revision(
        db(), revision.page_id, revision.id, viewer=actor(), renderer=house().renderer, address=addresses.FOR_STAFF
    )
    rows, added, removed = None, 0, 0
    overtaken = False
    if page is not None and revision.page.current is not None:
        compared = comparing.between(revision.page.current, revision, viewer=actor())
        rows, added, removed = compared.rows, compared.added, compared.removed
        overtaken = revision.base_id != page["revision_id"]
    facts = showing.story_facts(revision) if item.is_story else None
    text = f"{revision.title} {facts['opening']}" if facts else revision.title
    found = searching.look_alikes(db(), house(), text, but=revision.page_id, viewer=actor())
    own = revision.author_id == actor().id
    waiting = revision.state.value in ("submitted", "in_review")
    mine = revision.taken_by_id in (None, actor().id)
    return render_template(
        "review/show.html",
        item={**showing.proposal_row(item), "overtaken": overtaken or stale},
        story=facts,
        body=view.body,
        page=page,
        rows=rows,
        added=added,
        removed=removed,
        look_alikes=[cards.look_alike(one) for one in found],
        thread=thread(revision),
        told_of=masking.hints(
            db(), "\n".join([revision.title, *revision.phrases, reading.cut(revision, viewer=actor())]), viewer=actor()
        ),
        errors=errors or {},
        values=values or {},
        may_decide=waiting and mine and (not own or may(actor(), Permission.APPROVE_OWN)),
        taken_elsewhere=waiting and not mine,
    )
