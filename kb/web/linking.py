"""What a story is to another page: the same again, or something that speaks against it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kb.rules import limits
from kb.rules.desk import Bond
from kb.rules.errors import Conflict, Invalid
from kb.rules.review_states import WAITING
from kb.services import adopting, following, lineage, reading, reviewing, staying
from kb.web import addresses, cards, choosing, faq_making, forms, merging, showing
from kb.web.house import actor, house
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.masking import settled
from kb.web.transaction import db

bp = faq_making.bp


@bp.get("/review/<int:id>/duplicate")
def duplicate(id: int) -> Any:
    """Choose the page that stays, then see what of the story goes over to it."""
    item = _waiting(id)
    of = forms.number("of")
    if of is None:
        return choosing.draw(item, "merging.duplicate", "of", title=_("重複としてまとめる"))
    return _draw_duplicate(item, of)


@bp.post("/review/<int:id>/duplicate")
def mark_duplicate(id: int) -> Any:
    item = following.item(db(), id, viewer=actor())
    of = forms.required_number("of")
    fields = {"reason": forms.text("reason"), "thanks": forms.text("thanks")}
    wordings = "\n".join(request.form.getlist("wording"))
    known = merging.known_words(item.revision)
    said = settled({**fields, "wording": wordings}, known=known, labels={"wording": _("お客様の言い方")})
    try:
        reviewing.mark_duplicate(
            db(),
            id,
            of=of,
            reason=said["reason"],
            thanks=said["thanks"],
            wordings=forms.split_lines(said["wording"]),
            by=actor(),
        )
    except Invalid as refused:
        errors = {refused.field or "form": told(refused)}
        if refused.field == "of":
            return choosing.draw(item, "merging.duplicate", "of", title=_("重複としてまとめる"), errors=errors), 422
        return _draw_duplicate(item, of, errors=errors, values=forms.everything()), refused.status
    flash(_("重複としてまとめました。書いた人に知らせました。"))
    return redirect(url_for("pages.show", id=of))


@bp.get("/review/<int:id>/contradict")
def contradict(id: int) -> Any:
    """Choose the page that the story speaks against, then the passages of it."""
    item = following.item(db(), id, viewer=actor())
    page = forms.number("page")
    if page is None:
        return choosing.draw(item, "merging.contradict", "page", title=_("食い違う記事に結びつける"))
    return _draw_contradict(item, page)


@bp.post("/review/<int:id>/contradict")
def mark_contradiction(id: int) -> Any:
    item = following.item(db(), id, viewer=actor())
    page = forms.required_number("page")
    try:
        lineage.link(db(), id, page, request.form.getlist("passage"), bond=Bond.CONTRADICTS, by=actor())
    except (Invalid, Conflict) as refused:
        errors = {getattr(refused, "field", None) or "form": told(refused)}
        if errors.get("page"):
            title = _("食い違う記事に結びつける")
            return choosing.draw(item, "merging.contradict", "page", title=title, errors=errors), refused.status
        return _draw_contradict(item, page, errors=errors), refused.status
    flash(_("食い違う体験として、記事に結びつけました。"))
    return redirect(url_for("review.show", id=id))


def _waiting(id: int) -> following.Item:
    item = following.item(db(), id, viewer=actor())
    if item.revision.state not in WAITING:
        raise Conflict("この提案は、もう決まっています。開き直して確かめてください。")
    return item


def _draw_duplicate(
    item: following.Item,
    of: int,
    *,
    errors: dict[str, str] | None = None,
    values: dict[str, str] | None = None,
) -> str:
    page, revision, _source = reading.source(db(), of, viewer=actor())
    wordings = staying.wordings(item.revision, page)
    ticked = request.form.getlist("wording") if values is not None else wordings
    return render_template(
        "review/duplicate.html",
        item=showing.proposal_row(item),
        story=showing.proposal_facts(item),
        page={**cards.link(page, desk=True), "phrases": revision.phrases, "kind": page.kind.value},
        wordings=[(one, one in ticked) for one in wordings],
        room_left=max(0, limits.PHRASES - len(revision.phrases)),
        uses=lineage.uses(db(), item.revision.page_id, viewer=actor()),
        page_uses=lineage.uses(db(), page.id, viewer=actor()),
        values=values or {},
        errors=errors or {},
    )


def _draw_contradict(item: following.Item, id: int, *, errors: dict[str, str] | None = None) -> str:
    page, revision, _source = reading.source(db(), id, viewer=actor())
    view = reading.page(db(), id, viewer=actor(), renderer=house().renderer, address=addresses.FOR_STAFF)
    chosen = request.form.getlist("passage")
    return render_template(
        "review/contradict.html",
        item=showing.proposal_row(item),
        story=showing.proposal_facts(item),
        page={**cards.link(page, desk=True), "number": view.revision.number, "kind": page.kind.value},
        passages=[(one, one in chosen) for one in adopting.passages_of(revision, viewer=actor())],
        errors=errors or {},
    )
