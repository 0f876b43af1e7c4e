"""Passwords: Argon2id, long ones only, and no difference between a wrong one and nobody's."""

import re

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from kb.rules import limits
from kb.rules.errors import Invalid
from kb.services import passwords
from tests.make import PASSWORD, password_hash


def test_a_stored_password_is_argon2id_with_its_own_salt() -> None:
    first, second = password_hash(), passwords.make(PASSWORD)
    assert first != second
    assert extract_parameters(first).type is Type.ID
    assert PASSWORD not in first


def test_only_the_very_password_fits() -> None:
    assert passwords.fits(password_hash(), PASSWORD)
    assert not passwords.fits(password_hash(), PASSWORD + "x")
    assert not passwords.fits(password_hash(), "")


def test_nothing_fits_an_account_that_is_not_there() -> None:
    assert not passwords.fits(None, PASSWORD)
    assert not passwords.fits("not a hash", PASSWORD)


def test_an_account_that_is_not_there_costs_a_whole_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    real = PasswordHasher.verify

    def verify(self: PasswordHasher, stored: str, password: str) -> bool:
        checked.append(stored)
        return real(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    passwords.fits(None, PASSWORD)
    assert extract_parameters(checked[0]) == extract_parameters(password_hash())


@pytest.mark.parametrize(
    ("password", "sentence"),
    [("short-pw1", "10文字以上"), ("", "10文字以上"), ("ab" * 8, "同じ文字ばかり"), ("long-" * 41, "200文字まで")],
)
def test_a_weak_password_is_refused_with_the_reason(password: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as refused:
        passwords.make(password)
    assert refused.value.field == "password"


@pytest.mark.parametrize("password", ["パスワードは長い言葉で", "correct horse", "x" * 196 + "abcd"])
def test_a_long_password_of_any_letters_is_strong_enough(password: str) -> None:
    passwords.check_strength(password)


def test_a_long_password_is_not_cut_before_it_is_hashed() -> None:
    longest = "x" * (limits.PASSWORD_MAX - 4) + "abcd"
    stored = passwords.make(longest)
    assert passwords.fits(stored, longest)
    assert not passwords.fits(stored, longest[:-1] + "e")


def test_a_hash_of_weaker_settings_is_known_as_outdated() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    assert passwords.is_outdated(weak)
    assert not passwords.is_outdated(password_hash())


def test_a_random_password_is_strong_readable_and_new_each_time() -> None:
    made = {passwords.random() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        passwords.check_strength(password)
        assert re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}", password)
