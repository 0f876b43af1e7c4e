"""What templates draw of one waiting item: what it is called, why it stands where it stands, and what can be done."""

import re
from typing import Any

from flask import url_for
from markupsafe import Markup, escape

from kb.rules import clock
from kb.rules.calls import HelpKind
from kb.rules.desk import GapDecision, ItemKind
from kb.services import following, queueing
from kb.services.queueing import Reason, Row
from kb.web import cards, filters, help_cards, showing
from kb.web.house import actor, lang
from kb.web.language import gettext as _
from kb.web.review import bp

HOUR, DAY = 60, 1440  # minutes
_NUMBERS = re.compile(r"(\d[\d,]*)")


@bp.app_template_filter()
def counted(sentence: str) -> Markup:
    """A sentence with its numbers in bold."""
    return Markup("").join(
        Markup("<b>{}</b>").format(part) if part[:1].isdecimal() else escape(part) for part in _NUMBERS.split(sentence)
    )


def key_of(row: Row) -> str:
    """The name of an item on the screen and in addresses: story-12."""
    return f"{row.line.kind.value}-{row.line.id}"


def address(kind: ItemKind, id: int) -> str:
    """The screen of one item."""
    if kind in (ItemKind.STORY, ItemKind.EDIT):
        return url_for("review.show", id=id)
    return url_for(
        {ItemKind.HELP: "review.help", ItemKind.FLAG: "review.flag", ItemKind.GAP: "review.gap"}[kind], id=id
    )


def card(row: Row) -> dict[str, Any]:
    """A row of the queue."""
    line, thing = row.line, row.thing
    taker = thing.taken_by.display_name if row.holder_id is not None and thing.taken_by is not None else ""
    return {
        "key": key_of(row),
        "kind": line.kind.value,
        "id": line.id,
        "url": address(line.kind, line.id),
        "why": why(row),
        "urgent": line.on_the_line,
        "taker": taker,
        "mine": row.holder_id is not None and row.holder_id == actor().id,
        "held_for": age(minutes_since(thing.taken_at)) if row.holder_id is not None else "",
        "deeds": deeds(row),
        **_TELLERS[line.kind](row),
    }


def why(row: Row) -> str:
    """Why an item is where it is, in one plain sentence and never a score."""
    line = row.line
    waited = age(minutes_since(line.since))
    if row.reason in (Reason.ON_THE_LINE, Reason.ASKED):
        return _asked(row, waited)
    if row.reason in (Reason.CALLS, Reason.SEARCHES):
        return _touching(line)
    if line.kind is ItemKind.GAP:
        return _("この28日に%(n)s回探され、見つかりませんでした。", n=filters.number(row.thing.times))
    if row.reason is Reason.AGE:
        return _("%(time)s待っています。", time=waited)
    return _("届いたばかりです。")


def deeds(row: Row) -> dict[str, str]:
    """Where the keys for a decision lead on this item: to its screen, with that decision opened."""
    line = row.line
    if line.kind not in (ItemKind.STORY, ItemKind.EDIT):
        return {"approve": address(line.kind, line.id)}
    found = {name: url_for("review.show", id=line.id, decision=name) for name in ("approve", "return", "duplicate")}
    return found | ({"merge": url_for("merging.merge", id=line.id)} if line.kind is ItemKind.STORY else {})


def minutes_since(at: Any) -> int:
    """Whole minutes between a moment and now."""
    return max(0, int((clock.now() - at).total_seconds() // 60)) if at is not None else 0


def age(minutes: int) -> str:
    """How long: 2分, 3時間, 5日."""
    if minutes < HOUR:
        return _("%(n)s分", n=max(1, minutes))
    return _("%(n)s時間", n=minutes // HOUR) if minutes < DAY else _("%(n)s日間", n=minutes // DAY)


def when(at: Any) -> str:
    """A moment in words alone, to stand inside a sentence."""
    return Markup(filters.moment(at)).striptags()


def _asked(row: Row, waited: str) -> str:
    request: Any = row.thing
    who = cards.who(request.asked_by)
    if row.reason is Reason.ON_THE_LINE:
        return _("%(who)sさんが応対中です。%(time)s前から待っています。", who=who, time=waited)
    if request.kind is HelpKind.HARASSMENT:
        return _("%(who)sさんが%(time)s前に記録を送りました。声をかけてください。", who=who, time=waited)
    return _("%(who)sさんが%(time)s前から答えを待っています。", who=who, time=waited)


def _touching(line: queueing.Line) -> str:
    """The searches and calls of the last days, as what they mean for this kind."""
    counts = {"calls": filters.number(line.calls), "searches": filters.number(line.searches)}
    both, only_calls = bool(line.calls and line.searches), bool(line.calls)
    if line.kind is ItemKind.GAP:
        if both:
            return _("この7日、お客様の検索%(searches)s回と応対%(calls)s件で見つかりませんでした。", **counts)
        if only_calls:
            return _("この7日、応対%(calls)s件で見つかりませんでした。", **counts)
        return _("この7日、お客様が%(searches)s回探して見つかりませんでした。", **counts)
    if line.kind is ItemKind.FLAG:
        if only_calls:
            return _("この7日に%(calls)s件の応対で使われた記事への指摘です。", **counts)
        return _("この7日に%(searches)s回、検索から読まれた記事への指摘です。", **counts)
    if line.kind is ItemKind.EDIT:
        if both:
            return _("この7日に応対%(calls)s件で使われ、検索から%(searches)s回読まれた記事です。", **counts)
        if only_calls:
            return _("この7日に%(calls)s件の応対で使われた記事です。", **counts)
        return _("この7日に検索から%(searches)s回読まれた記事です。", **counts)
    if both:
        return _("この7日の検索%(searches)s回・応対%(calls)s件に関わります。", **counts)
    if only_calls:
        return _("この7日の応対%(calls)s件に関わります。", **counts)
    return _("この7日の検索%(searches)s回に関わります。", **counts)


def _proposal(row: Row) -> dict[str, Any]:
    revision: Any = row.thing
    page, is_story = revision.page, row.line.kind is ItemKind.STORY
    facts = [cards.who(revision.author), filters.moment(revision.submitted_at)]
    if is_story and revision.base_id is not None and (times := following.attempts(revision)) > 1:
        facts.append(_("%(n)s回目の提出", n=times))
    if not is_story and page.current is not None:
        facts.append(f"→ {page.current.title}")
    if page.category is not None:
        facts.append(page.category.name(lang()))
    told = showing.story_facts(revision) if is_story else {"opening": "", "facts": _edited(revision)}
    return {"title": revision.title, "about": facts, **told}


def _edited(revision: Any) -> list[tuple[str, str]]:
    return [
        (_("変えたこと"), revision.note or _("（書きとめなし）")),
        (_("変更の大きさ"), showing.significance_word(revision.significance)),
    ]


def _flag(row: Row) -> dict[str, Any]:
    flag: Any = row.thing
    title = flag.page.shown.title if flag.page.shown else ""
    fault = filters.fault_word(flag.fault.value)
    return {
        "title": _("%(title)s：%(fault)s", title=title, fault=fault),
        "about": [cards.who(flag.user), filters.moment(flag.created_at), _("版%(n)s", n=flag.revision.number)],
        "opening": flag.words,
        "facts": [(_("記事"), title), (_("指摘"), fault)],
    }


def _request(row: Row) -> dict[str, Any]:
    request: Any = row.thing
    question = request.card.get("question", "")
    title = question or (
        _("「%(words)s」", words=request.words) if request.words else filters.help_word(request.kind.value)
    )
    facts = [filters.help_word(request.kind.value)]
    if request.call is not None and request.call.inquiry_type:
        facts.append(request.call.inquiry_type)
    if question and request.words:
        facts.append(_("探した言葉「%(words)s」", words=request.words))
    lines = help_cards.lines_of(request)
    return {"title": title, "about": facts, "opening": request.words if question else "", "facts": lines}


def _gap(row: Row) -> dict[str, Any]:
    gap: Any = row.thing
    facts = [_("最後は%(when)s", when=when(gap.last_at))]
    if gap.decision is not None:
        facts.append(_("前に%(decision)sとしましたが、また探されています", decision=decision_word(gap.decision)))
    told = [
        (_("この28日"), _("%(n)s回", n=filters.number(gap.times))),
        (_("最後に探された"), when(gap.last_at)),
    ]
    if gap.decision is not None:
        told.append((_("前の決定"), "　".join(part for part in (decision_word(gap.decision), gap.reason) if part)))
    return {"title": _("「%(words)s」", words=gap.words), "about": facts, "opening": "", "facts": told}


def decision_word(decision: GapDecision) -> str:
    """What was done about a gap."""
    words = {GapDecision.PAGE: _("記事にした"), GapDecision.SYNONYM: _("同義語にした")}
    return words.get(decision, _("見送り"))


_TELLERS = {
    ItemKind.STORY: _proposal,
    ItemKind.EDIT: _proposal,
    ItemKind.FLAG: _flag,
    ItemKind.HELP: _request,
    ItemKind.GAP: _gap,
}
