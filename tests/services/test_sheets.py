"""Files of pages: every form reads back what it wrote."""

import csv
import gzip
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.rules.errors import Invalid
from kb.rules.pages import Audience, Kind
from kb.services import importing, sheets
from kb.services.checking import checked
from tests.make import text

FORMS = ["folder", "pages.zip", "pages.csv", "pages.jsonl"]


def row(id: str = "a", **more: Any) -> dict[str, Any]:
    known = {"id": id, "title": "題名", "kind": "faq", "language": "ja", "audience": "public"}
    return known | {"confidence": "validated", "body": "本文"} | more


def values(path: Path) -> list[dict[str, Any]]:
    return [one.values for one in sheets.read(path).rows]


@pytest.mark.parametrize("form", FORMS)
def test_each_form_reads_back_what_it_wrote(tmp_path: Path, form: str) -> None:
    rows = [
        row("a", tags=["配送", "不在"], phrases=["まだ届かない", "いつ？"], category="delivery"),
        row("b", translates="a", language="en", title="Where is it?", body="- one\n\n:::say\nHello\n:::"),
        row("c", title="=1+1", body='\'=1+1\n"quoted", and, commas\n\n---\n\n# 題', phrases=["-x", "@y"]),
        row("日本語の id", title="0123", body="+81 90\n\ttab"),
    ]
    shelves = [{"key": "delivery", "ja": {"name": "配送"}, "en": {"name": "Delivery"}, "icon": "", "audience": "sv"}]
    sheets.write(tmp_path / form, rows, shelves)
    found = sheets.read(tmp_path / form)
    assert sorted((one.values for one in found.rows), key=str) == sorted(rows, key=str)
    assert (found.shelves == shelves) is (form in ("folder", "pages.zip"))


LINE = st.text(st.characters(codec="utf-8"), max_size=30)


TEXTS = st.tuples(
    LINE,
    st.lists(LINE | st.sampled_from(["---", "=x", "'=x", "- a", "# b", "", " ", "a: b", '"', ","]), max_size=5).map(
        "\n".join
    ),
    st.lists(LINE, max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=3), form=st.sampled_from(FORMS))
def test_any_page_that_can_be_stored_survives_every_form(texts: list[Any], form: str) -> None:
    rows = []
    for number, (title, body, phrases) in enumerate(texts):
        try:
            said = checked(text(title, body, phrases=tuple(phrases)))
        except Invalid:
            continue
        made = row(f"id-{number}", title=said.title, body=said.body)
        rows.append(made | ({"phrases": list(said.phrases)} if said.phrases else {}))
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / form
        sheets.write(path, rows, [])
        if rows or form != "folder":
            assert values(path) == rows


@pytest.mark.parametrize("form", FORMS)
def test_the_same_pages_make_the_same_bytes(tmp_path: Path, form: str) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        sheets.write(tmp_path / name / form, [row("a"), row("b")], [])
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "id",
    [
        "../../escape",
        "..",
        ".",
        "/etc/passwd",
        "a/b",
        "a\\b",
        "C:x",
        "con*?",
        "%2e",
        ".hidden",
        "x" * 120,
        "長" * 120,
        "a.",
    ],
)
@pytest.mark.parametrize("form", ["folder", "pages.zip"])
def test_an_id_that_looks_like_a_path_stays_inside_the_folder(tmp_path: Path, id: str, form: str) -> None:
    place = tmp_path / "deep" / "deeper"
    place.mkdir(parents=True)
    sheets.write(place / form, [row(id), row("other")], [])
    assert all(name.startswith("deep/deeper/") for name in contents(tmp_path))
    if form == "folder":
        assert len(list((place / form / "ja" / "faq").iterdir())) == 2
    assert [one["id"] for one in values(place / form)].count(id) == 1


def test_ids_that_differ_make_files_that_differ(tmp_path: Path) -> None:
    ids = ["a/b", "a%2fb", "a\\b", "長" * 119 + "a", "長" * 119 + "b", "." * 5, "%2e...."]
    sheets.write(tmp_path / "folder", [row(id) for id in ids], [])
    assert sorted(one["id"] for one in values(tmp_path / "folder")) == sorted(ids)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_csv_is_read_in_the_encodings_that_spreadsheets_write(tmp_path: Path, encoding: str, end: str) -> None:
    path = tmp_path / "pages.csv"
    path.write_bytes(end.join(["id,title,body,tags", '1,①題名,"一行め', '二行め",配送', ""]).encode(encoding))
    [one] = importing.check(sheets.read(path), audience=Audience.STAFF, kind=Kind.CASE)
    assert (one.id, one.text.title, one.text.body, one.text.tags) == ("1", "①題名", "一行め\n二行め", ("配送",))
    assert (one.text.audience, one.kind) == (Audience.STAFF, Kind.CASE)


def test_a_csv_is_written_with_the_mark_that_excel_needs_and_without_formulas(tmp_path: Path) -> None:
    path = tmp_path / "pages.csv"
    sheets.write(path, [row(title="=HYPERLINK(1)", body="@x")], [])
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    cells = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    assert "'=HYPERLINK(1)" in cells


@pytest.mark.parametrize("name", ["pages.jsonl", "pages.jsonl.gz", "PAGES.JSONL"])
def test_json_lines_are_read_plain_and_packed(tmp_path: Path, name: str) -> None:
    content = "\ufeff" + "\n\n".join(json.dumps(row(id)) for id in "ab") + "\r\n"
    packed = gzip.compress(content.encode()) if name.endswith(".gz") else content.encode()
    (tmp_path / name).write_bytes(packed)
    assert [one["id"] for one in values(tmp_path / name)] == ["a", "b"]
    assert [one.line for one in sheets.read(tmp_path / name).rows] == [1, 3]
