"""A file with a fault is taken in as a whole or not at all, and the terminal says where the fault is."""

import gzip
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb import terminal
from kb.cli import main

GOOD = {"id": "a", "title": "よい記事", "body": "よい文"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A house at the newest schema, and nothing in it."""
    monkeypatch.setenv("KB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    terminal._translations.cache_clear()
    assert CliRunner().invoke(main, ["db", "upgrade"]).exit_code == 0
    yield tmp_path / "home"
    terminal._translations.cache_clear()


def lines(*rows: object) -> bytes:
    return "\n".join(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows).encode()


def zipped(**files: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return file.getvalue()


FILES: dict[str, tuple[str, bytes, str]] = {
    "an unknown key": ("p.jsonl", lines(GOOD, {**GOOD, "id": "b", "titel": "x"}), "titel"),
    "a missing title": ("p.jsonl", lines(GOOD, {"id": "b", "body": "文"}), "題名"),
    "a duplicate id": ("p.jsonl", lines(GOOD, {**GOOD, "title": "二つめ"}), "a"),
    "no id": ("p.csv", "title,body\n題,文\n".encode(), "id"),
    "no JSON": ("p.jsonl", lines(GOOD, "{broken"), "2"),
    "a list for a title": ("p.jsonl", lines({**GOOD, "title": ["x"]}), "title"),
    "an unknown kind": ("p.jsonl", lines({**GOOD, "kind": "poem"}), "kind"),
    "too few columns": ("p.csv", "id,title,body\na,題\n".encode(), "2"),
    "letters of no code": ("p.csv", b"id,title,body\na,\xff\xfe\x00\x81,x\n", "UTF-8"),
    "a broken zip": ("p.zip", b"PK\x03\x04 no zip at all", "p.zip"),
    "a zip that leaves its folder": ("p.zip", zipped(**{"../evil.md": "---\nid: a\ntitle: x\n---\nx"}), "p.zip"),
    "a broken gzip": ("p.jsonl.gz", gzip.compress(b"{}")[:-6], "p.jsonl.gz"),
    "an open front matter": ("p.zip", zipped(**{"ja/faq/a.md": "---\ntitle: x\n"}), "a.md"),
    "a trick in the front matter": ("p.zip", zipped(**{"ja/faq/a.md": "---\ntitle: &a [*a]\n---\nx"}), "a.md"),
    "an open block": ("p.jsonl", lines({**GOOD, "body": ":::say\nx"}), "say"),
    "an unknown ending": ("p.docx", b"PK", "p.docx"),
    "nothing": ("p.jsonl", b"", "記事がありません"),
}


@pytest.mark.parametrize("case", FILES)
def test_nothing_is_written_and_one_sentence_says_why(home: Path, tmp_path: Path, case: str) -> None:
    name, content, told = FILES[case]
    path = tmp_path / name
    path.write_bytes(content)
    answer = CliRunner().invoke(main, ["import", str(path)])
    assert answer.exit_code == 1
    assert answer.stderr.startswith("kb: ") and answer.stderr.count("\n") == 1
    assert told in answer.stderr
    assert "Traceback" not in answer.output and answer.stdout == ""
    with sqlite3.connect(home / "var" / "kb.db") as connection:
        assert connection.execute("SELECT count(*) FROM pages").fetchone() == (0,)
    connection.close()


@pytest.mark.parametrize("case", FILES)
def test_the_same_is_told_in_english(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    name, content, _told = FILES[case]
    (tmp_path / name).write_bytes(content)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    terminal._translations.cache_clear()
    answer = CliRunner().invoke(main, ["import", str(tmp_path / name)])
    assert answer.exit_code == 1
    assert not any("ぁ" <= letter <= "ヺ" for letter in answer.stderr), answer.stderr


def test_the_same_file_twice_changes_nothing(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_bytes(lines(GOOD, {**GOOD, "id": "b", "title": "二つめ"}))
    first, second = (CliRunner().invoke(main, ["import", str(path)]) for _ in range(2))
    assert "追加 2件、変更 0件、変わらないもの 0件" in first.stdout
    assert "追加 0件、変更 0件、変わらないもの 2件" in second.stdout
    found = CliRunner().invoke(main, ["search", "二つめ 記事", "--role", "operator", "--json"])
    assert json.loads(found.stdout)["total"] == 2
