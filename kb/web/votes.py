"""Votes: the customer's answer to 役に立ちましたか, and what staff read of it."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from typing import Any

from flask import Response, current_app, jsonify, make_response, redirect, render_template, request, url_for

from kb.rules import limits
from kb.rules.errors import Invalid
from kb.rules.roles import VISITOR
from kb.rules.votes import Shortcoming
from kb.services import reading, voting
from kb.services.voting import Ballot, Kind
from kb.web import addresses, api, cards, charts, filters, forms, pages
from kb.web.faq import bp
from kb.web.house import actor
from kb.web.language import told
from kb.web.transaction import db

COOKIE = "kb_visitor"
COOKIE_DAYS = 180
RANDOM = re.compile(r"[\w-]{22}", re.ASCII)
YES, NO, WHY = "yes", "no", "why"


@bp.post("/<any(ja,en):lang>/faq/<int:id>/vote")
def vote(id: int) -> Any:
    """Keep a vote; `said` is yes, no, or why (the reasons of a no). With `part` only the form is answered."""
    said, revision = forms.text("said"), forms.required_number("revision")
    if said not in (YES, NO, WHY):
        raise Invalid("「はい」か「いいえ」を選んでください。", field="said")
    visitor = _visitor()
    try:
        ballot = _ballot(said)
        masked = voting.cast(db(), id, revision, ballot, visitor=_hidden(visitor, revision), viewer=actor())
    except Invalid as refused:
        # A script draws the sentence beside the field; without one, the form comes back with everything in it.
        if said != WHY or forms.ticked("part"):
            raise
        return _page(id, revision, NO, errors={refused.field or "form": told(refused)}), refused.status
    if forms.ticked("part"):
        answer = make_response(render_template("votes/_part.html", vote=drawn(id, revision, said, masked)))
    else:
        address = url_for("faq.voted", id=id, revision=revision, said=said, masked=",".join(masked) or None)
        answer = make_response(redirect(address, 303))
    return _with_cookie(answer, visitor)


@bp.get("/<any(ja,en):lang>/faq/<int:id>/vote")
def voted(id: int) -> Any:
    """What stands there after a vote without scripts: thanks, and for a no the reasons to choose from."""
    said = forms.text("said")
    masked = [kind for kind in forms.text("masked").split(",") if kind in set(Kind)]
    revision = forms.required_number("revision")
    answer = make_response(_page(id, revision, said if said in (YES, NO, WHY) else "", masked=masked))
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@pages.bp.get("/pages/<int:id>/votes")
def votes(id: int) -> Any:
    """For SVs: what customers said of a page, by version, and in their own words."""
    number, size = max(1, forms.number("page", 1) or 1), limits.PAGE_SIZE
    page, counts, total, words = voting.told(db(), id, viewer=actor(), limit=size, offset=(number - 1) * size)
    given = counts[0].shortcomings if counts else {}
    reasons = [(filters.shortcoming_word(one), given[one]) for one in Shortcoming if one in given]
    return render_template(
        "votes/index.html",
        page={"id": id, "title": page.shown.title if page.shown else ""},
        counts=counts,
        reasons=charts.bars(reasons),
        words=words,
        total=total,
        number=number,
        pages=cards.page_count(total),
        page_url=cards.pages_of("pages.votes", id=id),
    )


@api.bp.get("/pages/<int:id>/votes", endpoint="votes")
def as_json(id: int) -> Any:
    """The same as JSON: counts by version and a screen of words."""
    limit = min(forms.number("limit", limits.PAGE_SIZE) or limits.PAGE_SIZE, limits.PAGE_SIZE_MAX)
    offset = forms.number("offset", 0) or 0
    _found, counts, total, words = voting.told(db(), id, viewer=actor(), limit=limit, offset=offset)
    return jsonify(
        page=id,
        revisions=[
            {"number": one.number, "helpful": one.helpful, "unhelpful": one.unhelpful, "reasons": one.shortcomings}
            for one in counts
        ],
        total=total,
        words=[
            {"number": one.number, "reason": one.shortcoming, "words": one.words, "at": one.at.isoformat()}
            for one in words
        ],
    )


def _ballot(said: str) -> Ballot:
    if said != WHY:
        return Ballot(is_helpful=said == YES)
    ballot = Ballot(False, forms.maybe("reason", Shortcoming), forms.text("words"))
    if ballot.shortcoming is None and not ballot.words.strip():
        raise Invalid("あてはまるものを選ぶか、ひとこと書いてください。", field="reason")
    return ballot


def _visitor() -> str:
    """The random word that this browser keeps, or a new one."""
    known = request.cookies.get(COOKIE, "")
    return known if RANDOM.fullmatch(known) else secrets.token_urlsafe(16)


def _hidden(visitor: str, revision: int) -> str:
    """What is stored in its place: another word for every revision, so that votes do not tell of each other."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"vote:{revision}:{visitor}".encode(), hashlib.sha256).hexdigest()


def _with_cookie(answer: Response, visitor: str) -> Response:
    age, is_secure = COOKIE_DAYS * 86_400, current_app.config["KB_SECURE"]
    answer.set_cookie(COOKIE, visitor, max_age=age, httponly=True, samesite="Lax", secure=is_secure)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def drawn(id: int, revision: int, said: str = "", masked: Iterable[str] = (), **more: Any) -> dict[str, Any]:
    """What parts/vote.html needs of a page's revision, and of what was said of it."""
    return {
        "url": url_for("faq.vote", id=id),
        "revision": revision,
        "said": said,
        "masked": list(masked),
        "errors": {},
        "most": limits.VOTE_WORDS,
        **more,
    }


def _page(id: int, revision: int, said: str, **more: Any) -> str:
    page = reading.known(db(), id, viewer=VISITOR)
    if page is None or page.shown is None:
        raise reading.missing(db(), id, viewer=VISITOR)
    vote = drawn(id, revision, said, reason=forms.text("reason"), words=forms.text("words"), **more)
    return render_template(
        "votes/said.html", vote=vote, page={"title": page.shown.title, "url": addresses.public(page)}
    )
