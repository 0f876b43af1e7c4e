"""What a customer may send: every field with everything that people and programs put into it."""

import pytest

from kb.rules import limits
from kb.rules.errors import Conflict, Faults
from kb.rules.inquiries import InquiryState, checked, number_in, require_move

TEXT = "電源が入りません。"


@pytest.mark.parametrize(
    ("subject", "text", "mail", "field"),
    [
        ("", TEXT, "", "subject"),
        ("\x00\u202e \n", TEXT, "", "subject"),
        ("あ" * 10_000, TEXT, "", "subject"),
        ("件名", " \n\t", "", "text"),
        ("件名", "あ" * (limits.INQUIRY + 1), "", "text"),
        ("件名", TEXT, "no address", "mail"),
        ("件名", TEXT, "a@b", "mail"),
        ("件名", TEXT, "a@example.com\r\nBcc: all@example.com", "mail"),
        ("件名", TEXT, "a@example.com\nBcc:all@example.com", "mail"),
        ("件名", TEXT, "a@example.com, b@example.com", "mail"),
        ("件名", TEXT, "<a@example.com>", "mail"),
        ("件名", TEXT, "a\u202e@example.com", "mail"),
        ("件名", TEXT, "a\x00@example.com", "mail"),
        ("件名", TEXT, "a" * 250 + "@example.com", "mail"),
    ],
)
def test_a_field_that_can_not_be_kept_is_refused_under_its_name(subject: str, text: str, mail: str, field: str) -> None:
    with pytest.raises(Faults) as refused:
        checked(subject, text, mail)
    assert set(refused.value.each) == {field}


def test_all_faulty_fields_are_told_at_once() -> None:
    with pytest.raises(Faults) as refused:
        checked("", "", "x")
    assert set(refused.value.each) == {"subject", "text", "mail"}


@pytest.mark.parametrize(
    "mail", ["", "hanako@example.com", "h.o-k+shop@sub.example.co.jp", "ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｃｏｍ"]
)
def test_a_plain_address_or_none_is_taken(mail: str) -> None:
    assert checked("件名", TEXT, f" {mail} ")[2] in ("", mail, "hanako@example.com")


def test_letters_that_nobody_sees_are_dropped_and_a_right_to_left_name_stays() -> None:
    subject, text, _mail = checked("\u202eמיכל\x07 כהן\u2066", "一行目\r\n二行目\x00\u202d\r三行目\ufeff👩‍👧", "")
    assert subject == "מיכל כהן"
    assert text == "一行目\n二行目\n三行目\ufeff👩‍👧"


def test_the_longest_subject_and_text_are_taken() -> None:
    assert len(checked("あ" * limits.TITLE, "い" * limits.INQUIRY, "")[1]) == limits.INQUIRY


@pytest.mark.parametrize("typed", ["4K7T-9XWQ", "4k7t9xwq", " ４Ｋ７Ｔ－９ＸＷＱ ", "4K7T 9XWQ"])
def test_a_receipt_number_is_read_however_it_was_typed(typed: str) -> None:
    assert number_in(typed) == "4K7T-9XWQ"


@pytest.mark.parametrize("typed", ["", "4K7T", "0K7T-9XWQ", "4K7T-9XWQ1", "<script>", "電源が入らない"])
def test_anything_else_is_no_receipt_number(typed: str) -> None:
    assert number_in(typed) is None


def test_an_inquiry_is_taken_before_it_is_closed_and_by_one_alone() -> None:
    require_move(InquiryState.OPEN, InquiryState.TAKEN)
    require_move(InquiryState.CLOSED, InquiryState.TAKEN)
    for state, to in [
        (InquiryState.OPEN, InquiryState.CLOSED),
        (InquiryState.TAKEN, InquiryState.TAKEN),
        (InquiryState.CLOSED, InquiryState.CLOSED),
    ]:
        with pytest.raises(Conflict):
            require_move(state, to)
