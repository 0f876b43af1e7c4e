"""Whatever is asked of a search is answered through every door, with results or a sentence."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb import terminal
from kb.cli import main
from tests.conftest import Browser
from tests.web.secrets import OPERATOR, VISITOR
from tests.web.world import World

ODD = {
    "long": "配送" * 6_000,
    "many": "配送 " * 4_000,
    "stars": "*",
    "patterns": "?*?* ~ ^ [a-z] {1,9}",
    "brackets": "((((((((((" + "[" * 300,
    "quotes": '"' * 399,
    "corners": "「" * 399,
    "minus": "-" * 399,
    "controls": "\x00\x01\x1b[2J配送\x7f",
    "right to left": "\u202e配送\u202c\u2066\u200f",
    "lost": "\ud800配送\udfff",
    "marks": "\u0301" * 300,
    "numbers": "#" + "9" * 300,
    "markup": "<script>alert(1)</script>' OR 1=1 --",
    "emoji": "👨‍👩‍👧‍👦" * 60,
}
EVIL = ("Traceback", "<script>alert", "sqlalchemy")


def asked(words: str) -> dict[str, str]:
    # A browser sends what it can't spell as U+FFFD.
    return {"q": words.encode("utf-8", "replace").decode()[:12_000]}


@pytest.mark.parametrize("odd", ODD)
def test_no_query_is_a_fault_of_a_screen_or_of_the_api(world: World, odd: str) -> None:
    paths = ["/ja/search", "/ja/suggest", "/api/v1/search", "/api/v1/suggest"]
    for who in (VISITOR, OPERATOR):
        browser: Browser = world.browsers[who]
        for path in [*paths, *(["/ja/console", "/ja/console/suggest", "/ja/console/why"] if who == OPERATOR else [])]:
            for more in (
                {},
                {"part": "list", "facets": "1"},
                {"page": "配送", "reader": "customer"} if "why" in path else {},
            ):
                answer = browser.get(path, query_string={**asked(ODD[odd]), **more})
                assert answer.status_code == 200, (path, more)
                assert answer.is_json or not any(evil in answer.text for evil in EVIL), path


@pytest.mark.parametrize("raw", ["%ED%A0%80", "%ff%fe", "%00", "%c3%28", "%E2%80%AE" * 100])
def test_no_broken_address_is_a_fault(world: World, raw: str) -> None:
    for path in ("/ja/search", "/ja/suggest", "/ja/console", "/api/v1/search", "/api/v1/suggest"):
        assert world.browsers[OPERATOR].get(f"{path}?q={raw}").status_code == 200


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Run `kb …` in a house with two pages."""
    home: Path = tmp_path_factory.mktemp("home")
    rows = [{"id": "a", "title": "配送の日数", "body": "三日です。"}, {"id": "b", "title": "返品", "body": "箱"}]
    file = home / "rows.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")

    def command(*words: str) -> str:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("KB_HOME", str(home))
            patch.setenv("LANG", "ja_JP.UTF-8")
            terminal._translations.cache_clear()
            result = CliRunner().invoke(main, list(words))
            assert result.exception is None, result.exception
        return result.output

    command("db", "upgrade")
    command("import", str(file), "--audience", "public")
    return command


@pytest.mark.parametrize("odd", ODD)
def test_no_query_is_a_fault_of_the_command_line(run: Callable[..., str], odd: str) -> None:
    for more in ((), ("--explain",), ("--json", "--explain")):
        told = run("search", *more, "--", ODD[odd])
        assert told.encode()
    assert json.loads(run("search", "--json", "--", ODD[odd]))["total"] == ("配送" in ODD[odd])
