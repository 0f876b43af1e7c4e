"""What administrators may set: one table of names, defaults, bounds and checks, each with its explanation."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from kb.rules import limits
from kb.rules.errors import Faults, Invalid

# Letters of no shape that turn the direction of what stands after them (Unicode, UAX 9).
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_PHONE = re.compile(r"\+?[0-9(][0-9() -]{1,28}[0-9]")
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_HERE = ("localhost", "127.0.0.1")


@dataclass(frozen=True)
class Choice:
    """One thing that can be set: its label and explanation, what holds until somebody chooses, and the check.

    `check` takes what was typed, or the value itself, and gives the value; it raises Invalid.
    """

    label: str
    explanation: str
    default: Any
    check: Callable[[Any], Any]


@dataclass(frozen=True)
class Settings:
    """Everything that is set, each with its type; days are whole days."""

    embed_origins: tuple[str, ...]
    inquiry_days: int
    contact_phone: str
    contact_hours: str
    contact_note: str


def _said(sentence: str) -> str:
    """The sentence as it is: only what is called so is taken into the catalogue."""
    return sentence


def _line(value: Any) -> str:
    """A line of text in one piece, without letters that nobody sees."""
    text = " ".join(unicodedata.normalize("NFC", str(value)).split())
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Co") or letter in _TURNS for letter in text):
        raise Invalid("目に見えない文字が混じっています。入れ直してください。")
    if len(text) > limits.SETTING:
        raise Invalid("%(limit)s文字までにしてください。", limit=limits.SETTING)
    return text


def _phone(value: Any) -> str:
    text = unicodedata.normalize("NFKC", _line(value)).replace("\u2010", "-").replace("\u2212", "-").replace("ー", "-")
    if text and not _PHONE.fullmatch(text):
        raise Invalid("電話番号は、数字とハイフンで入れてください。例：0120-000-000")
    return text


def _days(value: Any) -> int:
    typed = unicodedata.normalize("NFKC", str(value)).strip()
    if not re.fullmatch("[0-9]{1,6}", typed) or not limits.INQUIRY_DAYS_MIN <= int(typed) <= limits.INQUIRY_DAYS_MAX:
        raise Invalid(
            "%(least)s〜%(most)sの数で入れてください。", least=limits.INQUIRY_DAYS_MIN, most=limits.INQUIRY_DAYS_MAX
        )
    return int(typed)


def _origins(value: Any) -> tuple[str, ...]:
    typed: Iterable[str] = value.split() if isinstance(value, str) else value
    origins = tuple(dict.fromkeys(_origin(str(one)) for one in typed))
    if len(origins) > limits.EMBED_ORIGINS:
        raise Invalid("サイトは%(limit)s件までです。", limit=limits.EMBED_ORIGINS)
    return origins


def _origin(typed: str) -> str:
    """An origin as browsers write it (WHATWG HTML, 7.1.1): https, host and port, or this very machine by http."""
    try:
        parts = urlsplit(typed.strip())
        port, host = parts.port, (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError):
        parts, port, host = urlsplit(""), None, ""
    is_here = parts.scheme == "http" and host in _HERE
    is_bare = parts.path in ("", "/") and not parts.query and not parts.fragment and "@" not in parts.netloc
    if not (parts.scheme == "https" or is_here) or not _HOST.fullmatch(host) or not is_bare:
        raise Invalid(
            "「%(value)s」は使えません。https:// で始まるサイトの先頭だけを入れてください。例：https://shop.example.com",
            value=typed[:60],
        )
    usual = 443 if parts.scheme == "https" else 80
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None and port != usual else "")


# To let administrators set one more thing, add it here and to Settings; nothing else knows what can be set.
TABLE: dict[str, Choice] = {
    "contact_phone": Choice(
        _said("電話番号"),
        _said("お客様の画面の「お問い合わせ」に出ます。空にすると出ません。"),
        "",
        _phone,
    ),
    "contact_hours": Choice(
        _said("受付時間"),
        _said("電話がつながる曜日と時間。英語の画面にも同じ文が出ます。"),
        "",
        _line,
    ),
    "contact_note": Choice(
        _said("ひとこと"),
        _said("混み合う時間や、手元に用意していただくものなど。200文字まで。"),
        "",
        _line,
    ),
    "inquiry_days": Choice(
        _said("お問い合わせを残す日数"),
        _said(
            "過ぎたものから、自動で消します。短くすると届いているものにも効き、長くしてもこれから届くものだけに効きます。"
        ),
        180,
        _days,
    ),
    "embed_origins": Choice(
        _said("FAQを埋め込んでよいサイト"),
        _said("1行に1つ、https:// から。ここにないサイトでは、埋め込んだFAQは動きません。"),
        (),
        _origins,
    ),
}


def settings(chosen: Mapping[str, Any]) -> Settings:
    """Everything that is set: what was chosen, else the default; values that no longer pass count as not chosen."""
    values = {}
    for name, choice in TABLE.items():
        try:
            values[name] = choice.check(chosen[name]) if name in chosen else choice.default
        except Invalid:
            values[name] = choice.default
    return Settings(**values)


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values fit to be kept, by name; raises Faults with a refusal for each field at fault."""
    fit, faults = {}, {}
    for name, value in values.items():
        try:
            if name not in TABLE:
                raise Invalid("この設定はありません。")
            fit[name] = TABLE[name].check(value)
        except Invalid as refused:
            faults[name] = Invalid(refused.sentence, field=name, **refused.facts)
    if faults:
        raise Faults(faults)
    return fit
