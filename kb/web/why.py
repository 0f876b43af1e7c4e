"""Why a search finds a page or does not: the share of each word, or what stands in the way."""

from typing import Any

from flask import Blueprint, render_template, url_for

from kb.rules import limits
from kb.rules.roles import READS, Permission, Role, may
from kb.services import explaining, searching
from kb.services.explaining import Obstacle, Why
from kb.web import cards, console, filters, forms
from kb.web.house import actor, house, lang
from kb.web.language import gettext as _
from kb.web.transaction import db

bp = Blueprint("why", __name__)

# Whose search is looked into; nobody asks about a wider circle than their own.
READERS = (Role.CUSTOMER, Role.OPERATOR, Role.SV)


@bp.get("/console/why")
def show() -> Any:
    words = forms.text("q").strip()[: limits.QUERY]
    typed = forms.text("page").strip()[: limits.TITLE]
    readers = [role for role in READERS if actor().audience.includes(READS[role])]
    reader = forms.word("reader", Role, readers[-1])
    reader = reader if reader in readers else readers[-1]
    chosen = console.narrowed()
    facts: dict[str, Any] = {"q": words, "typed": typed, "reader": reader.value, "readers": readers, "chosen": chosen}
    pages = explaining.choices(db(), house(), typed, viewer=actor()) if typed and words else []
    if len(pages) != 1:
        choices = [{"id": page.id, "title": page.shown.title} for page in pages if page.shown]
        is_lost = bool(typed and words and not choices)
        return render_template("console/why.html", choices=choices, is_lost=is_lost, **facts), 404 if is_lost else 200
    language = lang() if reader is Role.CUSTOMER else None
    wanted = searching.Wanted(words, language=language, **chosen)
    found = explaining.why(db(), house(), wanted, pages[0].id, reader=READS[reader], viewer=actor())
    return render_template("console/why.html", page=_card(found), why=_told(found, reader, chosen), **facts)


def _card(found: Why) -> dict[str, Any]:
    page = found.page
    return {
        "id": page.id,
        "title": found.revision.title,
        "kind": page.kind.value,
        "audience": page.audience.value,
        "confidence": page.confidence.value if page.current_revision_id else "unvalidated",
        "is_live": page.shown is not None and page.archived_at is None,
    }


def _told(found: Why, reader: Role, chosen: dict[str, str]) -> dict[str, Any]:
    """What the screen says of one page and one search."""
    told = found.explanation
    whole = sum(one.score for one in told.reasons) or 1.0
    hows, fields = explaining.match_words(_), explaining.field_words(_)
    return {
        "rank": told.rank,
        "shares": [
            {
                "asked": one.asked,
                "found": one.found,
                "how": hows[one.how],
                "field": fields[one.field],
                "percent": round(100 * one.score / whole),
            }
            for one in sorted(told.reasons, key=lambda one: -one.score)
        ],
        "missing": told.missing,
        "has": found.has,
        "obstacles": [_obstacle(one, found, reader, chosen) for one in found.obstacles],
        "synonyms_url": _synonyms_url(found),
    }


def _obstacle(one: Obstacle, found: Why, reader: Role, chosen: dict[str, str]) -> dict[str, Any]:
    """An obstacle as a sentence, with the way round it where there is one."""
    if one.value in chosen:
        shelf = console.shelf_of(chosen["category"]) if one is Obstacle.CATEGORY else None
        word = cards.facet_word(one.value, searching.Facet(chosen[one.value], None, shelf))
        rest = {name: value for name, value in chosen.items() if name != one.value}
        sentence = _("しぼり込み「%(word)s」に当てはまりません。", word=word)
        return {"sentence": sentence, "url": url_for("console.search", q=found.query.words, **rest)}
    who = filters.role_word(reader.value)
    sentences = {
        Obstacle.NO_WORDS: _("探せる言葉がありません。「の」「です」「ください」のような言葉だけでは探しません。"),
        Obstacle.STATE: _(
            "まだ公開されていません（いまの状態：%(state)s）。", state=filters.state_word(found.revision.state.value)
        ),
        Obstacle.ARCHIVED: _("公開を終えて、アーカイブに入っています。"),
        Obstacle.HIDDEN: _(
            "公開範囲が「%(audience)s」なので、%(who)sの検索には出ません。",
            audience=filters.audience_word(found.page.audience.value),
            who=who,
        ),
        Obstacle.HIDDEN_WORDS: _(
            "「%(words)s」は、%(who)sには見えない部分にだけ書かれています。", words="・".join(found.hidden), who=who
        ),
        Obstacle.NO_INDEX: _("検索の索引を作り直しているので、いまは調べられません。少し待ってからお試しください。"),
        Obstacle.WAITING: _("変更がまだ検索の索引に入っていません。ふつうは一秒ほどで入ります。"),
        Obstacle.NOT_HELD: _("検索の索引に入っていません。管理者に kb index check を頼んでください。"),
        Obstacle.LANGUAGE: _("この画面の検索は、画面と同じ言語の記事だけを探します。"),
        Obstacle.PHRASE: _("引用符で囲んだ言葉が、その並びのままでは書かれていません。"),
        Obstacle.EXCLUDED: _("「-」をつけて除いた言葉が書かれています。"),
        Obstacle.NO_SHARED_WORD: _("検索の言葉が、記事のどこにもありません。"),
    }
    return {"sentence": sentences[one], "url": None}


def _synonyms_url(found: Why) -> str | None:
    """Where an SV says that the words mean what the page says."""
    if not may(actor(), Permission.KEEP_SYNONYMS) or not found.explanation.missing:
        return None
    line = "＝".join([found.explanation.missing[0], *found.has[:1]])
    return url_for("synonyms.index", line=line, _anchor="add")
