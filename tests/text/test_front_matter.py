"""Front matter comes back byte for byte, as strings only, and its errors say where and what."""

import contextlib
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kb.rules.errors import Invalid
from kb.text import front_matter
from kb.text.front_matter import dump, dump_list, load_list, parse

CONTENT = Path(__file__).resolve().parents[2] / "content"
TEXT = st.text(st.characters(exclude_categories=("Cs",)))


def test_every_content_file_comes_back_byte_for_byte() -> None:
    files = sorted(CONTENT.glob("*/*/*.md"))
    assert len(files) > 30
    changed = []
    for file in files:
        text = file.read_bytes().decode()
        if dump(*parse(text, file.name)) != text:
            changed.append(file.name)
    assert changed == []


def test_the_categories_come_back_byte_for_byte() -> None:
    text = (CONTENT / "categories.yaml").read_bytes().decode()
    found = load_list(text, "categories.yaml")
    assert found[0]["key"] == "delivery" and found[0]["ja"] == {
        "name": "配送・受け取り",
        "description": "お届け日、不在、送料",
    }
    assert dump_list(found) == text


def test_nothing_is_guessed_to_be_anything_but_a_string() -> None:
    header, body = parse("---\nid: 007\nday: 2026-12-28\nlive: yes\nnone: ~\ntags:\n  - 1.5\n---\n\n本文\n", "a.md")
    assert header == {"id": "007", "day": "2026-12-28", "live": "yes", "none": "~", "tags": ["1.5"]}
    assert body == "本文\n"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("注文した商品は、いつ届きますか", "注文した商品は、いつ届きますか"),
        ("I can't sign in", "I can't sign in"),
        ("2階だと電波が弱い", "2階だと電波が弱い"),
        ("コロン: あり", "'コロン: あり'"),
        ("# 見出し", "'# 見出し'"),
        ("it's: x", "'it''s: x'"),
        ("yes", "'yes'"),
        ("2026-12-28", "'2026-12-28'"),
        ("0120", "'0120'"),
        (12, "'12'"),
        ("", "''"),
        (None, "''"),
        (" 前後 ", "' 前後 '"),
        ("二\n行", '"二\\n行"'),
        ([], "[]"),
    ],
)
def test_a_value_is_written_like_this(value: object, written: str) -> None:
    assert dump({"title": value}, "") == f"---\ntitle: {written}\n---\n"


@given(st.dictionaries(TEXT.filter(bool), TEXT | st.lists(TEXT), max_size=4), TEXT)
def test_what_is_written_is_read_back(header: dict[str, object], body: str) -> None:
    body = body.replace("\r\n", "\n")
    found, rest = parse(dump(header, body), "a.md")
    assert found == header
    assert rest == body


@given(TEXT)
def test_other_readers_of_yaml_see_strings_too(text: str) -> None:
    assert yaml.safe_load(dump_list([{"a": text, "b": [text]}])) == [{"a": text, "b": [text]}]


def test_a_file_without_a_header_is_a_body() -> None:
    assert parse("本文\n---\nx", "a.md") == ({}, "本文\n---\nx")
    assert parse("---\n---\n本文", "a.md") == ({}, "本文")


def test_windows_line_ends_and_a_bom_do_no_harm() -> None:
    assert parse("\ufeff---\r\nid: a\r\n---\r\n\r\n本文\r\n", "a.md") == ({"id": "a"}, "本文\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("---\nid: a\n", ["a.md", "1行目", "---"]),
        ("---\nid: a\ntitle: b: c\n---\n", ["a.md", "3行目"]),
        ("---\nid: a\n bad\n  - x: [\n---\n", ["a.md", "行目"]),
        ("---\n- a\n---\n", ["a.md", "項目"]),
        ("---\nid: a\nid: b\n---\n", ["a.md", "3行目", "id"]),
        ("---\na: &x 1\nb: *x\n---\n", ["a.md", "2行目"]),
        ("---\na: !!python/object/apply:os.system [x]\n---\n", ["a.md", "2行目"]),
        ("---\na: " + "[" * 5_000 + "\n---\n", ["a.md"]),
        ("---\na: \x01\n---\n", ["a.md"]),
        ("---\na: \ud800\n---\n", ["a.md"]),
        ("---\n" + "a: b\n" * 20_000 + "---\n", ["a.md", "長すぎ"]),
        ("---\n? [a]\n: b\n---\n", ["a.md", "名前"]),
    ],
)
def test_a_broken_header_names_the_file_and_the_line(text: str, words: list[str]) -> None:
    with pytest.raises(Invalid) as caught:
        parse(text, "a.md")
    assert [word for word in words if word not in str(caught.value)] == []


def test_a_bomb_of_aliases_is_refused_before_it_grows() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    with pytest.raises(Invalid):
        parse(f"---\n{bomb}---\n", "a.md")


@pytest.mark.parametrize("text", ["a: b\n", "- a\n- b\n", "x"])
def test_a_list_file_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        load_list(text, "categories.yaml")


@given(st.text(alphabet="-: \n'\"[]{}&*!|>#%@`abあ\t"))
def test_no_header_raises_anything_but_invalid(text: str) -> None:
    with contextlib.suppress(Invalid):
        front_matter.parse(f"---\n{text}\n---\n", "a.md")
