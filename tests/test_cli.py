"""The command line, in a folder of its own: real database, real index."""

import json
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from unicodedata import east_asian_width

import pytest
from click.testing import CliRunner, Result

from kb import config, terminal
from kb.cli import main

Run = Callable[..., Result]
ROW = {"id": "a", "title": "返品したい", "body": "到着後8日以内なら返品できます。"}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `kb …` with `KB_HOME` in this test's folder; the terminal speaks Japanese."""
    monkeypatch.setenv("KB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    for name in ("LC_ALL", "LC_MESSAGES", "KB_DATABASE_URL", "KB_SEARCH_URL"):
        monkeypatch.delenv(name, raising=False)
    terminal._translations.cache_clear()

    def command(*words: str, typed: str | None = None) -> Result:
        result = CliRunner().invoke(main, list(words), input=typed)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return command


@pytest.fixture
def ready(run: Run) -> Run:
    assert run("db", "upgrade").exit_code == 0
    return run


def _rows(path: Path, *rows: dict[str, str]) -> str:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def test_a_command_on_an_empty_database_says_what_to_do_first(run: Run) -> None:
    result = run("search", "返品")
    assert result.exit_code == 1
    assert "kb db upgrade" in result.output and "Traceback" not in result.output


def test_upgrading_twice_changes_nothing(ready: Run) -> None:
    assert "最新です" in ready("db", "upgrade").output


def test_an_account_opens_with_a_password_from_stdin_and_never_prints_it(ready: Run) -> None:
    result = ready("user", "add", "hanako", "--role", "sv", "--password-stdin", typed="naga-i-pasuwado\n")
    assert result.exit_code == 0 and "naga-i-pasuwado" not in result.output
    assert "もう使われています" in ready("user", "add", "hanako", "--role", "sv").output


def test_a_short_password_is_refused_with_a_sentence(ready: Run) -> None:
    result = ready("user", "add", "taro", "--role", "operator", "--password-stdin", typed="mijikai\n")
    assert result.exit_code == 1 and "10文字以上" in result.output


def test_imported_pages_are_found_at_once_and_only_by_their_readers(ready: Run, tmp_path: Path) -> None:
    file = _rows(tmp_path / "rows.jsonl", ROW, {**ROW, "id": "b", "title": "返品の内規", "audience": "staff"})
    assert "追加 2件" in ready("import", file, "--audience", "public").output
    assert "変わらないもの 2件" in ready("import", file, "--audience", "public").output
    assert ready("index", "check").exit_code == 0
    found = json.loads(ready("search", "返品", "--json").output)
    assert [hit["external_id"] for hit in found["hits"]] == ["a"]
    staff = json.loads(ready("search", "返品", "--json", "--role", "operator").output)
    assert {hit["external_id"] for hit in staff["hits"]} == {"a", "b"}


def test_each_hit_is_explained_to_whoever_asks(ready: Run, tmp_path: Path) -> None:
    body = "送料は無料です。\n\n:::staff\n内規の箱\n:::"
    ready("import", _rows(tmp_path / "rows.jsonl", {**ROW, "body": body}), "--audience", "public")
    told = ready("search", "返品の送料と宇宙", "--explain").output
    head = next(line for line in told.splitlines() if "検索の言葉" in line)
    row = next(line for line in told.splitlines() if "返品" in line and "題名" in line)
    assert row.split()[:4] == ["返品", "返品", "同じ言葉", "題名"]
    assert _place(head, "一致のしかた") == _place(row, "同じ言葉") and _place(head, "場所") == _place(row, "題名")
    assert any(line.split()[:1] == ["宇宙"] for line in told.splitlines())
    assert "一致のしかた" not in ready("search", "返品の送料と宇宙").output
    # Nobody has validated what comes in from a file.
    assert "未検証の記事" in told and "×0.8" in told
    [hit] = json.loads(ready("search", "返品の送料", "--explain", "--json").output)["hits"]
    assert 0.8 * sum(one["score"] for one in hit["reasons"]) == pytest.approx(hit["score"], abs=1e-3)
    assert {"asked", "found", "how", "field", "score"} == hit["reasons"][0].keys()
    assert "reasons" not in json.loads(ready("search", "返品", "--json").output)["hits"][0]
    # Every role is told of its own fields alone.
    for role, fields in (("customer", set()), ("operator", {"staff"})):
        hits = json.loads(ready("search", "返品と箱", "--explain", "--json", "--role", role).output)["hits"]
        assert {one["field"] for one in hits[0]["reasons"]} & {"staff"} == fields


def test_what_was_mended_is_told(ready: Run, tmp_path: Path) -> None:
    ready("import", _rows(tmp_path / "rows.jsonl", {**ROW, "title": "パスワードを変える"}), "--audience", "public")
    told = ready("search", "パスワド", "--explain").output
    assert "「パスワード」で検索しました。" in told and "打ち間違い" in told
    assert json.loads(ready("search", "パスワド", "--json").output)["did_you_mean"] == "パスワード"


def test_with_a_broken_index_the_terminal_searches_the_database(ready: Run, tmp_path: Path) -> None:
    ready("import", _rows(tmp_path / "rows.jsonl", ROW), "--audience", "public")
    assert "索引を作り直しています" not in ready("search", "返品").output
    (tmp_path / "home" / "search_index" / "live" / "fingerprint.json").write_text("not JSON")
    for more in ((), ("--explain",)):
        told = ready("search", "返品", *more).output
        assert "検索の索引を作り直しています。" in told and "返品したい" in told
    assert json.loads(ready("search", "返品", "--json").output)["fallback"] is True


def _place(line: str, word: str) -> int:
    """Where a word stands on a terminal, which shows a Japanese letter two places wide."""
    return sum(2 if east_asian_width(letter) in "FW" else 1 for letter in line[: line.index(word)])


def test_a_bad_row_is_named_and_nothing_is_written(ready: Run, tmp_path: Path) -> None:
    file = _rows(tmp_path / "rows.jsonl", ROW, {"id": "b", "title": "", "body": "x"})
    result = ready("import", file)
    assert result.exit_code == 1
    assert "rows.jsonl の 2 行目" in result.output and "題名を書いてください" in result.output
    assert json.loads(ready("search", "返品", "--json", "--role", "admin").output)["total"] == 0


def test_a_dry_run_writes_nothing(ready: Run, tmp_path: Path) -> None:
    assert "何も書き込んでいません" in ready("import", _rows(tmp_path / "rows.jsonl", ROW), "--dry-run").output
    assert "追加 1件" in ready("import", str(tmp_path / "rows.jsonl")).output


def test_a_default_import_is_for_staff_alone(ready: Run, tmp_path: Path) -> None:
    ready("import", _rows(tmp_path / "rows.jsonl", ROW))
    assert json.loads(ready("search", "返品", "--json").output)["total"] == 0


@pytest.mark.parametrize("name", ["out", "out.zip", "out.csv", "out.jsonl"])
def test_content_goes_out_and_in_and_out_again_as_the_same_bytes(
    ready: Run, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ready("import", str(config.CONTENT)).exit_code == 0
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir(), second.mkdir()
    assert ready("export", str(first / name)).exit_code == 0
    monkeypatch.setenv("KB_HOME", str(tmp_path / "empty"))
    ready("db", "upgrade")
    assert ready("import", str(first / name)).exit_code == 0
    assert ready("export", str(second / name)).exit_code == 0
    assert _bytes(first) == _bytes(second)
    assert len(_bytes(first)) >= (80 if name == "out" else 1)


def test_a_lost_index_is_told_and_rebuilt(ready: Run, tmp_path: Path) -> None:
    ready("import", _rows(tmp_path / "rows.jsonl", ROW))
    shutil.rmtree(tmp_path / "home" / "search_index")
    assert ready("index", "check").exit_code == 1
    assert "1件の索引" in ready("index", "rebuild").output
    assert ready("index", "check").exit_code == 0
    assert json.loads(ready("search", "返品", "--json", "--role", "sv").output)["total"] == 1


def test_an_unknown_setting_is_an_error_that_names_the_known_ones(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_HOMME", "/x")
    result = run("db", "upgrade")
    assert result.exit_code == 1 and "KB_HOMME" in result.output and "KB_HOME" in result.output


def test_a_taken_port_is_one_sentence(ready: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = ready("serve", "--port", port)
    assert result.exit_code == 1 and port in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_a_terminal_that_speaks_english_is_told_in_english(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    terminal._translations.cache_clear()
    result = run("search", "x")
    terminal._translations.cache_clear()
    assert result.exit_code == 1 and "kb db upgrade" in result.output
    assert not any("ぁ" <= letter <= "龥" for letter in result.output)


def _bytes(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def test_synonyms_come_in_once_and_go_out_as_they_came(ready: Run, tmp_path: Path) -> None:
    file, copy = tmp_path / "synonyms.csv", tmp_path / "copy.csv"
    # A new database has the first list already.
    before = ready("synonyms", "list").output.splitlines()
    assert len(before) > 500 and "電話番号＝TEL" in before
    file.write_text("wordings,one_way,note\nマンドリル|カナリア,,店\nマンドリル|トナカイ,1,\n", encoding="utf-8")
    assert "追加 2組" in ready("synonyms", "import", str(file)).output
    assert "変わらないもの 2組" in ready("synonyms", "import", str(file)).output
    added = {"マンドリル＝カナリア  # 店", "マンドリル→トナカイ"}
    assert sorted(ready("synonyms", "list").output.splitlines()) == sorted([*before, *added])
    assert f"{len(before) + 2}組を" in ready("synonyms", "export", str(copy)).output
    assert set(file.read_text("utf-8").split()) <= set(copy.read_text("utf-8-sig").split())
    assert "追加 0組" in ready("synonyms", "import", str(copy)).output
    assert ".csv で終わらせて" in ready("synonyms", "export", str(tmp_path / "copy.txt")).output
    file.write_text("wordings\n返品\n", encoding="utf-8")
    refused = ready("synonyms", "import", str(file))
    assert refused.exit_code == 1 and "synonyms.csv の 2 行目" in refused.output


def test_calls_of_another_system_come_in_and_go_out(ready: Run, tmp_path: Path) -> None:
    ready("import", _rows(tmp_path / "a.jsonl", ROW))
    call = {"id": "crm-1", "started_at": "2025-11-20T10:15:00+09:00", "channel": "phone", "direction": "inbound"}
    call |= {"queries": ["090-1234-5678 返品"], "used": ["a"], "outcome": "solved"}
    path = _rows(tmp_path / "calls.jsonl", call)
    assert "何も書き込んでいません" in ready("import", "--as", "calls", path, "--dry-run").output
    assert "追加 1件" in ready("import", "--as", "calls", path).output
    assert "変わらないもの 1件" in ready("import", "--as", "calls", path).output
    out, table = tmp_path / "out.jsonl", tmp_path / "out.csv"
    assert "1件" in ready("export", str(out), "--as", "calls").output
    assert "変わらないもの 1件" in ready("import", "--as", "calls", str(out)).output
    assert "090" not in out.read_text("utf-8")
    ready("export", str(table), "--as", "calls", "--since", "2025-11-20", "--until", "2025-11-20")
    assert table.read_bytes().startswith(b"\xef\xbb\xbf") and "返品したい" in table.read_text("utf-8-sig")
    ready("export", str(table), "--as", "calls", "--since", "2025-11-21")
    assert "返品したい" not in table.read_text("utf-8-sig")


@pytest.mark.parametrize("words", [("import", "calls.csv"), ("export", "calls.zip")])
def test_a_kind_of_file_that_calls_do_not_have_is_refused_in_one_sentence(ready: Run, words: tuple[str, str]) -> None:
    result = ready(words[0], words[1], "--as", "calls")
    assert result.exit_code == 1 and ".jsonl" in result.output and "Traceback" not in result.output
