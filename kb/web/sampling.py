"""The room of samples: changes that were published directly, looked at afterwards, and the note to their author."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from kb.rules import limits
from kb.rules.desk import Check, Mark
from kb.rules.errors import Conflict, Faults, KbError, NotAllowed
from kb.services import sampling
from kb.services.sampling import Look
from kb.web import addresses, cards, forms, transaction
from kb.web.errors import wants_json
from kb.web.house import actor
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.masking import settled
from kb.web.transaction import db

bp = Blueprint("sampling", __name__)


@bp.get("/samples")
def index() -> Any:
    looked = forms.text("tab") == "done"
    number = max(1, forms.number("page", 1) or 1)
    offset = (number - 1) * limits.PAGE_SIZE
    total, found = sampling.listing(db(), looked=looked, offset=offset, limit=limits.PAGE_SIZE, viewer=actor())
    return render_template(
        "sampling/index.html",
        samples=[_row(one) for one in found],
        tab="done" if looked else "open",
        waiting=total if not looked else sampling.waiting_count(db(), viewer=actor()),
        page=number,
        pages=cards.page_count(total),
        page_url=cards.pages_of("sampling.index", tab="done" if looked else None),
    )


@bp.get("/samples/<int:id>")
def show(id: int) -> Any:
    return _draw(id)


@bp.post("/samples/<int:id>")
def finish(id: int) -> Any:
    """Keep the answers and the note; who comes too late is shown how it stands now."""
    checks = {check: mark for check in Check if (mark := forms.maybe(check.value, Mark)) is not None}
    note = settled({"note": forms.text("note")}, labels={"note": _("書いた人だけへのひとこと")})["note"]
    try:
        sampling.finish(db(), id, checks, note, by=actor())
    except (Faults, Conflict, NotAllowed) as refused:
        if wants_json() or isinstance(refused, NotAllowed):
            raise
        return _again(id, refused)
    flash(_("見終えました。ひとことは、書いた人だけに届きます。") if note else _("見終えました。"))
    return redirect(url_for("sampling.index"), 303)


@bp.get("/samples/<int:id>/note")
def note(id: int) -> Any:
    """The note, for the author of the change and the writer of the note alone."""
    look = sampling.note(db(), id, viewer=actor())
    return render_template("sampling/note.html", sample=_row(look.sample), **_facts(look))


def _again(id: int, refused: KbError) -> Any:
    transaction.give_up()
    each = refused.each if isinstance(refused, Faults) else {"form": refused}
    return _draw(id, {name: told(one) for name, one in each.items()}), refused.status


def _draw(id: int, errors: dict[str, str] | None = None) -> str:
    look = sampling.show(db(), id, viewer=actor())
    values = forms.everything() if request.method == "POST" else {}
    return render_template(
        "sampling/show.html",
        sample=_row(look.sample),
        **_facts(look),
        values=values or {"audience": ""},
        errors=errors or {},
        is_own=look.sample.author_id == actor().id,
        limit=limits.REASON,
    )


def _facts(look: Look) -> dict[str, Any]:
    revision, before = look.sample.revision, look.before
    return {
        "rows": look.rows,
        "before": {"number": before.number, "title": before.title} if before is not None else None,
        "revision": {
            "number": revision.number,
            "title": revision.title,
            "note": revision.note,
            "phrases": revision.phrases,
            "audience": revision.audience.value,
        },
        "note": look.note,
        "checks": [
            {"name": check.value, "word": word, "mark": (look.sample.checks or {}).get(check.value, "")}
            for check, word in check_words().items()
        ],
        "marks": [(mark.value, word) for mark, word in mark_words().items()],
    }


def check_words() -> dict[Check, str]:
    """What is looked at, each so that yes is good."""
    return {
        Check.FOUND: _("お客様の言葉で探して、見つかる"),
        Check.ONE_IDEA: _("一つの記事に、一つのことだけがある"),
        Check.COMPLETE: _("答えに要ることが、そろっている"),
        Check.AUDIENCE: _("公開範囲が合っている"),
        Check.PRIVATE: _("個人情報が入っていない"),
        Check.SPOKEN: _("声に出して、そのまま言える"),
    }


def mark_words() -> dict[Mark, str]:
    return {Mark.YES: _("はい"), Mark.NO: _("いいえ"), Mark.NA: _("当てはまらない")}


def _row(one: Any) -> dict[str, Any]:
    revision = one.revision
    return {
        "id": one.id,
        "title": revision.title,
        "number": revision.number,
        "what": revision.note,
        "is_new_page": revision.base_id is None,
        "author": cards.who(one.author),
        "author_role": one.author.role.value,
        "at": revision.created_at,
        "page_url": addresses.desk(revision.page),
        "looked_by": cards.who(one.looked_by) if one.looked_by_id else "",
        "looked_at": one.looked_at,
    }
