"""The synonyms' desk: list and filter, add in one line, try before keeping, change in place, remove and undo, CSV."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, url_for

from kb.rules import limits
from kb.rules.errors import Invalid, KbError, NotFound
from kb.services import sheets, synonyms, trying, wordings
from kb.services.house import Session
from kb.services.wordings import Draft
from kb.web import cards, forms
from kb.web.errors import wants_json
from kb.web.house import actor, house
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.masking import settled
from kb.web.transaction import db

bp = Blueprint("synonyms", __name__)

SHOWN = 50


@bp.get("/synonyms")
def index() -> Any:
    return _draw()


@bp.post("/synonyms")
def act() -> Any:
    """Whatever the buttons of the screen say; what is refused is drawn again with everything that was typed."""
    # A button that joins two entries carries the other one's number and no other word.
    deed = DEEDS.get("join" if forms.text("into") else forms.text("action"))
    if deed is None:
        raise Invalid("できない操作です。画面のボタンから操作してください。", field="action")
    try:
        return deed()
    except KbError as refused:
        if refused.status not in (409, 422) or wants_json():
            raise
        return _draw(refused), refused.status


@bp.post("/synonyms/preview")
def preview() -> Any:
    """How the line would be read, what to know about it, and what it would find; for the form while somebody types."""
    with house().store.reading() as session:
        return render_template("synonyms/_reading.html", reading=_reading(session))


@bp.get("/synonyms/export.csv")
def export() -> Any:
    """Every entry in use, as the file that the import takes in."""
    answer: Response = make_response(sheets.csv_bytes(synonyms.rows(db(), by=actor()), wordings.KEYS))
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = "attachment; filename=synonyms.csv"
    return answer


def _draft() -> Draft:
    return wordings.read(forms.text("line"), forms.text("note"))


def _settled(but: int | None = None) -> Draft:
    """What was typed, once its writer has seen whatever there is to know about it."""
    texts = settled(
        {name: forms.text(name) for name in ("line", "note")}, labels={"line": _("言葉"), "note": _("メモ")}
    )
    draft = wordings.read(texts["line"], texts["note"])
    if _told(db(), draft, but)["warns"] and forms.text("sure") != draft.line:
        raise Invalid("下の知らせを読んで、それでよければもう一度押してください。", field="line")
    return draft


def _add() -> Any:
    made = synonyms.add(db(), _settled(), by=actor())
    flash(_("「%(line)s」を加えました。次の検索から使います。", line=synonyms.draft_of(made).line))
    return redirect(_here(page=None, added=made.id))


def _change() -> Any:
    entry_id = forms.required_number("id")
    draft = _settled(but=entry_id)
    changed = synonyms.change(db(), entry_id, draft, seen=forms.required_number("seen"), by=actor())
    flash(_("「%(line)s」に変えました。次の検索から使います。", line=synonyms.draft_of(changed).line))
    return redirect(_here(page=None, changed=changed.id))


def _join() -> Any:
    into = forms.required_number("into")
    joined = synonyms.join(db(), into, _draft(), but=forms.number("id"), by=actor())
    flash(_("一つの組「%(line)s」にまとめました。次の検索から使います。", line=synonyms.draft_of(joined).line))
    return redirect(_here(page=None, changed=joined.id))


def _remove() -> Any:
    removed = synonyms.remove(db(), forms.required_number("id"), seen=forms.required_number("seen"), by=actor())
    return redirect(_here(undo=removed.id))


def _restore() -> Any:
    restored = synonyms.restore(db(), forms.required_number("id"), by=actor())
    flash(_("「%(line)s」を元に戻しました。", line=synonyms.draft_of(restored).line))
    return redirect(_here(page=None, removed=None, changed=restored.id))


def _try() -> Any:
    _draft()
    return _draw()


def _import() -> Any:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("取り込むCSVファイルを選んでください。", field="file")
    return _taken_in(sheets.csv_rows(file.filename, file.stream.read()))


def _first() -> Any:
    return _taken_in(sheets.read(current_app.config["KB_FIRST_SYNONYMS"]).rows)


def _taken_in(rows: Any) -> Any:
    tally = synonyms.take_in(db(), rows, by=actor())
    facts = {"added": tally.added, "changed": tally.changed, "unchanged": tally.unchanged}
    flash(_("追加 %(added)s組、メモの変更 %(changed)s組、変わらないもの %(unchanged)s組", **facts))
    return redirect(url_for("synonyms.index"))


DEEDS: dict[str, Callable[[], Any]] = {
    "add": _add,
    "change": _change,
    "join": _join,
    "remove": _remove,
    "restore": _restore,
    "try": _try,
    "import": _import,
    "first": _first,
}


def _here(**changes: Any) -> str:
    """The list as it is filtered now, with some arguments changed."""
    kept = {name: request.args.get(name) or None for name in ("q", "page", "removed")}
    return url_for("synonyms.index", **{**kept, **changes})


def _draw(refused: KbError | None = None) -> str:
    in_use, removed = synonyms.counts(db(), viewer=actor())
    shows_removed = forms.ticked("removed") and removed > 0
    number, words = max(1, forms.number("page", 1) or 1), request.args.get("q", "")
    offset = (number - 1) * SHOWN
    total, found = synonyms.listing(
        db(), words=words, removed=shows_removed, offset=offset, limit=SHOWN, viewer=actor()
    )
    form = _form(refused)
    entries = [_row(one) for one in found]
    if form["id"] and form["id"] not in {one["id"] for one in entries}:
        entries.insert(0, _row(synonyms.entry(db(), form["id"], viewer=actor())))
    return render_template(
        "synonyms/index.html",
        entries=entries,
        total=total,
        counts={"in_use": in_use, "removed": removed},
        filters={"q": words, "removed": shows_removed},
        form=form,
        undo=_undo(),
        here=_here(),
        page=number,
        pages=cards.page_count(total, SHOWN),
        page_url=lambda other: _here(page=other),
        edit_url=lambda entry_id: _here(edit=entry_id, _anchor=f"f-line-{entry_id}"),
        added=forms.number("added"),
        changed=forms.number("changed"),
    )


def _form(refused: KbError | None) -> dict[str, Any]:
    """The one form that is open: what was typed into it, or the entry that it shall change, or nothing."""
    field = "file" if forms.text("action") == "import" else (refused and refused.field) or "form"
    errors = {field: told(refused)} if refused else {}
    entry_id = forms.number("id") if request.method == "POST" else forms.number("edit")
    entry = synonyms.entry(db(), entry_id, viewer=actor()) if entry_id else None
    if request.method == "POST" and (forms.text("line") or forms.text("action") in ("add", "change", "try")):
        typed = {name: forms.text(name) for name in ("line", "note")}
        seen, reading = forms.number("seen"), _reading(db())
    else:
        draft = synonyms.draft_of(entry) if entry else None
        # Whoever comes from a search that missed brings the words along.
        typed = {"line": draft.line if draft else forms.text("line"), "note": draft.note if draft else ""}
        seen, reading = None, None
    # Whoever changes an entry that was removed meanwhile goes on in the form for a new one, and loses nothing.
    is_open = entry is not None and entry.removed_at is None and (seen is not None or request.method == "GET")
    facts: dict[str, Any] = {"id": None, "seen": None, "now": None}
    if entry is not None and is_open:
        stale = isinstance(refused, synonyms.Stale)
        facts = {"id": entry.id, "seen": entry.mark if stale or seen is None else seen}
        facts["now"] = _row(entry) if stale else None
    return {**facts, "typed": typed, "errors": errors, "reading": reading}


def _reading(session: Session) -> dict[str, Any]:
    """What the form tells under its line: how it is read, what would do nothing, where else, and a trial if asked."""
    line, but = forms.text("line"), forms.number("id")
    if not line.strip():
        return {"draft": None, "sentence": ""}
    try:
        draft = _draft()
    except Invalid as refused:
        return {"draft": None, "sentence": told(refused)}
    trial = None
    if forms.text("action") == "try":
        trial = trying.trial(session, house().index, draft, words=forms.text("try"), but=but, viewer=actor())
    facts = {"id": but, "seen": forms.number("seen"), "draft": draft, "trial": _trial(trial) if trial else None}
    return facts | _told(session, draft, but)


def _told(session: Session, draft: Draft, but: int | None) -> dict[str, Any]:
    """What would do nothing, and the other entries with the same words, near ones (they can be joined) before far."""
    advice = wordings.advise(draft)
    overlaps = synonyms.overlapping(session, draft, but=but, viewer=actor())
    near = [{**_row(one.entry), "shared": one.wordings} for one in overlaps if one.joined]
    far = [_row(one.entry) for one in overlaps if not one.joined]
    warns = bool(advice.ignored or advice.same or near)
    return {"advice": advice, "near": near[: limits.SUGGESTIONS], "far": far[: limits.SUGGESTIONS], "warns": warns}


def _trial(trial: trying.Trial) -> dict[str, Any]:
    def side(one: trying.Side) -> dict[str, Any]:
        best = [{**cards.link(page, desk=True), "is_new": page.id in one.only_here} for page in one.best]
        return {"total": one.total, "best": best}

    return {"words": trial.words, "without": side(trial.without), "within": side(trial.within)}


def _row(entry: Any) -> dict[str, Any]:
    return {
        "id": entry.id,
        "mark": entry.mark,
        "line": synonyms.draft_of(entry).line,
        "wordings": entry.wordings,
        "one_way": entry.one_way,
        "note": entry.note,
        "who": cards.who(entry.updated_by),
        "at": entry.updated_at,
        "removed": entry.removed_at is not None,
    }


def _undo() -> dict[str, Any] | None:
    """The entry that was just removed, as long as it still is."""
    entry_id = forms.number("undo") if request.method == "GET" else None
    if entry_id is None:
        return None
    try:
        entry = synonyms.entry(db(), entry_id, viewer=actor())
    except NotFound:
        return None
    return _row(entry) if entry.removed_at is not None else None
