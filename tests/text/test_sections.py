"""Rendered text cut at its headings: nothing is lost, and only whole pieces come out."""

import pytest

from kb.text import markdown, sections

BODY = """先に読む文。

1. 引用でも一覧でもない、一つ目
2. 二つ目

## 手順

1. 開く
   - 中の項目
2. 押す<br>確かめる

> ## 引用の見出し
> 1. 引用の項目

## 注意

- 項目 & 記号 < 3
- ![図](attachment:1)

### 小さな見出し

1. 下の項目

## 終わりに

文だけ。
"""


def test_a_text_is_cut_at_its_own_headings_and_says_where_the_steps_are() -> None:
    html = markdown.render(BODY).html
    found = sections.split(html)
    assert "".join(one.html for one in found) == html
    assert [one.has_steps for one in found] == [True, True, True, False]
    assert [one.html.startswith("<h2") for one in found] == [False, True, True, True]
    assert "引用の見出し" in found[1].html


@pytest.mark.parametrize(
    ("source", "steps"),
    [
        ("", []),
        ("文だけ。", [False]),
        ("> 1. 引用の項目", [False]),
        ("- 項目\n    1. 中の項目", [False]),
        ("1. 一つ", [True]),
    ],
)
def test_only_a_list_that_stands_by_itself_is_one_of_steps(source: str, steps: list[bool]) -> None:
    assert [one.has_steps for one in sections.split(markdown.render(source).html)] == steps
