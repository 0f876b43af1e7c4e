"""What templates may call: dates, words for the kinds of things, phrase breaks."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, request
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from kb.rules import clock
from kb.rules.roles import Permission, may
from kb.services import dating, phrasing
from kb.web.head import site_name
from kb.web.headers import nonce
from kb.web.house import actor, lang
from kb.web.language import gettext as _
from kb.web.language import other_language_url
from kb.web.speaking import seconds

HERE = ZoneInfo("Asia/Tokyo")


def day(at: datetime | None) -> str:
    """2026年11月21日 in a <time>."""
    if at is None:
        return ""
    local = at.astimezone(HERE)
    shown = f"{local.year}年{local.month}月{local.day}日" if lang() == "ja" else f"{local:%B} {local.day}, {local.year}"
    return Markup('<time datetime="{}">{}</time>').format(local.date().isoformat(), shown)


def on_day(when: date) -> str:
    """12月31日, with the year when it is another one, in a <time>."""
    if lang() == "ja":
        shown = f"{when.month}月{when.day}日"
        shown = shown if when.year == clock.today().year else f"{when.year}年{shown}"
    else:
        shown = f"{when:%b} {when.day}" if when.year == clock.today().year else f"{when:%b} {when.day}, {when.year}"
    return Markup('<time datetime="{}">{}</time>').format(when.isoformat(), shown)


def iso_day(at: datetime) -> str:
    """2026-11-02 in a <time>, for badges."""
    shown = at.astimezone(HERE).date().isoformat()
    return Markup('<time datetime="{}">{}</time>').format(shown, shown)


def moment(at: datetime | None) -> str:
    """きょう 10:40, きのう 9:05, 11月19日 17:20, with the year when it is another one."""
    if at is None:
        return ""
    local, today = at.astimezone(HERE), clock.now().astimezone(HERE)
    clock_time = f"{local.hour}:{local.minute:02}"
    days = (today.date() - local.date()).days
    if days == 0:
        shown = _("きょう %(time)s", time=clock_time)
    elif days == 1:
        shown = _("きのう %(time)s", time=clock_time)
    elif lang() == "ja":
        year = f"{local.year}年" if local.year != today.year else ""
        shown = f"{year}{local.month}月{local.day}日 {clock_time}"
    else:
        year = f" {local.year}" if local.year != today.year else ""
        shown = f"{local:%b} {local.day}{year}, {clock_time}"
    return Markup('<time datetime="{}">{}</time>').format(at.astimezone(UTC).isoformat(timespec="seconds"), shown)


def time_of_day(at: datetime) -> str:
    """16:30, in Japan's time, behind a day that was told before."""
    local = at.astimezone(HERE)
    return f"{local.hour}:{local.minute:02}"


def stamp_day(at: datetime) -> str:
    """26.11.02, as an office date stamp writes it."""
    return f"{at.astimezone(HERE):%y.%m.%d}"


def phrased(text: Any) -> Markup:
    """The text with <wbr> between phrases, so that headings break where a reader would."""
    # A sentence with places comes from the catalogue escaped already, and must not be escaped twice.
    plain = str(text.unescape() if isinstance(text, Markup) else text)
    return Markup("<wbr>").join(escape(part) for part in phrasing.phrases(plain))


def pieced(pieces: Iterable[Any]) -> Markup:
    """A text in pieces (text, hit), with what was searched for marked."""
    shown = (f"<mark>{escape(one.text)}</mark>" if one.hit else escape(one.text) for one in pieces)
    # Every part of it is escaped.
    return Markup("".join(shown))


def theme() -> str:
    """Light or dark where the reader chose (static/modules/theme.js keeps it); empty where the device decides."""
    chosen = request.cookies.get("kb_theme", "")
    return chosen if chosen in ("light", "dark") else ""


def number(value: int | float) -> str:
    """1,234."""
    return f"{value:,}"


def kind_word(kind: str) -> str:
    return {"faq": _("FAQ"), "case": _("体験"), "procedure": _("手順"), "script": _("トーク")}[kind]


def audience_word(audience: str) -> str:
    return {"public": _("公開"), "staff": _("社内のみ"), "sv": _("SVのみ")}[audience]


def confidence_word(confidence: str) -> str:
    return {"validated": _("検証済み"), "unvalidated": _("未検証")}[confidence]


def role_word(role: str) -> str:
    words = {"customer": _("お客様"), "operator": _("オペレーター"), "editor": _("編集者")}
    words |= {"sv": _("SV"), "admin": _("管理者")}
    return words[role]


def state_word(state: str) -> str:
    return {
        "draft": _("下書き"),
        "submitted": _("確認待ち"),
        "in_review": _("確認中"),
        "approved": _("公開済み"),
        "returned": _("戻し"),
        "rejected": _("見送り"),
        "merged": _("統合済み"),
        "duplicate": _("重複"),
        "withdrawn": _("取り下げ"),
    }[state]


def shortcoming_word(shortcoming: str) -> str:
    return {
        "unclear": _("分かりにくい"),
        "unsolved": _("解決しない"),
        "out_of_date": _("情報が古い"),
        "off_topic": _("求めていた内容と違う"),
        "other": _("その他"),
    }[shortcoming]


def personal_word(kind: str) -> str:
    return {
        "mail": _("メールアドレス"),
        "card": _("カード番号"),
        "phone": _("電話番号"),
        "my_number": _("マイナンバー"),
        "postal_code": _("郵便番号"),
        "address": _("住所"),
        "order": _("注文番号"),
        "name": _("お名前"),
    }[kind]


def channel_word(channel: str) -> str:
    words = {"phone": _("電話"), "mail": _("メール"), "chat": _("チャット"), "sns": _("SNS"), "store": _("来店")}
    return words[channel]


def direction_word(direction: str) -> str:
    return {"inbound": _("受信"), "outbound": _("発信")}[direction]


def customer_word(customer: str) -> str:
    return {"individual": _("個人"), "business": _("法人"), "partner": _("取引先"), "internal": _("社内")}[customer]


def outcome_word(outcome: str) -> str:
    words = {"solved": _("解決"), "callback": _("折り返し"), "handed_over": _("引き継ぎ"), "unsolved": _("未解決")}
    return words[outcome]


def fault_word(fault: str) -> str:
    return {"wrong": _("誤りがある"), "unclear": _("分かりにくい"), "out_of_date": _("情報が古い")}[fault]


def help_word(kind: str) -> str:
    return {"question": _("質問"), "handover": _("引き継ぎ"), "harassment": _("カスハラの記録")}[kind]


def mood_word(mood: str) -> str:
    words = {"calm": _("落ち着いている"), "hurried": _("急いでいる"), "troubled": _("困っている")}
    return (words | {"angry": _("怒っている")})[mood]


def ending_word(ending: str) -> str:
    words = {"calmed": _("収まった"), "handed_over": _("SVに代わった"), "ended": _("お断りして終えた")}
    return (words | {"left": _("お客様が終えた")})[ending]


def help_state_word(state: str) -> str:
    words = {"open": _("待っています"), "taken": _("確認中"), "answered": _("回答済み"), "withdrawn": _("取り下げ")}
    return words[state]


def _spoken(word: Callable[[str], str]) -> Callable[[Context, str], str]:
    """The filter, asked at every drawing: Jinja would work out `"faq"|kind_word` once, in one reader's language."""

    said: dict[tuple[str, str], str] = {}

    @pass_context
    def ask(context: Context, value: str) -> str:
        # A list asks for the same few words at every line; only words that are known are kept.
        key = (lang(), value)
        return said[key] if key in said else said.setdefault(key, word(value))

    return ask


WORDS = (
    *(kind_word, audience_word, confidence_word, role_word, state_word, shortcoming_word, personal_word),
    *(channel_word, direction_word, customer_word, outcome_word, fault_word, help_word, help_state_word),
    *(mood_word, ending_word),
)


def init_app(app: Flask) -> None:
    """Give templates their filters and their few names."""
    for made in (day, on_day, iso_day, moment, time_of_day, stamp_day, phrased, pieced, number, seconds):
        app.add_template_filter(made)
    app.add_template_filter(dating.today, "today")
    for word in WORDS:
        app.add_template_filter(_spoken(word), word.__name__)

    @app.context_processor
    def names() -> dict[str, Any]:
        return {
            "actor": actor(),
            "may": lambda permission: may(actor(), Permission(permission)),
            "lang": lang(),
            "csp_nonce": nonce(),
            "theme": theme(),
            "other_language_url": other_language_url(),
            "site_name": site_name(),
            "has_room": lambda endpoint: endpoint in app.view_functions,
        }
