"""A bad file is told by name, line and remedy, before anything of it is believed."""

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from kb.rules import limits
from kb.rules.errors import Invalid
from kb.rules.pages import Audience, Kind
from kb.services import importing, sheets


def row(id: str = "a", **more: Any) -> dict[str, Any]:
    known = {"id": id, "title": "題名", "kind": "faq", "language": "ja", "audience": "public"}
    return known | {"confidence": "validated", "body": "本文"} | more


def values(path: Path) -> list[dict[str, Any]]:
    return [one.values for one in sheets.read(path).rows]


def refused(path: Path) -> Invalid:
    with pytest.raises(Invalid) as why:
        importing.check(sheets.read(path), audience=Audience.PUBLIC, kind=Kind.FAQ)
    return why.value


def markdown(header: str, body: str = "本文") -> str:
    return f"---\n{header}\n---\n\n{body}\n"


@pytest.mark.parametrize(
    ("name", "content", "line", "said"),
    [
        ("a.jsonl", '{"id": "a"', 1, "JSONとして読めません"),
        ("a.jsonl", '{"id": "a", "title": "t", "body": "b"}\n[1]', 2, "JSONとして読めません"),
        ("a.jsonl", '\n\n{"id": "a", "title": "t", "body": "b", "colour": 1}', 3, "「colour」という項目はありません"),
        ("a.jsonl", "[" * 100_000, 1, "JSONとして読めません"),
        ("a.jsonl", '{"id": "a", "body": "b"}', 1, "題名を書いてください"),
        ("a.jsonl", '{"id": "a", "title": "t"}', 1, "本文を書いてください"),
        ("a.jsonl", '{"title": "t", "body": "b"}', 1, "id がありません"),
        ("a.jsonl", '{"id": true, "title": "t", "body": "b"}', 1, "「id」は文字で書いてください"),
        ("a.jsonl", '{"id": "a", "title": ["t"], "body": "b"}', 1, "「title」は文字で書いてください"),
        ("a.jsonl", '{"id": "a", "title": "t", "body": "b", "tags": [1]}', 1, "「tags」は文字の並びで"),
        ("a.jsonl", '{"id": "a", "title": "t", "body": "b", "tags": {"a": 1}}', 1, "「tags」は文字の並びで"),
        ("a.jsonl", '{"id": "a", "title": "t", "body": "b", "kind": "essay"}', 1, "faq・case・procedure・script"),
        ("a.jsonl", '{"id": "a", "title": "t", "body": "b", "audience": "all"}', 1, "public・staff・sv"),
        ("a.jsonl", '{"id": "a", "title": "t", "body": ":::staff"}', 1, "閉じていません"),
        ("a.jsonl", json.dumps({"id": "a" * 121, "title": "t", "body": "b"}), 1, "120文字まで"),
        ("a.jsonl", json.dumps({"id": "a", "title": "t", "body": "あ" * 5_000_000}), 1, "記事を分けてください"),
        ("a.csv", "id,title,body\n1,t,b\n2,t", 3, "列の数"),
        ("a.csv", 'id,title,body\n1,t,"b', 2, "閉じ忘れ"),
        ("a.csv", 'id,title,body\n1,t,"x\ny\nz"\n2,,"b\nb"', 5, "題名を書いてください"),
        ("a.csv", "id,title,body,colour\n1,t,b,red", 2, "「colour」という項目はありません"),
        ("a.csv", "id,title,body\n1,t," + "あ" * 1_500_000, 2, "記事を分けてください"),
        ("a.md", markdown("id: a"), 1, "題名を書いてください"),
        ("a.md", markdown("id: a\ntitle: t\ncolour: red"), 1, "「colour」という項目はありません"),
        ("a.md", "本文だけ", 1, "題名を書いてください"),
    ],
)
def test_a_bad_row_is_named_by_file_line_and_remedy(
    tmp_path: Path, name: str, content: str, line: int, said: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    told = str(refused(tmp_path / name))
    assert told.startswith(f"{name} の {line} 行目：")
    assert said in told


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.md", b"---\ntitle: a\n  b: [\n---\n\nx", "a.mdの3行目"),
        ("a.md", b"---\ntitle: &x a\n---\n\nx", "a.mdの2行目"),
        ("a.md", b"---\ntitle: a\ntitle: b\n---\n\nx", "2つめ"),
        ("a.md", b"---\ntitle: a", "閉じていません"),
        ("a.md", b"x" * (limits.BODY * 4 + 65_537), "大きすぎます"),
        ("a.md", b"\xff\xfe\x00\x81", "文字コードが分かりません"),
        ("a.jsonl", b"\x81\xff\x00", "文字コードが分かりません"),
        ("a.csv", "id,title,body\n1,t,b".encode("utf-16"), "文字コードが分かりません"),
        ("a.jsonl.gz", b"not gzip at all", "壊れていて開けません"),
        ("a.jsonl.gz", gzip.compress(b"x" * 1000, mtime=0)[:-20], "壊れていて開けません"),
        ("a.jsonl.gz", gzip.compress(b"{}" * 1000, mtime=0)[:12] + b"\xff" * 40, "壊れていて開けません"),
        ("a.zip", b"PK\x03\x04 not a zip", "壊れているか"),
        ("a.zip", b"", "壊れているか"),
        ("a.xlsx", b"", "読めない種類です"),
        ("nothing.csv", None, "見つかりません"),
    ],
)
def test_a_file_that_can_not_be_read_is_told_with_what_to_do(
    tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert said in str(refused(tmp_path / name))


@pytest.mark.parametrize(
    ("name", "content"), [("a.jsonl.gz", gzip.compress(bytes(limits.IMPORT_FILE + 2), 9, mtime=0)), ("a.csv", None)]
)
def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path: Path, name: str, content: bytes | None) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    else:
        with path.open("wb") as file:
            file.truncate(limits.IMPORT_FILE + 2)
    assert "大きすぎます" in str(refused(path))


def zipped(path: Path, files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


PAGE = markdown("id: a\ntitle: t").encode()


@pytest.mark.parametrize("name", ["../a.md", "ja/../../a.md", "/etc/a.md", "..\\a.md"])
def test_a_zip_that_points_outside_itself_is_refused(tmp_path: Path, name: str) -> None:
    assert "不正な場所" in str(refused(zipped(tmp_path / "a.zip", {"ja/ok.md": PAGE, name: PAGE})))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "a.zip", {"ja/a.md": bytes(50_000_000)})
    assert bomb.stat().st_size < 100_000
    assert "圧縮率が高すぎます" in str(refused(bomb))


def test_a_zip_of_too_many_files_or_bytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "a.zip", {f"ja/{number}.md": PAGE for number in range(4)})
    monkeypatch.setattr(limits, "IMPORT_ENTRIES", 3)
    assert "多すぎます" in str(refused(path))
    monkeypatch.setattr(limits, "IMPORT_ENTRIES", 4)
    monkeypatch.setattr(limits, "IMPORT_FILE", 4 * len(PAGE) - 1)
    assert "多すぎます" in str(refused(path))


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_STORED])
def test_a_zip_with_a_damaged_page_is_refused(tmp_path: Path, compression: int) -> None:
    page = markdown("id: a\ntitle: t", "".join(map(chr, range(0x4E00, 0x5000)))).encode()
    path = zipped(tmp_path / "a.zip", {"ja/a.md": page}, compression)
    content = bytearray(path.read_bytes())
    content[60:160] = b"\xff" * 100
    path.write_bytes(content)
    assert "壊れているか" in str(refused(path))


def test_a_zip_keeps_its_language_inside_one_more_folder_and_japanese_comes_first(tmp_path: Path) -> None:
    files = {"content/en/faq/a.md": markdown("title: t").encode(), "content/ja/faq/b.md": markdown("title: t").encode()}
    path = zipped(tmp_path / "a.zip", {**files, "content/README.txt": b"x", "content/pic.png": b"\xff"})
    assert [(one["id"], one["language"]) for one in values(path)] == [("a", "en"), ("b", "ja")]
    plain = zipped(tmp_path / "b.zip", {"en/a.md": PAGE, "ja/b.md": PAGE})
    assert [one["language"] for one in values(plain)] == ["ja", "en"]


@pytest.mark.parametrize("form", ["folder", "pages.csv"])
def test_an_id_that_comes_twice_is_named_at_both_places(tmp_path: Path, form: str) -> None:
    rows = [row("a"), row("b"), row("a", kind="case")]
    sheets.write(tmp_path / form, rows, [])
    told = str(refused(tmp_path / form))
    assert "id「a」" in told and "重なっています" in told
    assert told.startswith("pages.csv の 4 行目" if form == "pages.csv" else "ja/faq/a.md の 1 行目")


def test_a_folder_is_written_only_into_an_empty_one(tmp_path: Path) -> None:
    place = tmp_path / "out"
    place.mkdir()
    sheets.write(place, [row()], [])
    with pytest.raises(Invalid, match="空ではありません"):
        sheets.write(place, [row()], [])


@pytest.mark.parametrize("name", ["no/such/folder/a.zip", "no/such/a.csv", "file/inside", "file"])
def test_a_place_that_can_not_be_written_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Invalid, match="書き込めません"):
        sheets.write(tmp_path / name, [row()], [])


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="書き出せません"):
        sheets.write(tmp_path / "a.xlsx", [row()], [])
