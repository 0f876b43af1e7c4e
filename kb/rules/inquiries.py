"""The words of an inquiry: what has become of what a customer sent, and which fields can be sent at all."""

import re
import unicodedata
from enum import StrEnum

from kb.rules import limits
from kb.rules.errors import Conflict, Faults, Invalid

# Letters of no shape that turn the direction of what stands after them (Unicode, UAX 9): on staff's screen they would
# turn the words around the inquiry as well. Right-to-left scripts need none of them.
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# What mail servers take in practice of RFC 5322 (3.4.1): no quotes, comments or blanks. A line end would be a header.
_MAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_NUMBER = re.compile("[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}")
# No 0, 1, I or O: the number is read out on the telephone.
NUMBER_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class InquiryState(StrEnum):
    """open until somebody takes it; closed once it is answered or became a page."""

    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


MOVES: dict[InquiryState, frozenset[InquiryState]] = {
    InquiryState.OPEN: frozenset({InquiryState.TAKEN}),
    InquiryState.TAKEN: frozenset({InquiryState.OPEN, InquiryState.CLOSED}),
    InquiryState.CLOSED: frozenset({InquiryState.TAKEN}),
}


def require_move(state: InquiryState, to: InquiryState) -> None:
    """Raise Conflict for a move that the table does not have: somebody else was first."""
    if to not in MOVES[state]:
        raise Conflict("先にほかの人が進めていました。いまの状態を確かめてください。")


def visible(text: str) -> str:
    """The text without letters that nobody sees or that turn the rest around; line ends and tabs stay."""
    clean = "".join(letter for letter in text.replace("\r\n", "\n").replace("\r", "\n") if _is_seen(letter))
    return unicodedata.normalize("NFC", clean)


def _is_seen(letter: str) -> bool:
    return letter in "\n\t" or (unicodedata.category(letter) not in ("Cc", "Cs", "Co", "Cn") and letter not in _TURNS)


def number_in(typed: str) -> str | None:
    """The receipt number that somebody typed, in any width and case, with or without its hyphen; None for others."""
    letters = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed)[:40].upper())
    number = f"{letters[:4]}-{letters[4:]}"
    return number if _NUMBER.fullmatch(number) else None


def mail_address(typed: str) -> str:
    """A mail address that a server may send to, empty for none; raises Invalid for anything else."""
    mail = unicodedata.normalize("NFKC", typed.strip(" \u3000"))
    if mail and (len(mail) > limits.MAIL or not _MAIL.fullmatch(mail.lower()) or visible(mail) != mail):
        raise Invalid("メールアドレスの形を確かめてください。例：name@example.com", field="mail")
    return mail


def checked(subject: str, text: str, mail: str) -> tuple[str, str, str]:
    """Subject, text and mail address fit to be kept; raises Faults with a refusal for each field at fault."""
    subject, text = " ".join(visible(subject).split()), visible(text).strip()
    faults = {}
    if not subject:
        faults["subject"] = Invalid("件名を書いてください。", field="subject")
    elif len(subject) > limits.TITLE:
        faults["subject"] = Invalid("件名は%(limit)s文字までにしてください。", field="subject", limit=limits.TITLE)
    if not text:
        faults["text"] = Invalid("お困りのことを書いてください。", field="text")
    elif len(text) > limits.INQUIRY:
        faults["text"] = Invalid(
            "%(limit)s文字までにしてください。いまは%(length)s文字です。",
            field="text",
            limit=limits.INQUIRY,
            length=len(text),
        )
    try:
        mail = mail_address(mail)
    except Invalid as refused:
        faults["mail"] = refused
    if faults:
        raise Faults(faults)
    return subject, text, mail
