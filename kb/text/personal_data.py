"""Personal data in a text, found and masked: numbers, mail and street addresses, order numbers, names of persons."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

from kb.text import person_names, personal_numbers, street_addresses
from kb.text.personal_numbers import Finding, Kind, is_luhn, is_my_number

__all__ = ["WORDS", "Finding", "Kind", "find", "is_luhn", "is_my_number", "mask", "put_masks"]

WORDS = {
    Kind.MAIL: "メールアドレス",
    Kind.CARD: "カード番号",
    Kind.PHONE: "電話番号",
    Kind.MY_NUMBER: "マイナンバー",
    Kind.POSTAL_CODE: "郵便番号",
    Kind.ADDRESS: "住所",
    Kind.ORDER: "注文番号",
    Kind.NAME: "氏名",
}


class _Piece(Protocol):
    @property
    def kind(self) -> Kind: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def find(text: str, patterns: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """Every piece of personal data in a text, in order and apart from one another; in linear time.

    Phone numbers in Japanese forms (MIC numbering plan: ten digits, eleven for mobile, IP and 0800 numbers; +81) and
    foreign ones with +; mail addresses; card numbers of the usual brands with a right check digit (Luhn, ISO/IEC 7812-1
    annex B); postal codes after 〒 or 郵便番号 or before an address; My Numbers, see `is_my_number`. Full-width digits,
    any hyphens, brackets, spaces and の between digits are read alike. A number that the text itself calls an order,
    parcel, member or product number is none of these. Street addresses and names of persons, see the modules of these
    names; and numbers of the shapes in `patterns`, where 9 is any digit and A any letter. Where two of them overlap,
    the longer one counts.
    """
    folded = personal_numbers.fold(text)
    found = list(personal_numbers.find(text))
    found += (Finding(Kind.ADDRESS, start, end) for start, end in street_addresses.find(folded))
    found += (Finding(Kind.NAME, start, end) for start, end in person_names.find(text))
    if patterns:
        found += (Finding(Kind.ORDER, *match.span()) for match in _shapes(patterns).finditer(folded))
    apart: list[Finding] = []
    for one in sorted(found, key=lambda finding: (finding.start, -finding.end)):
        if not apart or one.start >= apart[-1].end:
            apart.append(one)
        elif one.end - one.start > apart[-1].end - apart[-1].start:
            apart[-1] = one
    return tuple(apart)


@lru_cache(maxsize=64)
def _shapes(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for all shapes, each of one length, so that it takes linear time; none fits into a longer run."""
    signs = {"9": "[0-9]", "A": "[A-Za-z]"}
    shapes = ("".join(signs.get(sign, re.escape(sign)) for sign in personal_numbers.fold(one)) for one in patterns)
    return re.compile(f"(?<![0-9A-Za-z])(?:{'|'.join(sorted(shapes, key=len, reverse=True))})(?![0-9A-Za-z])")


def mask(text: str, patterns: tuple[str, ...] = ()) -> str:
    """The text with a word in brackets for every finding, such as ［電話番号］."""
    return put_masks(text, find(text, patterns))


def put_masks(text: str, findings: Iterable[_Piece]) -> str:
    """The text with a word in brackets for these findings, which are in order and apart from one another."""
    pieces: list[str] = []
    done = 0
    for finding in findings:
        pieces += text[done : finding.start], f"［{WORDS[finding.kind]}］"
        done = finding.end
    return "".join(pieces) + text[done:]
