"""The same services as JSON under /api/v1; people script against it, so its shapes stay."""

from enum import StrEnum
from typing import Any

from flask import Blueprint, jsonify, url_for

from kb.rules import limits
from kb.rules.calls import StepKind
from kb.rules.errors import NotFound
from kb.rules.pages import Audience, Confidence, Kind, Language
from kb.services import comparing, flagging, importing_calls, reading, recounting, searching, suggesting
from kb.services.reading import Filter
from kb.web import addresses, calls, cards, forms, roots
from kb.web.house import actor, house
from kb.web.transaction import db

bp = Blueprint("api", __name__, url_prefix="/api/v1")


@bp.get("/search")
def search() -> Any:
    wanted = searching.Wanted(
        forms.text("q"),
        language=_maybe("language", Language),
        kind=_maybe("kind", Kind),
        category=forms.text("category") or None,
        tag=forms.text("tag") or None,
        confidence=_maybe("confidence", Confidence),
        audience=_maybe("audience", Audience),
        facets=forms.ticked("facets"),
        limit=forms.number("limit", limits.PAGE_SIZE) or 0,
        offset=forms.number("offset", 0) or 0,
    )
    found = searching.search(db(), house(), wanted, viewer=actor())
    answer = {
        "query": found.words,
        "total": found.total,
        "took_ms": round(found.took_ms, 1),
        "hits": [_hit(one) for one in found.results],
        "did_you_mean": found.corrected or None,
        "zero": found.total == 0,
        "fallback": found.fallback,
    }
    if wanted.facets:
        answer["facets"] = {
            name: [{"value": one.value, "count": one.count} for one in values] for name, values in found.facets.items()
        }
    return jsonify(answer)


@bp.get("/suggest")
def suggest() -> Any:
    found = suggesting.suggest(db(), house(), forms.text("q"), viewer=actor())
    told = cards.suggestions(found)
    return jsonify(
        q=found.words,
        completions=[{"word": one.word} for one in found.completions],
        suggestions=[
            {key: one[key] for key in ("id", "title", "phrase") if key in one} | {"url": _url(page.page)}
            for one, page in zip(told["suggestions"], found.pages, strict=True)
        ],
    )


@bp.get("/pages")
def pages() -> Any:
    limit = min(forms.number("limit", limits.PAGE_SIZE) or limits.PAGE_SIZE, limits.PAGE_SIZE_MAX)
    wanted = Filter(
        kind=forms.maybe("kind", Kind), language=forms.text("language") or None, tag=forms.text("tag") or None
    )
    total, found = reading.many(db(), wanted, viewer=actor(), limit=limit, offset=forms.number("offset", 0) or 0)
    return jsonify(total=total, pages=[_page(page) for page in found])


@bp.get("/pages/<int:id>")
def page(id: int) -> Any:
    found = reading.known(db(), id, viewer=actor())
    if found is None or found.shown is None:
        raise NotFound()
    body = reading.cut(found.shown, viewer=actor())
    if not actor().is_staff:
        answer = jsonify(**_page(found), body=body)
        answer.set_etag(f"{found.shown.id}-{actor().audience}")
        return answer
    # What a page stands on changes without the page.
    answer = jsonify(**_page(found), body=body, lineage=[_root(one) for one in _roots(id)])
    answer.add_etag()
    return answer


@bp.get("/pages/<int:id>/revisions")
def revisions(id: int) -> Any:
    history = comparing.history(db(), id, viewer=actor())
    return jsonify(
        page=id,
        revisions=[
            {
                "id": one.id,
                "number": one.number,
                "title": one.title,
                "state": one.state.value,
                "significance": one.significance.value,
                "note": one.note,
                "author": one.author.display_name if one.author else None,
                "created_at": one.created_at.isoformat(),
                "is_current": one.id == history.page.current_revision_id,
            }
            for one in history.revisions
        ],
    )


@bp.get("/calls", endpoint="calls")
def call_list() -> Any:
    limit = min(forms.number("limit", limits.PAGE_SIZE) or limits.PAGE_SIZE, limits.PAGE_SIZE_MAX)
    offset = forms.number("offset", 0) or 0
    found = recounting.listing(db(), calls.narrowed(), viewer=actor(), offset=offset, limit=limit)
    pages = recounting.pages(db(), found.calls, viewer=actor())
    return jsonify(total=found.total, calls=[_call(call, pages) for call in found.calls])


@bp.get("/flags")
def flags() -> Any:
    """The open flags, optionally of one page, the oldest first."""
    found = flagging.waiting(db(), viewer=actor(), page_id=forms.number("page"))
    return jsonify(total=len(found), flags=[_flag(one) for one in found])


def _maybe(name: str, words: type[StrEnum]) -> str | None:
    value = forms.maybe(name, words)
    return value.value if value else None


def _url(page: Any) -> str:
    return addresses.public(page, external=True) if not actor().is_staff else addresses.absolute(addresses.desk(page))


def _page(page: Any) -> dict[str, Any]:
    return {
        "id": page.id,
        "external_id": page.external_id,
        "revision": page.shown.id,
        "number": page.shown.number,
        "title": page.shown.title,
        "kind": page.kind.value,
        "language": page.language.value,
        "audience": page.audience.value,
        "confidence": page.confidence.value if page.current_revision_id else "unvalidated",
        "category": page.category.key if page.category else None,
        "tags": page.shown.tags,
        "phrases": page.shown.phrases,
        "updated_at": page.updated_at.isoformat(),
        "url": _url(page),
    }


def _roots(id: int) -> list[dict[str, Any]]:
    found = roots.roots_of(id)
    return [*found["supports"], *found["contradicts"]]


def _root(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "bond": one["bond"].value,
        "title": one["title"],
        "teller": one["teller"],
        "told_at": one["at"].isoformat(),
        "passages": list(one["passages"]),
        "calls": one["uses"],
    }


def _hit(result: Any) -> dict[str, Any]:
    page = result.page
    return {
        "id": page.id,
        "external_id": page.external_id,
        "title": result.revision.title,
        "kind": page.kind.value,
        "confidence": page.confidence.value if page.current_revision_id else "unvalidated",
        "score": round(result.score, 4),
        "snippet": "".join(piece.text for piece in result.snippet),
        "url": _url(page),
        "why": list(result.terms),
    }


def _call(call: Any, pages: dict[int, Any]) -> dict[str, Any]:
    """A call in the words of the import; `used` are the pages that this reader may open."""
    told = recounting.facts(call)
    used = [pages[step.page_id] for step in recounting.standing(call, StepKind.USE) if step.page_id in pages]
    return {
        **{key: told.get(key) for key in importing_calls.KEYS},
        "id": call.id,
        "external_id": call.external_id,
        "used": [_named(page) for page in dict.fromkeys(used)],
        "seconds": recounting.seconds(call),
        "seconds_to_use": recounting.seconds_to_use(call),
        "url": addresses.absolute(url_for("calls.show", lang="ja", id=call.id)),
    }


def _flag(flag: Any) -> dict[str, Any]:
    return {
        "id": flag.id,
        "page": _named(flag.page),
        "revision": flag.revision_id,
        "number": flag.revision.number,
        "fault": flag.fault.value,
        "words": flag.words,
        "call": flag.call_id,
        "created_at": flag.created_at.isoformat(),
        "closed_at": flag.closed_at.isoformat() if flag.closed_at else None,
        "reply": flag.reply,
    }


def _named(page: Any) -> dict[str, Any]:
    """A page in a few words."""
    return {"id": page.id, "external_id": page.external_id, "title": page.shown.title, "url": _url(page)}
