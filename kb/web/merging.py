"""Take a story into a page, or make a FAQ of it: the SV writes, with the story beside."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from kb.rules.errors import Invalid, NotFound
from kb.rules.pages import Audience
from kb.services import drafting, following, reading, reviewing, searching, templates
from kb.services.editing import Stale
from kb.web import addresses, cards, forms, showing
from kb.web.editor import settled_text
from kb.web.house import actor, house
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.transaction import db

bp = Blueprint("merging", __name__)


@bp.get("/review/<int:id>/merge")
def merge(id: int) -> Any:
    """Choose the page that takes the story in, then write its next version with the story beside it."""
    item = following.item(db(), id, viewer=actor())
    into = forms.number("into")
    if into is None and not item.is_story:
        into = item.revision.page_id
    return _draw_merge(item, into)


@bp.post("/review/<int:id>/merge")
def merge_into(id: int) -> Any:
    item = following.item(db(), id, viewer=actor())
    into = forms.required_number("into")
    known = _phrases(item.revision) + _phrases(reading.source(db(), into, viewer=actor())[1])
    text, said = settled_text("reason", "thanks", known=known)
    try:
        page = reviewing.merge(
            db(),
            id,
            text,
            into=into,
            base_id=forms.required_number("base"),
            reason=said["reason"] or _("「%(title)s」に入れました。", title=text.title),
            thanks=said["thanks"],
            by=actor(),
        )
    except Stale as stale:
        return _draw_merge(item, into, errors={"form": told(stale)}, typed=True), stale.status
    except Invalid as refused:
        return _draw_merge(item, into, errors={refused.field or "form": told(refused)}, typed=True), refused.status
    drafting.drop(db(), f"merge:{id}:{into}", by=actor())
    flash(_("統合して公開しました。書いた人に知らせました。"))
    return redirect(url_for("pages.show", id=page.id))


@bp.get("/review/<int:id>/faq")
def faq(id: int) -> Any:
    """Write a FAQ page from a story: the customer's own words stay as phrases."""
    item = following.item(db(), id, viewer=actor())
    revision = item.revision
    facts = showing.story_facts(revision)
    values = {
        "title": "",
        "body": templates.faq_from_story(dict(facts["facts"]).get(_("提案したこと"), "")),
        "phrases": "\n".join(revision.phrases),
        "category": str(revision.page.category_id or ""),
        "audience": Audience.PUBLIC.value,
    }
    kept = _kept(f"faq:{id}", values)
    return _draw_faq(item, kept["values"], saved_at=kept["saved_at"])


@bp.post("/review/<int:id>/faq")
def make_faq(id: int) -> Any:
    item = following.item(db(), id, viewer=actor())
    text, said = settled_text("reason", "thanks", known=_phrases(item.revision))
    try:
        page = reviewing.make_faq(
            db(),
            id,
            text,
            category_id=forms.number("category"),
            reason=said["reason"] or _("「%(title)s」というFAQにしました。", title=text.title),
            thanks=said["thanks"],
            by=actor(),
        )
    except Invalid as refused:
        return _draw_faq(item, forms.everything(), errors={refused.field or "form": told(refused)}), refused.status
    drafting.drop(db(), f"faq:{id}", by=actor())
    flash(_("FAQとして公開しました。書いた人に知らせました。"))
    return redirect(url_for("pages.show", id=page.id))


def _phrases(revision: Any) -> tuple[str, ...]:
    """What a version says beside its body: nobody is asked again about personal data that stands there."""
    return (revision.title, *revision.phrases, *revision.tags)


def _draw_merge(
    item: following.Item, into: int | None, *, errors: dict[str, str] | None = None, typed: bool = False
) -> str:
    facts: dict[str, Any] = {"page": None, "page_body": None, "choices": [], "values": {}}
    facts["autosave_url"] = url_for("editor.keep")
    words = forms.text("q").strip()
    if into is None:
        about = words or f"{item.revision.title} {showing.story_facts(item.revision)['opening']}"
        found = searching.look_alikes(db(), house(), about, but=item.revision.page_id, viewer=actor())
        live = [one for one in found if one.page.current_revision_id is not None]
        facts["choices"] = [cards.look_alike(one) for one in live]
    else:
        page, revision, source = reading.source(db(), into, viewer=actor())
        if page.current is None:
            raise NotFound()
        view = reading.page(db(), into, viewer=actor(), renderer=house().renderer, address=addresses.FOR_STAFF)
        facts["page"] = {"id": page.id, "title": revision.title, "number": revision.number, "revision_id": revision.id}
        facts["page_body"] = view.body
        facts["values"] = {
            "title": revision.title,
            "body": source,
            "phrases": "\n".join(revision.phrases),
            "tags": _("、").join(revision.tags),
            "audience": revision.audience.value,
        }
        facts |= _kept(f"merge:{item.revision.id}:{into}", facts["values"])
        if typed:
            facts["values"] = forms.everything()
    story = showing.story_facts(item.revision)
    if not item.is_story:
        story = {"opening": "", "facts": [(_("提案された文"), reading.cut(item.revision, viewer=actor()))]}
    return render_template(
        "review/merge.html", item=showing.proposal_row(item), story=story, errors=errors or {}, q=words, **facts
    )


def _kept(place: str, values: dict[str, Any]) -> dict[str, Any]:
    """What the SV was writing here, over the values that the form begins with."""
    kept = drafting.kept(db(), place, by=actor())
    if kept is not None and str(kept.fields.get("body", "")).strip():
        values = values | kept.fields
    return {"place": place, "values": values, "saved_at": kept.saved_at if kept else None}


def _draw_faq(
    item: following.Item, values: dict[str, Any], *, errors: dict[str, str] | None = None, saved_at: Any = None
) -> str:
    return render_template(
        "review/faq.html",
        item=showing.proposal_row(item),
        story=showing.story_facts(item.revision),
        values=values,
        errors=errors or {},
        categories=showing.category_options(reading.shelves(db(), viewer=actor())),
        preview_url=url_for("editor.preview"),
        autosave_url=url_for("editor.keep"),
        place=f"faq:{item.revision.id}",
        saved_at=saved_at,
    )
