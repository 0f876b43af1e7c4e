"""Make a FAQ of a story: the answer for customers and the part for staff side by side, the words said as phrases."""

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, url_for

from kb.rules.errors import Conflict, Invalid
from kb.rules.pages import Audience
from kb.services import adopting, drafting, following, reading, reviewing, templates
from kb.web import addresses, forms, merging, showing
from kb.web.editor import settled_text, typed_text
from kb.web.house import actor, house
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.transaction import db

bp = merging.bp


@bp.get("/review/<int:id>/faq")
def faq(id: int) -> Any:
    """Write a FAQ page from a story: the customer's own words stay as phrases."""
    item = following.item(db(), id, viewer=actor())
    return _draw(item, None)


@bp.post("/review/<int:id>/faq")
def make_faq(id: int) -> Any:
    """Put passages into one of the two texts (`put`), or publish the page."""
    item = following.item(db(), id, viewer=actor())
    if forms.text("put"):
        typed, said = _put(item)
        return _draw(item, typed, said=said)
    try:
        text, words = settled_text("reason", "thanks", "body", "inside", known=merging.known_words(item.revision))
        page = reviewing.make_faq(
            db(),
            id,
            replace(text, body=adopting.whole(text.body, words["inside"])),
            category_id=forms.number("category"),
            reason=words["reason"] or _("「%(title)s」というFAQにしました。", title=text.title),
            thanks=words["thanks"],
            passages=[*text.phrases, *(one for _name, one in merging.taken_from(forms.text("passages")))],
            by=actor(),
        )
    except (Conflict, Invalid) as refused:
        errors = {refused.field or "form": told(refused)}
        return _draw(item, forms.everything(), errors=errors), refused.status
    drafting.drop(db(), f"faq:{id}", by=actor())
    flash(_("FAQとして公開しました。書いた人に知らせました。"))
    return redirect(url_for("pages.show", id=page.id))


def _put(item: following.Item) -> tuple[dict[str, str], str]:
    values = forms.everything()
    target, taken = merging.chosen(item)
    if target is None:
        return values, ""
    if not taken:
        return values, _("先に、体験の文を選んでください。")
    text, inside = adopting.put_beside(typed_text(), forms.text("inside"), taken, target, by=actor())
    lines, said = merging.noted(target, taken)
    values |= {"body": text.body, "phrases": "\n".join(text.phrases), "inside": inside, "passages": lines}
    return values, said


def _draw(
    item: following.Item,
    typed: dict[str, str] | None,
    *,
    errors: dict[str, str] | None = None,
    said: str = "",
) -> str:
    revision = item.revision
    begun = {
        "title": "",
        "body": templates.faq_answer(),
        "inside": adopting.inside_from(revision),
        "phrases": "\n".join(revision.phrases),
        "category": str(revision.page.category_id or ""),
        "audience": Audience.PUBLIC.value,
        "passages": "",
    }
    facts = merging.kept(f"faq:{revision.id}", begun)
    # A draft from before there were two texts has no text for staff of its own.
    values = begun | facts["values"] if typed is None else begun | {"inside": ""} | typed
    taken = {passage: name for name, passage in merging.taken_from(values["passages"])}
    return render_template(
        "review/faq.html",
        **facts | {"values": values},
        item=showing.proposal_row(item),
        parts=merging.parts(item, taken),
        targets=merging.targets(),
        taken=len(taken),
        said=said,
        views=_views(values) if forms.text("put") == "look" else None,
        errors=errors or {},
        categories=showing.category_options(reading.shelves(db(), viewer=actor())),
        preview_url=url_for("editor.preview"),
        autosave_url=url_for("editor.keep"),
    )


def _views(values: dict[str, str]) -> list[tuple[str, Any]]:
    """What customers and operators would read, for those without scripts."""
    body = adopting.joined(values["body"], values["inside"])
    with house().store.reading() as session:
        return [
            (
                audience.value,
                reading.preview(
                    session,
                    body,
                    audience,
                    viewer=actor(),
                    renderer=house().renderer,
                    address=addresses.FOR_STAFF,
                ).parts,
            )
            for audience in (Audience.PUBLIC, Audience.STAFF)
        ]
