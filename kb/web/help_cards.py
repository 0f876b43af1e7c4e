"""The cards that go to an SV as templates and the clipboard take them: label and text, line by line."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from kb.rules import clock
from kb.rules.calls import HelpKind
from kb.services import flagging, settings
from kb.services.carding import Known
from kb.services.harassment import Record
from kb.services.helping import HelpRequest
from kb.web import cards, filters
from kb.web.house import actor
from kb.web.language import gettext as _
from kb.web.transaction import db

Line = tuple[str, str]


def facts_of(call: Any) -> dict[str, Any]:
    """What a call knows of itself, to be kept on a card: our own words, the ticket, and the minutes so far."""
    if call is None:
        return {}
    seconds = ((call.ended_at or clock.now()) - call.started_at).total_seconds()
    return {
        "channel": call.channel.value,
        "direction": call.direction.value,
        "customer": call.customer.value if call.customer else "",
        "inquiry_type": call.inquiry_type,
        "ticket": call.ticket,
        "minutes": max(1, round(seconds / 60)),
    }


def facts_line(facts: dict[str, Any]) -> str:
    """電話　受信　個人　配送　6分."""
    if not facts:
        return ""
    words = [filters.channel_word(facts["channel"]), filters.direction_word(facts["direction"])]
    words += [filters.customer_word(facts["customer"])] if facts.get("customer") else []
    words += [facts["inquiry_type"]] if facts.get("inquiry_type") else []
    return "　".join([*words, _("%(n)s分", n=facts["minutes"])])


def tried(known: Known) -> str:
    """What was tried, a line each, ready to be edited."""
    comma = _("、")
    lines = (
        (_("使った記事"), [_("「%(title)s」", title=one) for one in known.used]),
        (_("見た記事"), [_("「%(title)s」", title=one) for one in known.opened]),
        (_("うかがったこと"), known.asked),
        (_("済んだ手順"), known.done),
    )
    return "\n".join(f"{label}{_('：')}{comma.join(words)}" for label, words in lines if words)


def limit(known: Known) -> str:
    """What the page leaves to a higher role, with the name of the page."""
    lines = [f"{_('%(role)sへ', role=filters.role_word(one.role))}{_('：')}{_lined(one.text)}" for one in known.limits]
    return "\n".join([*lines, _("（「%(title)s」から）", title=known.limits[0].title)]) if lines else ""


def handover(words: str, card: dict[str, Any]) -> list[Line]:
    """The lines of a hand-over; what is not known is left out."""
    mood = filters.mood_word(card["mood"]) if card.get("mood") else ""
    line = card.get("line", "")
    lines = [
        (_("お客様のご用件"), words),
        (_("本当の目的"), card.get("purpose", "")),
        (_("したこと"), card.get("tried", "")),
        (_("権限を超えること"), card.get("limit", "")),
        (_("ご様子"), _("。").join(part for part in (mood, line) if part)),
        (_("応対"), facts_line(card.get("facts", {}))),
        (_("チケット"), card.get("facts", {}).get("ticket", "")),
    ]
    return [(label, text) for label, text in lines if text]


def harassment(card: dict[str, Any]) -> list[Line]:
    """The lines of a record of harassment: times, demands, what was said, and how it ended."""
    demands, said = card["demands"], card["said"]
    lines = [
        (_("時間"), _span(card)),
        (
            _("同じ要求"),
            _demanded(demands),
        ),
        (_("お伝えした言葉"), "\n".join(f"{_time(at)}　{text}" for at, text in said) or _("なし")),
        (_("結果"), filters.ending_word(card["ending"]) if card.get("ending") else ""),
        (_("一言"), card.get("line", "")),
    ]
    return [(label, text) for label, text in lines if text]


def of_record(record: Record) -> dict[str, Any]:
    """A record that is still being made, as the card that it will be."""
    return {
        "began_at": record.began_at.isoformat(),
        "over_at": record.over_at.isoformat() if record.over_at else "",
        "minutes": record.minutes,
        "demands": [[step.at.isoformat(), step.words] for step in record.demands],
        "said": [[step.at.isoformat(), step.words] for step in record.said],
    }


def lines_of(one: HelpRequest) -> list[Line]:
    """What a request says, line by line."""
    if one.kind is HelpKind.HANDOVER:
        return handover(one.words, one.card)
    return harassment(one.card) if one.kind is HelpKind.HARASSMENT else []


def as_text(title: str, lines: list[Line]) -> str:
    """The lines as text for another system."""
    told = [f"{label}{_('：')}\n{text}" if "\n" in text else f"{label}{_('：')}{text}" for label, text in lines]
    return "\n".join([_("【%(title)s】", title=title), *told])


def request_card(one: HelpRequest, known_pages: dict[int, Any], *, viewer_id: int | None) -> dict[str, Any]:
    """A request as lists draw it; pages only as far as `known_pages` has them."""
    lines = lines_of(one)
    ticket = one.card.get("facts", {}).get("ticket", "") if one.kind is HelpKind.HANDOVER else ""
    page = known_pages.get(one.page_id) if one.page_id else None
    return {
        "id": one.id,
        "key": f"r{one.id}",
        "kind": one.kind.value,
        "state": one.state.value,
        "words": one.words,
        "question": one.card.get("question", ""),
        "lines": lines,
        "text": as_text(filters.help_word(one.kind.value), lines) if lines else "",
        "mood": one.card.get("mood", ""),
        "asker": cards.who(one.asked_by),
        "at": one.created_at,
        "minutes": int((clock.now() - one.created_at).total_seconds() // 60),
        "taker": cards.who(one.taken_by) if one.taken_by_id else "",
        "mine": one.taken_by_id is not None and one.taken_by_id == viewer_id,
        "answer": one.answer,
        "answered_at": one.answered_at,
        "page": cards.link(page, desk=True) if page is not None else None,
        "pages": [cards.link(known_pages[i], desk=True) for i in one.card.get("pages", ()) if i in known_pages],
        "ticket_url": settings.current(db()).ticket_url.replace("{ticket}", quote(ticket, safe="")) if ticket else "",
        "unread": one.read_at is None,
    }


def flag_card(one: Any, *, fixed_in: int | None = None) -> dict[str, Any]:
    """A flag as lists draw it; `fixed_in` is the number of the version that a fix brought."""
    shown = one.page.shown
    return {
        "id": one.id,
        "key": f"f{one.id}",
        "kind": "flag",
        "fault": one.fault.value,
        "words": one.words,
        "asker": cards.who(one.user),
        "at": one.created_at,
        "minutes": int((clock.now() - one.created_at).total_seconds() // 60),
        "page": cards.link(one.page, desk=True),
        "number": one.revision.number,
        "moved": shown is not None and shown.id != one.revision_id,
        "closed_at": one.closed_at,
        "closer": cards.who(one.closed_by) if one.closed_by_id else "",
        "reply": one.reply,
        "unread": one.read_at is None,
        "fixed_in": fixed_in,
    }


def flag_cards(some: list[Any]) -> list[dict[str, Any]]:
    """One's own flags, each with the version that a fix brought."""
    fixed = flagging.fixed_in(db(), some, by=actor())
    return [flag_card(one, fixed_in=fixed.get(one.id)) for one in some]


def _demanded(demands: list[list[str]]) -> str:
    """How often, and when: in one line as long as nobody wrote down what was demanded."""
    count = _("%(n)s回", n=len(demands))
    if not any(text for _at, text in demands):
        return "　".join([count, *([_("、").join(_time(at) for at, _text in demands)] if demands else [])])
    return "\n".join([count, *(f"{_time(at)}　{text}".strip() for at, text in demands)])


def _lined(text: str) -> str:
    return _("、").join(text.split("\n"))


def _time(moment: str) -> str:
    at = datetime.fromisoformat(moment).astimezone(clock.HERE)
    return f"{at.hour}:{at.minute:02}"


def _span(card: dict[str, Any]) -> str:
    until = _time(card["over_at"]) if card.get("over_at") else ""
    return f"{_time(card['began_at'])}{_('〜')}{until}　{_('%(n)s分', n=card['minutes'])}"
