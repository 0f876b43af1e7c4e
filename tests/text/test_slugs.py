"""A title in an address: readable, safe, never empty."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.slugs import SLUG, slug


@pytest.mark.parametrize(
    ("title", "part"),
    [
        ("注文した商品は、いつ届きますか", "注文した商品は-いつ届きますか"),
        ("「いつ届く？」の奥に／土曜の運動会", "いつ届く-の奥に-土曜の運動会"),
        ("ＭＰ－４８０Ｗ の ｲﾝｸ", "mp-480w-の-インク"),
        ("../../etc/passwd", "etc-passwd"),
        ("  a__b  ", "a-b"),
        ("！？", "page"),
        ("", "page"),
        ("a\u202eb\x00c\ud800", "a-b-c"),
    ],
)
def test_a_title_becomes_this_part(title: str, part: str) -> None:
    assert slug(title) == part


@given(st.text())
def test_no_title_makes_an_unsafe_part(title: str) -> None:
    part = slug(title)
    assert 1 <= len(part) <= SLUG
    assert part == part.strip("-") and "--" not in part
    assert quote(part, safe="-") == "".join(quote(character, safe="-") for character in part)
    assert not set(part) & set("/\\?#%&.:;'\"<> \n")
