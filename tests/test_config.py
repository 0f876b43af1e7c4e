"""The settings: read once, refused when they make no sense; the kept secret is the owner's alone."""

from pathlib import Path

import pytest

from kb import config
from kb.rules.errors import Invalid


def test_the_secret_is_made_once_kept_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    first = config.read({"KB_HOME": str(tmp_path)})
    second = config.read({"KB_HOME": str(tmp_path)})
    assert first.secret_key == second.secret_key and len(first.secret_key) >= 32
    assert (tmp_path / "var" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700


def test_a_given_secret_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    assert config.read({"KB_HOME": str(tmp_path), "KB_SECRET_KEY": "given"}).secret_key == "given"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KB_UNKNOWN", "1"),
        ("KB_BASE_URL", "kb.example.jp"),
        ("KB_BASE_URL", "ftp://kb.example.jp"),
        ("KB_RATE_LIMITS", "perhaps"),
        ("KB_SEARCH_URL", "elastic:9200"),
        ("KB_SEARCH_CACHE_MB", "15"),
        ("KB_SEARCH_CACHE_MB", "-256"),
        ("KB_SEARCH_CACHE_MB", "much"),
        ("KB_SEARCH_CACHE_MB", "9" * 5_000),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        config.read({"KB_HOME": str(tmp_path), name: value})
    assert name in str(refused.value)


def test_only_https_makes_cookies_insist_on_it(tmp_path: Path) -> None:
    assert config.read({"KB_HOME": str(tmp_path), "KB_BASE_URL": "https://kb.example.jp/"}).is_secure
    assert not config.read({"KB_HOME": str(tmp_path)}).is_secure


def test_the_index_folder_follows_the_search_address(tmp_path: Path) -> None:
    assert config.read({"KB_HOME": str(tmp_path)}).index_folder == tmp_path / "search_index"
    elsewhere = {"KB_HOME": str(tmp_path), "KB_SEARCH_URL": f"whoosh:{tmp_path}/x"}
    assert config.read(elsewhere).index_folder == tmp_path / "x"


def test_the_cache_of_the_index_has_a_bound_that_may_be_set(tmp_path: Path) -> None:
    assert config.read({"KB_HOME": str(tmp_path)}).search_cache_mb == 256
    assert config.read({"KB_HOME": str(tmp_path), "KB_SEARCH_CACHE_MB": "16"}).search_cache_mb == 16
