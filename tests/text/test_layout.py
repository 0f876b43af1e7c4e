"""Lists and tables work the way people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.layout import relaxed
from kb.text.markdown import render


def shape(source: str) -> str:
    return render(source).html.replace("\n", "")


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("次のもの\n- 一\n- 二", "<p>次のもの</p><ul><li>一</li><li>二</li></ul>"),
        ("手順\n1. 一\n2. 二", "<p>手順</p><ol><li>一</li><li>二</li></ol>"),
        ("1) 一\n2) 二", "<ol><li>一</li><li>二</li></ol>"),
        ("- 一\n  - 中\n    - 奥\n- 二", "<ul><li>一<ul><li>中<ul><li>奥</li></ul></li></ul></li><li>二</li></ul>"),
        ("- 一\n    - 中\n- 二", "<ul><li>一<ul><li>中</li></ul></li><li>二</li></ul>"),
        ("1. 一\n   - 中\n2. 二", "<ol><li>一<ul><li>中</li></ul></li><li>二</li></ol>"),
        ("1. 一\n- 別", "<ol><li>一</li></ol><ul><li>別</li></ul>"),
        ("- 一\n続き", "<ul><li>一<br>続き</li></ul>"),
        ("- 一\n## 見出し", '<ul><li>一</li></ul><h2 id="h-見出し">見出し</h2>'),
        ("- 一\n\n段落", "<ul><li>一</li></ul><p>段落</p>"),
        ("- 一\n\n  続きの段落\n- 二", "<ul><li><p>一</p><p>続きの段落</p></li><li><p>二</p></li></ul>"),
        ("電話は\n2024. 年の話", "<p>電話は<br>2024. 年の話</p>"),
        ("> 引用\n> - 一", "<blockquote><p>引用</p><ul><li>一</li></ul></blockquote>"),
        ("本文\n> 引用", "<p>本文</p><blockquote><p>引用</p></blockquote>"),
        ("- - -", "<hr>"),
        ("本文\n- - -", "<p>本文</p><hr>"),
    ],
)
def test_a_list_typed_like_this_looks_like_this(source: str, html: str) -> None:
    assert shape(source) == html


def test_a_table_may_follow_a_line_at_once() -> None:
    assert "<p>料金</p><table>" in shape("料金\n| a | b |\n| --- | --- |\n| 1 | 2 |")


def test_code_is_not_laid_out_anew() -> None:
    assert "x\n- a\n  - b\n" in render("```\nx\n- a\n  - b\n```").html


@given(st.lists(st.text(alphabet="-*+1.)> |a#", max_size=8), max_size=12))
def test_laying_out_loses_no_word(lines: list[str]) -> None:
    before = [line.count("a") for line in lines]
    assert sum(line.count("a") for line in relaxed(lines)) == sum(before)
