"""What may be set to what: the checks behind the table of settings, each from what was typed to a value."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from kb.rules import limits
from kb.rules.errors import Invalid
from kb.rules.inquiries import mail_address

# Letters of no shape that turn the direction of what stands after them (Unicode, UAX 9).
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_PHONE = re.compile(r"\+?[0-9(][0-9() -]{1,28}[0-9]")
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_HERE = ("localhost", "127.0.0.1")


def line(value: Any) -> str:
    """A line of text in one piece, without letters that nobody sees."""
    text = " ".join(unicodedata.normalize("NFC", str(value)).split())
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Co") or letter in _TURNS for letter in text):
        raise Invalid("目に見えない文字が混じっています。入れ直してください。")
    if len(text) > limits.SETTING:
        raise Invalid("%(limit)s文字までにしてください。", limit=limits.SETTING)
    return text


def phone(value: Any) -> str:
    text = unicodedata.normalize("NFKC", line(value)).replace("\u2010", "-").replace("\u2212", "-").replace("ー", "-")
    if text and not _PHONE.fullmatch(text):
        raise Invalid("電話番号は、数字とハイフンで入れてください。例：0120-000-000")
    return text


def whole(least: int, most: int) -> Callable[[Any], int]:
    """A check for whole numbers from `least` to `most`."""

    def check(value: Any) -> int:
        typed = unicodedata.normalize("NFKC", str(value)).strip()
        if not re.fullmatch("[0-9]{1,9}", typed) or not least <= int(typed) <= most:
            raise Invalid("%(least)s〜%(most)sの数で入れてください。", least=least, most=most)
        return int(typed)

    return check


def decimal(least: float, most: float) -> Callable[[Any], float]:
    """A check for numbers from `least` to `most`, kept with one digit behind the point."""

    def check(value: Any) -> float:
        typed = unicodedata.normalize("NFKC", str(value)).strip()
        if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", typed) or not least <= float(typed) <= most:
            raise Invalid("%(least)s〜%(most)sの数で入れてください。", least=least, most=most)
        return round(float(typed), 1)

    return check


def page_number(value: Any) -> int:
    """The number of a page, 0 for none; what was typed may be its address."""
    typed = unicodedata.normalize("NFKC", str(value)).strip()
    found = re.fullmatch(r"(?:\S*/(?:pages|faq)/)?#?([0-9]{1,9})(?:[-/?#]\S*)?", typed)
    if typed and not found:
        raise Invalid("記事の番号か、記事のアドレスを入れてください。")
    return int(found[1]) if found else 0


def words(length: int, most: int, *, required: bool = False) -> Callable[[Any], tuple[str, ...]]:
    """A check for a list with one value a line: `most` values of `length` characters; the same one counts once."""

    def check(value: Any) -> tuple[str, ...]:
        typed: Iterable[str] = value.splitlines() if isinstance(value, str) else value
        found = tuple(dict.fromkeys(one for one in map(line, typed) if one))
        if required and not found:
            raise Invalid("1つは入れてください。")
        if len(found) > most:
            raise Invalid("%(limit)s件までにしてください。", limit=most)
        long = next((one for one in found if len(one) > length), "")
        if long:
            raise Invalid("「%(value)s」が長すぎます。1行は%(limit)s文字までです。", value=long[:20], limit=length)
        return found

    return check


def switch(value: Any) -> bool:
    """Whether something is on."""
    return value is True or str(value).strip() in ("on", "1", "True")


def mail_from(value: Any) -> str:
    """The address that mail is sent from; empty for none."""
    return mail_address(str(value))


def host(value: Any) -> str:
    """The name or number of a machine; empty for none."""
    typed = line(value).lower()
    if typed and not _HOST.fullmatch(typed):
        raise Invalid("サーバーの名前だけを入れてください。例：smtp.example.com")
    return typed


def hook(value: Any) -> str:
    """An https address that takes messages, or one of this very machine by http; empty for none."""
    typed = line(value)
    try:
        parts = urlsplit(typed)
        is_whole = bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc and not parts.fragment
    except ValueError:
        parts, is_whole = urlsplit(""), False
    is_here = parts.scheme == "http" and parts.hostname in _HERE
    if typed and not (is_whole and (parts.scheme == "https" or is_here) and typed.isascii() and " " not in typed):
        raise Invalid("https:// で始まるアドレスを、英数字と記号だけで入れてください。")
    return typed


def ticket_url(value: Any) -> str:
    """An https address with {ticket} where the number of a ticket goes; empty for none."""
    typed = line(value)
    try:
        parts = urlsplit(typed)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    is_here = parts.scheme == "http" and host in _HERE
    if typed and not (
        (parts.scheme == "https" or is_here) and host and "{ticket}" not in parts.netloc and "{ticket}" in typed
    ):
        raise Invalid("https:// から始め、番号の入るところに {ticket} と書いてください。")
    return typed


def number_patterns(value: Any) -> tuple[str, ...]:
    """Shapes of order numbers, one a line: 9 for a digit, A for a letter, all other signs for themselves."""
    found = words(limits.NUMBER_PATTERN, limits.NUMBER_PATTERNS)(value)
    for one in found:
        if not re.fullmatch(r"[9A#/_.\-]+", unicodedata.normalize("NFKC", one)) or one.count("9") < 3:
            raise Invalid(
                "「%(value)s」は使えません。数字を9、英字をAで表し、数字を3つ以上入れてください。例：AA-999999",
                value=one,
            )
    return tuple(unicodedata.normalize("NFKC", one) for one in found)


def origins(value: Any) -> tuple[str, ...]:
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
