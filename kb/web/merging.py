"""Take a story into a page: the page, the story and what they make, side by side; passages go where they belong."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from kb.rules.errors import Conflict, Invalid, NotFound
from kb.rules.pages import Audience
from kb.services import adopting, comparing, drafting, following, reading, reviewing
from kb.services.adopting import Target
from kb.services.checking import Text
from kb.services.editing import Stale
from kb.web import addresses, cards, choosing, forms, showing
from kb.web.editor import settled_text, typed_text
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
    if into is None:
        return choosing.draw(item, "merging.merge", "into", title=_("体験を記事に統合する"))
    return _draw_merge(item, into)


@bp.post("/review/<int:id>/merge")
def merge_into(id: int) -> Any:
    """Put passages into the text (`put`: a target, a target and one passage, or `look`), or publish it."""
    item = following.item(db(), id, viewer=actor())
    into = forms.required_number("into")
    if forms.text("put"):
        typed, said = _put(item)
        return _draw_merge(item, into, typed=typed, said=said)
    live = reading.source(db(), into, viewer=actor())[1]
    known = (*known_words(item.revision), *known_words(live), live.body)
    # What one customer lived through is looked at once more before it stands in a page that many read.
    text, words = settled_text("reason", "thanks", "body", known=known)
    try:
        page = reviewing.merge(
            db(),
            id,
            text,
            into=into,
            base_id=forms.required_number("base"),
            reason=words["reason"] or _("「%(title)s」に入れました。", title=text.title),
            thanks=words["thanks"],
            passages=[passage for _target, passage in taken_from(forms.text("passages"))],
            by=actor(),
        )
    except Stale as stale:
        return _draw_merge(item, into, errors={"form": told(stale)}, typed=forms.everything()), stale.status
    except (Conflict, Invalid) as refused:
        errors = {refused.field or "form": told(refused)}
        return _draw_merge(item, into, errors=errors, typed=forms.everything()), refused.status
    drafting.drop(db(), f"merge:{id}:{into}", by=actor())
    flash(_("統合して公開しました。書いた人に知らせました。"))
    return redirect(url_for("pages.show", id=page.id))


def known_words(revision: Any) -> tuple[str, ...]:
    """What a version says beside its body: nobody is asked again about personal data that stands there."""
    return (revision.title, *revision.phrases, *revision.tags)


def chosen(item: following.Item) -> tuple[Target | None, list[str]]:
    """What the pressed button asks for: into which place, and which passages of the story."""
    name, _colon, number = forms.text("put").partition(":")
    if name not in set(Target):
        return None, []
    picks = {
        str(one.number): one.text for part in adopting.parts(item.revision, viewer=actor()) for one in part.passages
    }
    piece = forms.text("piece").strip()
    if piece and not number:
        return Target(name), [piece]
    return Target(name), [picks[one] for one in ([number] if number else request.form.getlist("pick")) if one in picks]


def noted(target: Target, taken: list[str]) -> tuple[str, str]:
    """What the form remembers of it, a line for each passage, and the sentence about it."""
    lines = [*forms.lines("passages"), *(f"{target} {' '.join(one.split())}" for one in taken)]
    return "\n".join(dict.fromkeys(lines)), _("「%(field)s」に入れました。", field=targets()[target])


def _put(item: following.Item) -> tuple[dict[str, str], str]:
    """The form with the chosen passages put where they belong, and a sentence about it."""
    values = forms.everything()
    target, taken = chosen(item)
    if target is None:
        return values, ""
    if not taken:
        return values, _("先に、体験の文を選んでください。")
    text = adopting.put(typed_text(), taken, target, by=actor())
    lines, said = noted(target, taken)
    return values | {"body": text.body, "phrases": "\n".join(text.phrases), "passages": lines}, said


def taken_from(lines: str) -> list[tuple[str, str]]:
    """What was put where, from the field that remembers it: (target, passage)."""
    pairs = [line.partition(" ") for line in lines.split("\n")]
    return [(name, passage.strip()) for name, _space, passage in pairs if name in set(Target) and passage.strip()]


def targets() -> dict[str, str]:
    """What each place of a page is called, in the order in which an operator needs them."""
    return {
        "say": _("ひとこと"),
        "ask": _("質問"),
        "purpose": _("目的"),
        "limit": _("権限"),
        "steps": _("手順"),
        "text": _("本文"),
        "staff": _("社内"),
        "sv": _("SVのみ"),
        "phrases": _("言い換え"),
    }


def parts(item: following.Item, taken: dict[str, str]) -> list[dict[str, Any]]:
    """The story as parts whose passages can be picked; `taken` tells where each has gone already."""
    words = {
        "": _("体験") if item.is_story else _("提案された文"),
        "words": _("お客様の言葉"),
        "purpose": _("本当の目的"),
        "done": _("したこと"),
        "proposal": _("提案したこと"),
        "result": _("結果"),
        "learnt": _("学んだこと"),
    } | {f":{name}": word for name, word in targets().items()}
    return [
        {
            "word": words.get(part.name, part.name),
            "said": part.name in ("words", ":say"),
            "passages": [
                {"number": one.number, "text": one.text, "likely": one.likely.value, "taken": taken.get(one.text, "")}
                for one in part.passages
            ],
        }
        for part in adopting.parts(item.revision, viewer=actor())
    ]


def _draw_merge(
    item: following.Item,
    into: int,
    *,
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    said: str = "",
) -> str:
    page, revision, source = reading.source(db(), into, viewer=actor())
    if page.current is None:
        raise NotFound()
    values = _begun(revision, source)
    facts = kept(f"merge:{item.revision.id}:{into}", values)
    values = values | typed if typed is not None else facts["values"]
    values, stale, compared = _brought_up(values, revision)
    taken = {passage: name for name, passage in taken_from(values["passages"])}
    view = reading.page(db(), into, viewer=actor(), renderer=house().renderer, address=addresses.FOR_STAFF)
    added, removed = compared.size
    return render_template(
        "review/merge.html",
        **facts | {"values": values},
        item=showing.proposal_row(item),
        page={
            "id": page.id,
            "title": revision.title,
            "number": revision.number,
            "revision_id": revision.id,
            "at": revision.decided_at or revision.created_at,
            "phrases": revision.phrases,
        },
        page_body=view.body,
        parts=parts(item, taken),
        targets=targets(),
        taken=len(taken),
        rows=compared.rows,
        added=added,
        removed=removed,
        stale=stale,
        said=said,
        preview=_preview(values["body"]) if forms.text("put") == "look" else None,
        errors=errors or {},
        autosave_url=url_for("editor.keep"),
        preview_url=url_for("editor.preview"),
    )


def _begun(revision: Any, source: str) -> dict[str, str]:
    """The form as it begins: the page as it is."""
    return {
        "title": revision.title,
        "body": source,
        "phrases": "\n".join(revision.phrases),
        "tags": _("、").join(revision.tags),
        "audience": revision.audience.value,
        "passages": "",
        "base": str(revision.id),
    }


def _brought_up(values: dict[str, str], now: Any) -> tuple[dict[str, str], dict[str, Any] | None, comparing.ThreeWay]:
    """The values on the page as it is now; where it moved on meanwhile, both edits put together and who wrote what."""
    mine = Text(values["title"], values["body"], Audience.SV)
    base_id = int(values["base"]) if values["base"].isdecimal() and len(values["base"]) < 11 else None
    found = comparing.three_way(db(), now.page_id, mine, base_id=base_id, viewer=actor())
    if base_id in (None, now.id):
        return values | {"base": str(now.id)}, None, found
    known = set(found.base.phrases) if found.base is not None else set()
    more = [one for one in now.phrases if one not in known]
    lines = dict.fromkeys([*forms.split_lines(values["phrases"]), *more])
    values = values | {"base": str(now.id), "phrases": "\n".join(lines)}
    # Where both changed a line, the text stays as it was typed; the screen shows the two beside each other.
    if not found.merged.conflicts:
        values["body"] = found.merged.text
    stale = {
        "who": cards.who(now.decided_by or now.author),
        "number": now.number,
        "note": now.note,
        "conflicts": found.merged.conflicts,
        "pieces": [one for one in found.merged.pieces if one.kind != "same"],
    }
    mine = Text(values["title"], values["body"], Audience.SV)
    return values, stale, comparing.three_way(db(), now.page_id, mine, base_id=now.id, viewer=actor())


def _preview(body: str) -> Any:
    """What operators would read, for those without scripts."""
    with house().store.reading() as session:
        return reading.preview(
            session,
            body,
            Audience.STAFF,
            viewer=actor(),
            renderer=house().renderer,
            address=addresses.FOR_STAFF,
        ).parts


def kept(place: str, values: dict[str, Any]) -> dict[str, Any]:
    """What the SV was writing here, over the values that the form begins with."""
    kept = drafting.kept(db(), place, by=actor())
    if kept is not None and str(kept.fields.get("body", "")).strip():
        values = values | kept.fields
    return {"place": place, "values": values, "saved_at": kept.saved_at if kept else None}
