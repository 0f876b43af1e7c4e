"""Static files are fetched once: their addresses change with their content, and their answers hold for everybody."""

import re
from pathlib import Path

import pytest

from kb.web import assets
from tests.conftest import Browser


def linked(client: Browser) -> list[str]:
    return re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/ja/").text)


def test_every_file_that_a_page_names_may_be_kept_for_good(client: Browser) -> None:
    addresses = linked(client)
    assert any(address.endswith("app.css") for address in addresses)
    for address in addresses:
        with client.get(address) as answer:
            assert answer.status_code == 200
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable", address


def test_a_script_asks_for_its_modules_at_the_same_version(client: Browser) -> None:
    (script,) = [address for address in linked(client) if address.endswith("public.js")]
    with client.get(script) as answer:
        modules = re.findall(r'from "(\./[^"]+)"', answer.text)
    assert modules
    for module in modules:
        with client.get(script.replace("public.js", module.removeprefix("./"))) as answer:
            assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/static/app.css", "/static/v-000000000000/app.css"])
def test_a_file_under_no_version_or_an_old_one_is_asked_for_again(client: Browser, path: str) -> None:
    with client.get(path) as answer:
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-cache"


def test_a_missing_file_is_not_kept(client: Browser) -> None:
    version = linked(client)[0].split("/")[2]
    answer = client.get(f"/static/{version}/nothing.css")
    assert answer.status_code == 404 and "immutable" not in answer.headers.get("Cache-Control", "")


def test_files_neither_set_cookies_nor_vary_by_them(as_sv: Browser) -> None:
    for path in (linked(as_sv)[0], "/static/app.css", "/embed.js"):
        with as_sv.get(path) as answer:
            assert "Set-Cookie" not in answer.headers and "Cookie" not in answer.headers.get("Vary", ""), path


def test_the_version_changes_with_the_content_and_the_name_of_any_file(tmp_path: Path) -> None:
    seen = set()
    for name, text in (("a.css", "a"), ("a.css", "b"), ("modules/b.js", ""), ("modules/c.js", "")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        assets.version_of.cache_clear()
        seen.add(assets.version_of(tmp_path))
        assert assets.version_of(tmp_path) in seen
    assert len(seen) == 4
