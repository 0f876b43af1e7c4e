"""Mail addresses and numbers of a person in a text: phone, card and postal numbers, My Numbers."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise


class Kind(StrEnum):
    """What was found."""

    MAIL = "mail"
    CARD = "card"
    PHONE = "phone"
    MY_NUMBER = "my_number"
    POSTAL_CODE = "postal_code"
    ADDRESS = "address"
    ORDER = "order"
    NAME = "name"


@dataclass(frozen=True)
class Finding:
    """One piece of personal data: `text[start:end]`."""

    kind: Kind
    start: int
    end: int


# One character for one character, so that places in the folded text are places in the text.
_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLD |= dict.fromkeys(map(ord, "\u3000\u00a0\u2002\u2003\u2009\u202f\t・･"), ord(" "))
_FOLD |= dict.fromkeys(map(ord, "‐‑‒–—―−─━﹣"), ord("-"))
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[ーｰの](?=[0-9])")

_URL = re.compile(r"https?://[!-~]+")
_MAIL_NAME_BACKWARDS = re.compile(r"[A-Za-z0-9._%+-]*[A-Za-z0-9_%+]")
_MAIL_HOST = re.compile(r"(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z][A-Za-z0-9-]{1,62}")
_MAIL = 254  # characters on either side of the @ (RFC 5321, 4.5.3.1.3)

_CHAIN = re.compile(r"[+(]{0,2}[0-9]+(?:[ ().-]{1,3}[0-9]+)*")
_GROUP = re.compile(r"[0-9]+")
_GROUPS = 5  # of the longest number: +81 (0) 3 1234 5678
_FEWEST = 7  # digits of the shortest number, a postal code
_SPELT_BEFORE = 24  # characters that may say what a number is

_AREA = re.compile(r"0(?:[346]|[1-9][0-9]{1,3})")
_FIXED = re.compile(r"0(?![2-9]0)[1-9][0-9]{8}")
_MOBILE = re.compile(r"0[256789]0[0-9]{8}")
_UNITS = re.compile(r" ?(?:円|個|台|件|点|冊|枚|本|ポイント|%)")
# ISO/IEC 7812: the first digits of the brands that Japanese shops take, with their lengths.
_CARD = re.compile(
    r"4[0-9]{15}|5[1-5][0-9]{14}|2[2-7][0-9]{14}|35[2-8][0-9]{13}|6(?:011|2[0-9]{2}|4[4-9][0-9]|5[0-9]{2})[0-9]{12}"
    r"|3[47][0-9]{13}|3[0689][0-9]{12}"
)
_CARD_SHAPES = {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (16,), (15,), (14,)}

_TO = r"[ はがを、.:#=「『（(\[【-]{0,6}\Z"
_NUMBER = r" ?(?:の ?)?(?:番号|番|No\.?|ナンバー|コード|ID|number)"
_OTHER = re.compile(
    r"(?:注文|受注|発注|伝票|送り状|追跡|荷物|配送|出荷|会員|顧客|お客様|受付|予約|契約|証券|管理|整理|製造|製品|商品|部品|型式|品|型"
    r"|機種|シリアル|保証書?|請求書?|領収書?|口座|ロット|問い?合わ?せ|order|tracking|serial|invoice)"
    rf"{_NUMBER}{_TO}|(?:JAN|ISBN|IMEI){_TO}",
    re.IGNORECASE,
)
_NAMED = {
    Kind.CARD: re.compile(rf"(?:カード|クレカ|card){_NUMBER}{_TO}", re.IGNORECASE),
    Kind.MY_NUMBER: re.compile(rf"(?:マイナンバー|個人番号|my ?number){_TO}", re.IGNORECASE),
    Kind.POSTAL_CODE: re.compile(rf"(?:〒|〠|郵便番号|postal code|zip code){_TO}", re.IGNORECASE),
}
_POST_MARK = re.compile(r"[〒〠] ?\Z")
_PHONE_BEFORE = re.compile(r"(?:tel|fax|phone|mobile)[-_.#]?\Z", re.IGNORECASE)
_PLACE = re.compile(
    r"[ \n、,]{0,3}(?:東京都|北海道|(?:大阪|京都)府|[一-龥]{2,3}県|[一-龥々]{1,5}[市区郡町村](?![販場内間外])"
    r"|(?:さいたま|つくば|いわき|うるま|みどり|むつ|ひたちなか|かすみがうら|たつの|みよし|あま)市)"
)


def find(text: str) -> Iterator[Finding]:
    """Mail addresses, and every number of a person, in no order; see kb/text/personal_data.py."""
    folded = fold(text)
    mails = list(_mails(folded))
    yield from mails
    # What is known to be no number is blanked, character for character.
    blanked = list(folded)
    for start, end in [(mail.start, mail.end) for mail in mails] + [match.span() for match in _URL.finditer(text)]:
        blanked[start:end] = "\0" * (end - start)
    yield from _numbers("".join(blanked), text)


def fold(text: str) -> str:
    """The text with plain digits, letters, blanks and hyphens, character for character."""
    return _BETWEEN_DIGITS.sub("-", text.translate(_FOLD))


def is_my_number(digits: str) -> bool:
    """Whether twelve digits are a My Number (個人番号) by their last, the check digit.

    Rule (平成26年総務省令第85号 第5条, MIC Ordinance 85 of 2014): with P(n) the n-th of the first eleven digits counted
    from the right, and Q(n) = n + 1 for n ≤ 6, n − 5 for n ≥ 7, the remainder r of ΣP(n)Q(n) divided by 11 gives the
    check digit 11 − r, or 0 where r ≤ 1. Twelve equal digits are nobody's.
    """
    if len(digits) != 12 or len(set(digits)) == 1:
        return False
    weighed = (int(digit) * (n + 1 if n <= 6 else n - 5) for n, digit in enumerate(reversed(digits[:11]), start=1))
    remainder = sum(weighed) % 11
    return int(digits[11]) == (0 if remainder <= 1 else 11 - remainder)


def is_luhn(digits: str) -> bool:
    """Whether the last digit is right by Luhn's formula (ISO/IEC 7812-1, annex B)."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def _mails(folded: str) -> Iterator[Finding]:
    done, at = 0, folded.find("@")
    while at >= 0:
        name = _MAIL_NAME_BACKWARDS.match(folded[max(done, at - _MAIL) : at][::-1])
        host = _MAIL_HOST.match(folded[at + 1 : at + 1 + _MAIL])
        if name and host:
            done = at + 1 + host.end()
            yield Finding(Kind.MAIL, at - name.end(), done)
        at = folded.find("@", at + 1)


@dataclass(frozen=True)
class _Number:
    """Groups of digits that may be one number, and where they stand."""

    folded: str
    text: str
    start: int
    end: int
    groups: tuple[str, ...]
    is_part: bool  # four more digits stand beside it, as in a card number

    @property
    def digits(self) -> str:
        return "".join(self.groups)

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(map(len, self.groups))

    def follows(self, words: re.Pattern[str]) -> bool:
        """Whether the text before it ends in these words."""
        before = self.text[max(0, self.start - _SPELT_BEFORE) : self.start]
        return words.search(unicodedata.normalize("NFKC", before)) is not None

    def is_called(self, kind: Kind) -> bool:
        return self.follows(_NAMED[kind])


def _numbers(folded: str, text: str) -> Iterator[Finding]:
    for chain in _CHAIN.finditer(folded):
        spots = [match.span() for match in _GROUP.finditer(folded, chain.start(), chain.end())]
        gaps = [folded[one[1] : other[0]] for one, other in pairwise(spots)]
        starts = [_is_open(folded, chain.start()), *(" " in gap for gap in gaps)]
        ends = [*(bool(set(gap) & set(" ()")) for gap in gaps), _is_closed(folded, chain.end())]
        sizes = [0, *(end - start for start, end in spots), 0]
        first = 0
        while first < len(spots):
            for last in range(min(first + _GROUPS, len(spots)) - 1, first - 1, -1):
                if not (starts[first] and ends[last] and sum(sizes[first + 1 : last + 2]) >= _FEWEST):
                    continue
                groups = tuple(folded[start:end] for start, end in spots[first : last + 1])
                start = _with_sign(folded, spots[first][0], chain.start(), spots[last][1])
                is_part = 4 in (sizes[first], sizes[last + 2])
                finding = _judge(_Number(folded, text, start, spots[last][1], groups, is_part))
                if finding:
                    yield finding
                    first = last
                    break
            first += 1


def _is_open(folded: str, start: int) -> bool:
    """Whether a number may begin here: not inside a word or a model name such as AB-1200."""
    before = folded[max(0, start - 8) : start]
    inside = bool(re.search(r"[A-Za-z0-9_][-_.]?\Z|[#№]\Z", before, re.ASCII))
    return not inside or _PHONE_BEFORE.search(before) is not None


def _is_closed(folded: str, end: int) -> bool:
    """Whether a number may end here."""
    return re.match(r"[A-Za-z_]|[-_.][A-Za-z0-9]", folded[end : end + 2]) is None


def _with_sign(folded: str, start: int, low: int, end: int) -> int:
    """Where the number begins if its + belongs to it, and its bracket when that closes inside."""
    while start > low and (folded[start - 1] == "+" or (folded[start - 1] == "(" and ")" in folded[start:end])):
        start -= 1
    return start


def _judge(number: _Number) -> Finding | None:
    for kind, is_one in ((Kind.CARD, _is_card), (Kind.MY_NUMBER, _is_mine), (Kind.PHONE, _is_phone)):
        if is_one(number):
            return Finding(kind, number.start, number.end)
    if number.shape in {(3, 4), (7,)} and (number.is_called(Kind.POSTAL_CODE) or _is_before_place(number)):
        mark = _POST_MARK.search(number.folded, max(0, number.start - 2), number.start)
        return Finding(Kind.POSTAL_CODE, mark.start() if mark else number.start, number.end)
    return None


def _is_before_place(number: _Number) -> bool:
    return _PLACE.match(number.folded, number.end) is not None


def _is_card(number: _Number) -> bool:
    if number.shape not in _CARD_SHAPES:
        return False
    is_right = bool(_CARD.fullmatch(number.digits)) and is_luhn(number.digits)
    return number.is_called(Kind.CARD) or (is_right and not number.follows(_OTHER))


def _is_mine(number: _Number) -> bool:
    if number.shape not in {(12,), (4, 4, 4)}:
        return False
    is_right = is_my_number(number.digits) and not number.is_part
    return number.is_called(Kind.MY_NUMBER) or (is_right and not number.follows(_OTHER))


def _is_phone(number: _Number) -> bool:
    digits = number.digits
    if "+" in number.folded[number.start : number.start + 2]:
        if not digits.startswith("81"):
            return 10 <= len(digits) <= 15 and not _UNITS.match(number.folded, number.end)
        national = "0" + digits[2:].removeprefix("0")
        return bool(_FIXED.fullmatch(national) or _MOBILE.fullmatch(national))
    if number.shape == (2, 2, 4, 4) and digits.startswith("81"):
        return bool(_MOBILE.fullmatch("0" + digits[2:]))
    is_mobile = _MOBILE.fullmatch(digits) is not None
    if not is_mobile and not _FIXED.fullmatch(digits):
        return False
    if len(number.groups) == 1:
        return not number.follows(_OTHER) and not _UNITS.match(number.folded, number.end)
    is_shaped = len(number.groups) <= 4 and len(number.groups[-1]) >= 3 and bool(_AREA.fullmatch(number.groups[0]))
    return is_shaped and (is_mobile or not number.follows(_OTHER))
