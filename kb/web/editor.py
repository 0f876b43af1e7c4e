"""The editor: write a page, save or propose, preview per audience, merge what two people wrote, keep drafts."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, url_for

from kb.rules import limits
from kb.rules.errors import Conflict, Invalid
from kb.rules.pages import Audience, Kind, Language, Significance
from kb.rules.roles import Permission, may
from kb.services import (
    adopting,
    answering,
    comparing,
    drafting,
    editing,
    following,
    gapping,
    looking,
    masking,
    reading,
    speaking,
    templates,
)
from kb.services.checking import Text
from kb.services.concluding import Fate
from kb.services.editing import Outcome, Stale
from kb.web import addresses, cards, filters, forms, noted, showing
from kb.web.house import actor, house, lang
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.masking import settled
from kb.web.transaction import db

bp = Blueprint("editor", __name__)

FIELDS = (
    "title",
    "body",
    "phrases",
    "tags",
    "category",
    "audience",
    "significance",
    "note",
    "kind",
    "base",
)
REVIEW_FIELDS = ("thanks", "reason", "passages", "inside")
STORY_FIELDS = ("words", "purpose", "done", "proposal", "result", "learnt", "channel")


@bp.get("/pages/new")
def new() -> Any:
    kind = forms.word("kind", Kind, Kind.FAQ)
    title = forms.text("title")
    # The form posts to its own address, so the number of the inquiry that it began with comes back by itself.
    inquiry = forms.number("inquiry")
    gap = forms.number("gap")
    place = f"new:{title or kind.value}"[:40] if inquiry is None else f"new:inquiry {inquiry}"
    place = place if gap is None else f"new:gap {gap}"
    kept = drafting.kept(db(), place, by=actor())
    values = {
        "place": place,
        "title": title,
        "body": templates.body(kind),
        "kind": kind.value,
        "audience": Audience.STAFF.value,
    }
    if inquiry is not None:
        values["phrases"] = answering.seed(db(), inquiry, by=actor()).subject[: limits.PHRASE]
    if gap is not None:
        values["phrases"] = gapping.get(db(), gap, viewer=actor()).words[: limits.PHRASE]
    return _draw(None, {**values, **(kept.fields if kept else {})}, draft_at=kept.saved_at if kept else None)


@bp.post("/pages/new")
def create() -> Any:
    if forms.text("action") == "discard":
        drafting.drop(db(), _place(), by=actor())
        flash(_("下書きを捨てました。"))
        return redirect(url_for("editor.new"))
    if forms.text("action") != "save":
        return _draw(None, forms.everything(), preview=True)
    try:
        page = editing.create(
            db(),
            settled_text()[0],
            kind=forms.word("kind", Kind, Kind.FAQ),
            language=Language(lang()),
            category_id=forms.number("category"),
            by=actor(),
        )
    except Invalid as refused:
        return _draw(None, forms.everything(), errors={refused.field or "form": told(refused)}), refused.status
    if (inquiry := forms.number("inquiry")) is not None:
        answering.link(db(), inquiry, page, by=actor())
    if (gap := forms.number("gap")) is not None:
        gapping.link(db(), gap, page, by=actor())
    drafting.drop(db(), _place(), by=actor())
    flash(_("公開しました。"))
    return redirect(url_for("pages.show", id=page.id))


@bp.get("/pages/<int:id>/edit")
def edit(id: int) -> Any:
    page, revision, source = reading.source(db(), id, viewer=actor())
    if page.current is None:
        # A story is not edited behind its author's back: it is decided on first.
        return redirect(url_for("pages.show", id=id))
    values = {
        "title": revision.title,
        "body": source,
        "phrases": "\n".join(revision.phrases),
        "tags": _("、").join(revision.tags),
        "category": str(page.category_id or ""),
        "audience": revision.audience.value,
        "significance": Significance.CHANGE.value,
        "note": noted.said()[: limits.NOTE],
        "base": str(revision.id),
    }
    take = forms.number("take")
    if take is not None:
        # A proposal that was returned, or that the page has overtaken, is taken up again.
        mine = following.own(db(), take, by=actor()).revision
        text = reading.cut(mine, viewer=actor())
        values |= {"title": mine.title, "body": text, "note": mine.note, "base": str(mine.base_id or revision.id)}
        values |= {"phrases": "\n".join(mine.phrases), "tags": _("、").join(mine.tags)}
    kept = drafting.kept(db(), f"page:{id}", by=actor())
    # A draft without a text must never open as an empty editor over a page that has one.
    if kept is not None and str(kept.fields.get("body", "")).strip():
        values |= kept.fields
    return _draw(page, values, draft_at=kept.saved_at if kept else None)


@bp.post("/pages/<int:id>/edit")
def save(id: int) -> Any:
    page, revision, _source = reading.source(db(), id, viewer=actor())
    action = forms.text("action")
    if action == "discard":
        drafting.drop(db(), f"page:{id}", by=actor())
        flash(_("下書きを捨てました。"))
        return redirect(url_for("editor.edit", id=id))
    if action not in ("save", "propose"):
        return _draw(page, forms.everything(), preview=True)
    try:
        base = forms.required_number("base")
        text, _others = settled_text(known=(revision.title, *revision.phrases, *revision.tags))
        # The form posts to its own address, so what a look began with comes back by itself.
        meant = looking.meant(db(), id, forms.text("look")[:16], by=actor())
        saved = editing.save(db(), id, text, base_id=base, propose=action == "propose", by=actor())
        looking.changed(db(), saved, meant, by=actor())
        back = noted.settled(saved.revision, Fate.PROPOSAL) if saved.outcome is not Outcome.UNCHANGED else None
        category_id = forms.number("category")
        if may(actor(), Permission.CATEGORISE) and "category" in forms.everything():
            editing.place(db(), id, category_id=category_id, by=actor())
    except Stale:
        return _conflict(page), 409
    except (Conflict, Invalid) as refused:
        return _draw(page, forms.everything(), errors={refused.field or "form": told(refused)}), refused.status
    drafting.drop(db(), f"page:{id}", by=actor())
    if back is not None:
        return redirect(back)
    if saved.outcome is Outcome.UNCHANGED:
        flash(_("文は変わっていないので、新しい版は作りませんでした。"))
    elif saved.outcome is Outcome.PROPOSED:
        flash(_("提案を出しました。SVが確認するまで、公開中の文はそのままです。"))
        return redirect(url_for("stories.show", id=saved.revision.id))
    else:
        flash(_("版%(n)sを公開しました。", n=saved.revision.number))
    return redirect(url_for("pages.show", id=id))


@bp.post("/preview")
def preview() -> Any:
    """A text as an audience would read it, for the pane beside the editor; `inside` is what staff read beside it."""
    text = adopting.joined(forms.text("body"), forms.text("inside")) if forms.text("inside") else forms.text("body")
    with house().store.reading() as session:
        body = reading.preview(
            session,
            text,
            forms.word("audience", Audience, Audience.STAFF),
            viewer=actor(),
            renderer=house().renderer,
            address=addresses.FOR_STAFF,
        )
        said = speaking.check(session, text, by=actor())
        told_of = masking.hints(session, text, viewer=actor())
    audience = forms.word("audience", Audience, Audience.STAFF)
    return render_template(
        "pages/_preview.html", parts=body.parts, said=said, told_of=told_of, preview_as=audience.value
    )


@bp.post("/drafts")
def keep() -> Any:
    """Save what is being written; the answer is the only thing that may say 保存済み."""
    fields = {name: forms.text(name) for name in (*FIELDS, *REVIEW_FIELDS, *STORY_FIELDS) if name in forms.everything()}
    base = forms.number("base")
    draft = drafting.keep(db(), forms.text("place"), fields, base_id=base, by=actor())
    return jsonify(saved_at=draft.saved_at.isoformat(), told=str(filters.moment(draft.saved_at).striptags()))


def _place() -> str:
    """Where the draft of a new page is kept; never another kind of place, whatever was sent."""
    place = forms.text("place")[:40]
    return place if place.startswith("new:") else "new:faq"


def typed_text() -> Text:
    """What the editor's fields say."""
    return Text(
        title=forms.text("title"),
        body=forms.text("body"),
        audience=forms.word("audience", Audience, Audience.STAFF),
        phrases=forms.lines("phrases"),
        tags=forms.commas("tags"),
        significance=forms.word("significance", Significance, Significance.CHANGE),
        note=forms.text("note"),
    )


def settled_text(*others: str, known: Iterable[str] = ()) -> tuple[Text, dict[str, str]]:
    """The same, once somebody has decided on the personal data in it and in the fields that `others` name.

    The body is asked about only where they name it: the firm's numbers belong there, and the preview tells of them.
    """
    fields = ("title", "phrases", "tags", "note", *others)
    texts = settled({name: forms.text(name) for name in fields}, known=known)
    phrases, tags = forms.split_lines(texts["phrases"]), forms.split_commas(texts["tags"])
    body = texts.get("body", forms.text("body"))
    return replace(typed_text(), title=texts["title"], phrases=phrases, tags=tags, note=texts["note"], body=body), texts


def _draw(
    page: Any,
    values: dict[str, Any],
    *,
    errors: dict[str, str] | None = None,
    preview: bool = False,
    draft_at: Any = None,
) -> str:
    preview_as = forms.word("preview_as", Audience, Audience.STAFF)
    parts, said, told_of = None, (), []
    if preview:
        with house().store.reading() as session:
            parts = reading.preview(
                session,
                str(values.get("body", "")),
                preview_as,
                viewer=actor(),
                renderer=house().renderer,
                address=addresses.FOR_STAFF,
            ).parts
            said = speaking.check(session, str(values.get("body", "")), by=actor())
            told_of = masking.hints(session, str(values.get("body", "")), viewer=actor())
    shown = page.shown if page is not None else None
    return render_template(
        "pages/edit.html",
        page={"id": page.id, "title": shown.title, "number": shown.number} if shown else None,
        values=values,
        errors=errors or {},
        categories=showing.category_options(reading.shelves(db(), viewer=actor())),
        preview=parts,
        said=said,
        told_of=told_of,
        preview_as=preview_as.value,
        story=None,
        draft_at=draft_at,
        place=f"page:{page.id}" if page is not None else values.get("place", "new:faq"),
        autosave_url=url_for("editor.keep"),
        preview_url=url_for("editor.preview"),
    )


def _conflict(page: Any) -> str:
    """Both texts and their merge: nothing that either person wrote is lost."""
    base = forms.number("base")
    found = comparing.three_way(db(), page.id, typed_text(), base_id=base, viewer=actor())
    theirs = found.theirs
    return render_template(
        "pages/conflict.html",
        page={"id": page.id, "title": theirs.title, "number": theirs.number, "revision_id": theirs.id},
        theirs={
            "number": theirs.number,
            "author": cards.who(theirs.author),
            "at": theirs.created_at,
            "note": theirs.note,
        },
        merged=found.merged,
        values=forms.everything(),
        errors={},
    )
