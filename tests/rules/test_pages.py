"""Audiences by rank, and errors that carry what their reader needs."""

import pytest

from kb.rules import errors
from kb.rules.pages import Audience


@pytest.mark.parametrize(
    ("reader", "text", "may_read"),
    [
        ("public", "public", True),
        ("public", "staff", False),
        ("public", "sv", False),
        ("staff", "public", True),
        ("staff", "staff", True),
        ("staff", "sv", False),
        ("sv", "public", True),
        ("sv", "staff", True),
        ("sv", "sv", True),
    ],
)
def test_an_audience_reads_its_own_text_and_every_wider_one(reader: str, text: str, may_read: bool) -> None:
    assert Audience(reader).includes(Audience(text)) is may_read
    assert (Audience(text) in Audience(reader).readable) is may_read


def test_a_refusal_is_a_japanese_sentence_with_its_facts_in_place() -> None:
    refused = errors.Invalid("題名は%(limit)s文字までにしてください。", field="title", limit=200)
    assert str(refused) == "題名は200文字までにしてください。"
    assert (refused.status, refused.code, refused.field) == (422, "invalid", "title")


def test_hidden_and_missing_things_answer_with_the_same_words() -> None:
    assert str(errors.NotFound()) == str(errors.NotFound())
    assert errors.NotFound().status == 404
