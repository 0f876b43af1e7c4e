"""Pages for staff: list, show, what links here, export; and the small deeds on a page."""

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from kb.rules import limits
from kb.rules.errors import Gone, Invalid, NotFound
from kb.rules.pages import Audience, Confidence, Kind
from kb.rules.roles import Permission, may
from kb.services import attaching, editing, exporting, following, lineage, owning, reading, sheets, voting
from kb.services.reading import Filter
from kb.web import addresses, cards, forms, notices, showing
from kb.web.house import actor, house, lang
from kb.web.language import gettext as _
from kb.web.masking import settled
from kb.web.transaction import db

bp = Blueprint("pages", __name__)


@bp.get("/pages")
def index() -> Any:
    shelves = reading.shelves(db(), viewer=actor())
    chosen = {name: forms.text(name) for name in ("q", "kind", "category", "audience", "confidence", "archived")}
    number = max(1, forms.number("page", 1) or 1)
    if chosen["archived"] and may(actor(), Permission.ARCHIVE):
        found = reading.all_archived(db(), viewer=actor())
        total = len(found)
    else:
        key = chosen["category"]
        wanted = Filter(
            kind=forms.maybe("kind", Kind),
            category_id=reading.category(db(), key, viewer=actor()).id if key else None,
            confidence=forms.maybe("confidence", Confidence),
            audience=forms.maybe("audience", Audience),
            title=chosen["q"][: limits.TITLE],
        )
        offset = (number - 1) * limits.PAGE_SIZE
        total, found = reading.many(db(), wanted, viewer=actor(), limit=limits.PAGE_SIZE, offset=offset)
    return render_template(
        "pages/index.html",
        filters=chosen,
        categories=[(one.category.key, one.category.name(lang())) for one in shelves],
        pages_found=[_row(page) for page in found],
        total=total,
        page=number,
        pages=1 if chosen["archived"] else cards.page_count(total),
        page_url=cards.pages_of("pages.index", **chosen),
    )


def _row(page: Any) -> dict[str, Any]:
    waiting = following.waiting_on(db(), page.id, viewer=actor())
    return {
        "id": page.id,
        "title": page.shown.title if page.shown else "",
        "kind": page.kind.value,
        "audience": page.audience.value,
        "confidence": page.confidence.value if page.current_revision_id else "unvalidated",
        "category_name": page.category.name(lang()) if page.category else "",
        "updated_at": page.updated_at,
        "number": page.shown.number if page.shown else 0,
        "waiting": len(waiting) if page.current_revision_id else 0,
        "archived": page.archived_at is not None,
    }


@bp.get("/pages/<int:id>")
def show(id: int) -> Any:
    facts: dict[str, Any] = {}
    try:
        view = reading.page(db(), id, viewer=actor(), renderer=house().renderer, address=addresses.FOR_STAFF)
        facts["backlinks"] = len(reading.linking_here(db(), id, viewer=actor())[1])
    except NotFound:
        # Who kept the address of a story finds the page that tells it now.
        if (other := reading.told_elsewhere(db(), id, viewer=actor())) is None:
            raise
        return redirect(addresses.desk(other))
    except Gone as gone:
        if not may(actor(), Permission.ARCHIVE):
            raise
        view = reading.archived(db(), id, viewer=actor(), renderer=house().renderer, address=addresses.FOR_STAFF)
        moved = reading.known(db(), gone.moved_to, viewer=actor()) if gone.moved_to else None
        facts["moved_to"] = cards.link(moved, desk=True) if moved else None
    page = showing.page_card(view)
    page["updated_by"] = cards.who(view.revision.decided_by or view.revision.author)
    page["moved_to"] = facts.pop("moved_to", None)
    is_public = view.is_live and view.page.audience is Audience.PUBLIC and not page["archived"]
    waiting = following.waiting_on(db(), id, viewer=actor())
    return render_template(
        "pages/show.html",
        page=page,
        body=view.body,
        waiting=[_proposal(revision) for revision in waiting],
        files=[_file(file) for file in reading.files_of(db(), id, viewer=actor())],
        public_url=addresses.public(view.page) if is_public else None,
        translations=[cards.link(one, desk=True) for one in view.translations],
        notices=notices.for_staff(page_id=id),
        votes=voting.summary(db(), id, viewer=actor()),
        categories=showing.category_options(reading.shelves(db(), viewer=actor())),
        **_owner(id),
        **facts,
    )


@bp.post("/pages/<int:id>")
def act(id: int) -> Any:
    """The small deeds on a page: attach or remove a file, archive, bring back, move to a category, stamp as checked."""
    action = forms.text("action")
    if action == "attach":
        file = request.files.get("file")
        if file is None or not file.filename:
            raise Invalid("添付するファイルを選んでください。", field="file")
        content = file.stream.read(limits.ATTACHMENT + 1)
        attaching.add(db(), house().files, id, file.filename, content, by=actor())
        flash(_("添付しました。本文に貼ると表示されます。"))
    elif action == "detach":
        attaching.remove(db(), forms.required_number("file"), by=actor())
        flash(_("添付を外しました。"))
    elif action == "archive":
        reason = settled({"reason": forms.text("reason")})["reason"]
        editing.archive(db(), id, moved_to=forms.number("moved_to"), reason=reason, by=actor())
        flash(_("公開を終えました。「公開に戻す」でいつでも戻せます。"))
    elif action == "restore":
        editing.bring_back(db(), id, by=actor())
        flash(_("公開に戻しました。"))
    elif action == "place":
        editing.place(db(), id, category_id=forms.number("category"), by=actor())
        flash(_("分類を変えました。"))
    elif action == "own":
        group = settled({"group": forms.text("group")})["group"]
        owning.set_owner(db(), id, group, forms.number("owner"), by=actor())
        flash(_("担当を保存しました。"))
    elif action == "unlink":
        lineage.unlink(db(), id, forms.required_number("lineage"), by=actor())
        flash(_("食い違う体験を外しました。"))
    elif action == "validate":
        editing.validate(db(), id, by=actor())
        flash(_("内容を確かめた印をつけました。"))
    else:
        raise Invalid("できない操作です。画面のボタンから操作してください。", field="action")
    return redirect(url_for("pages.show", id=id))


@bp.get("/pages/<int:id>/links")
def links(id: int) -> Any:
    page, incoming = reading.linking_here(db(), id, viewer=actor())
    titles = reading.links_of(page.shown, viewer=actor()) if page.shown else []
    found = reading.by_titles(db(), titles, language=page.language.value, viewer=actor())
    return render_template(
        "pages/links.html",
        page={"id": page.id, "title": page.shown.title if page.shown else ""},
        incoming=[_row(one) for one in incoming],
        outgoing=[cards.link(one, desk=True) for one in found.values() if one is not None],
        missing=[title for title, one in found.items() if one is None],
    )


@bp.get("/pages/export.zip")
def export() -> Any:
    """Every page this person may read, as the Markdown folder that the import takes in."""
    content = sheets.zip_bytes(exporting.rows(db(), by=actor()), exporting.shelves(db(), by=actor()))
    answer: Response = make_response(content)
    answer.mimetype = "application/zip"
    answer.headers["Content-Disposition"] = "attachment; filename=kb.zip"
    return answer


def _owner(id: int) -> dict[str, Any]:
    """Who looks after the page, and whom an SV can choose from."""
    owner = owning.of_page(db(), id, viewer=actor())
    facts: dict[str, Any] = {"owner": None, "groups": [], "people": []}
    if owner is not None:
        gone = owner.user.disabled_at is not None
        facts["owner"] = {
            "group": owner.group,
            "who": owner.user.display_name,
            "gone": gone,
            "value": str(owner.user_id),
        }
    if may(actor(), Permission.REVIEW):
        facts["groups"] = owning.groups(db(), viewer=actor())
        facts["people"] = [(str(one.id), one.display_name) for one in owning.people(db(), viewer=actor())]
    return facts


def _proposal(revision: Any) -> dict[str, Any]:
    if may(actor(), Permission.REVIEW):
        url = url_for("review.show", id=revision.id)
    elif revision.author_id == actor().id:
        url = url_for("stories.show", id=revision.id)
    else:
        url = url_for("history.compare", id=revision.page_id, b=revision.number)
    return {"url": url, "author": cards.who(revision.author), "at": revision.submitted_at}


def _file(file: Any) -> dict[str, Any]:
    size = file.size
    word = f"{size / 1024**2:.1f} MB" if size >= 1024**2 else f"{max(1, round(size / 1024))} KB"
    return {
        "id": file.id,
        "name": file.file_name,
        "size_word": word,
        "is_image": file.is_image,
        "own": file.uploaded_by_id == actor().id,
    }
