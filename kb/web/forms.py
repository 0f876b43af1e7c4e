"""Form fields and query arguments to plain values; a field of the wrong type is a sentence, never a traceback."""

from enum import StrEnum
from typing import TypeVar

from flask import request

from kb.rules.errors import Invalid

W = TypeVar("W", bound=StrEnum)

BIGGEST = 2**31


def _given(name: str, default: str = "") -> str:
    """What was typed into the form; what the address says only where the form is silent."""
    return request.form.get(name, request.args.get(name, default))


def text(name: str, default: str = "") -> str:
    """A field as it was typed, its line ends made one kind."""
    return _given(name, default).replace("\r\n", "\n")


def number(name: str, default: int | None = None) -> int | None:
    """A whole number from 0; the default when the field is empty."""
    value = _given(name).strip()
    if not value:
        return default
    if not (value.isascii() and value.isdecimal()) or len(value) > 12 or int(value) >= BIGGEST:
        raise Invalid("「%(value)s」は番号として読めません。数字で入れてください。", field=name, value=value[:20])
    return int(value)


def numbers(name: str) -> tuple[int, ...]:
    """Every number that was sent under one name, each once and in their order; what is none is left out."""
    given = (value.strip() for value in (request.form if request.form else request.args).getlist(name))
    found = (int(value) for value in given if value.isascii() and value.isdecimal() and len(value) < 11)
    return tuple(dict.fromkeys(value for value in found if value < BIGGEST))


def required_number(name: str) -> int:
    """A whole number that must be there."""
    value = number(name)
    if value is None:
        raise Invalid("画面が古くなっています。開き直してから、もう一度お試しください。", field=name)
    return value


def word(name: str, words: type[W], default: W) -> W:
    """One of the known words."""
    value = _given(name).strip()
    if not value:
        return default
    try:
        return words(value)
    except ValueError:
        raise Invalid("選び直してください。", field=name) from None


def maybe(name: str, words: type[W]) -> W | None:
    """One of the known words, or None when nothing was chosen."""
    return word(name, words, next(iter(words))) if _given(name).strip() else None


def lines(name: str) -> tuple[str, ...]:
    """A field with one value a line."""
    return split_lines(text(name))


def split_lines(text: str) -> tuple[str, ...]:
    """A text with one value a line."""
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def commas(name: str) -> tuple[str, ...]:
    """A field with values between commas of either width."""
    return split_commas(text(name))


def split_commas(text: str) -> tuple[str, ...]:
    """A text with values between commas of either width."""
    value = text.replace("、", ",").replace("，", ",").replace("\n", ",")
    return tuple(part.strip() for part in value.split(",") if part.strip())


def ticked(name: str) -> bool:
    """Whether a box is ticked."""
    return _given(name) not in ("", "0", "off")


def everything() -> dict[str, str]:
    """Every field of the form as it was typed, but for the token; to draw the form again."""
    return {name: text(name) for name in request.form if name != "csrf_token"}
