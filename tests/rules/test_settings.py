"""What administrators may set: every bound from both sides."""

from dataclasses import fields
from typing import Any

import pytest

from kb.rules.errors import Faults
from kb.rules.settings import TABLE, Settings, checked, settings


def test_the_table_and_the_typed_settings_name_the_same_things() -> None:
    assert set(TABLE) == {field.name for field in fields(Settings)}


def test_every_default_passes_its_own_check() -> None:
    for name, choice in TABLE.items():
        assert choice.check(choice.default) == choice.default, name


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("inquiry_days", "7", 7),
        ("inquiry_days", " １０９５ ", 1095),
        ("contact_phone", "０１２０ー０００ー０００", "0120-000-000"),
        ("contact_phone", "+81 3 0000 0000", "+81 3 0000 0000"),
        ("contact_phone", "(03) 0000-0000", "(03) 0000-0000"),
        ("contact_phone", "", ""),
        ("contact_hours", " 9:00〜\n18:00 ", "9:00〜 18:00"),
        ("contact_note", "あ" * 200, "あ" * 200),
        ("embed_origins", "", ()),
        ("embed_origins", "https://Shop.Example.com/\nhttps://shop.example.com", ("https://shop.example.com",)),
        (
            "embed_origins",
            "https://shop.example.com:443 https://a.example:8443",
            ("https://shop.example.com", "https://a.example:8443"),
        ),
        ("embed_origins", "http://localhost:3000", ("http://localhost:3000",)),
        ("embed_origins", "https://お店.example", ("https://xn--t8jz70l.example",)),
    ],
)
def test_what_fits_is_kept_in_one_form(name: str, typed: str, value: Any) -> None:
    assert checked({name: typed}) == {name: value}


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("inquiry_days", "6"),
        ("inquiry_days", "1096"),
        ("inquiry_days", ""),
        ("inquiry_days", "-30"),
        ("inquiry_days", "30.5"),
        ("inquiry_days", "9" * 5000),
        ("contact_phone", "javascript:alert(1)"),
        ("contact_phone", "0120-000-000 担当"),
        ("contact_phone", "1" * 40),
        ("contact_hours", "あ" * 201),
        ("contact_note", "平日\x00のみ"),
        ("contact_note", "平日\u202eのみ"),
        ("embed_origins", "http://shop.example.com"),
        ("embed_origins", "https://*.example.com"),
        ("embed_origins", "*"),
        ("embed_origins", "null"),
        ("embed_origins", "https://shop.example.com/path"),
        ("embed_origins", "https://me@shop.example.com"),
        ("embed_origins", "https://shop.example.com;script-src"),
        ("embed_origins", "https://shop.example.com:99999"),
        ("embed_origins", "https://[::1"),
        ("embed_origins", " ".join(f"https://s{number}.example" for number in range(21))),
        ("something_else", "1"),
    ],
)
def test_what_does_not_fit_is_refused_under_its_own_name(name: str, typed: str) -> None:
    with pytest.raises(Faults) as refused:
        checked({"inquiry_days": "30"} | {name: typed})
    assert set(refused.value.each) == {name}
    assert refused.value.field == name


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(Faults) as refused:
        checked({"inquiry_days": "0", "contact_phone": "x"})
    assert set(refused.value.each) == {"inquiry_days", "contact_phone"}


def test_a_value_that_no_longer_passes_counts_as_not_chosen() -> None:
    assert settings({"inquiry_days": 5000, "contact_phone": "0120-000-000"}) == settings(
        {"contact_phone": "0120-000-000"}
    )
    assert settings({"inquiry_days": 30}).inquiry_days == 30
