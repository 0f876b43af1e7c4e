"""Markdown as plain text: what a reader would read aloud."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.plain import first_sentence, plain, readings, split_code


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("## 見出し `code` ##", "見出し code"),
        ("**注意：**必ず~~旧~~_x_ *強調* ***両方***", "注意：必ず旧x 強調 両方"),
        ("snake_case_name と 2*3 と 3 * 4 * 5", "snake_case_name と 2*3 と 3 * 4 * 5"),
        ("> - 1. 入れ子", "入れ子"),
        ("- 一\n  - 二\n\n\n3. 三", "一\n二\n三"),
        ("| お届け先 | 日数 |\n|:--|--:|\n| 関東 | 翌日 |", "お届け先 日数\n関東 翌日"),
        ("[[返品したい]]と[[返品したい|返品]]", "返品したいと返品"),
        ('[資料](attachment:12 "題")と![図](https://a.example/(x).png)', "資料と図"),
        ("[![図](a.png)](https://a.example/)", "図"),
        ("[名][ref]\n\n[ref]: https://a.example/", "名"),
        ("<https://a.example/> <a@a.example>", "https://a.example/ a@a.example"),
        ("{解約|かいやく}と{yes|no}", "解約と{yes no}"),
        ("\\*星\\* &amp; &lt;b&gt;", "*星* & <b>"),
        ("```sh\nrm -rf **x**\n```\n後", "rm -rf **x**\n後"),
        ("`**x**` と ``a`b``", "**x** と a`b"),
        (":::purpose 急ぎ\n提案\n:::\n:::say\n文\n:::", "急ぎ\n提案\n文"),
        ("本文\n---\n***\n===", "本文"),
        ("\ufdd0x\ufdef0\ufdef", "x0"),
    ],
)
def test_this_source_reads_like_this(source: str, text: str) -> None:
    assert plain(source) == text


def test_the_first_sentence_skips_headings_and_tables() -> None:
    assert first_sentence("## 見出し\n\n| a |\n|---|\n\n**翌日**に届きます。離島は別です。", 60) == "翌日に届きます。"
    assert first_sentence("It takes 1.5 days. Then wait.", 60) == "It takes 1.5 days."
    assert first_sentence("「届きますか？」と聞かれた。次", 60) == "「届きますか？」"
    assert first_sentence("あ" * 50, 10) == "あ" * 9 + "…"
    assert first_sentence("## 見出しだけ", 60) == "見出しだけ"
    assert first_sentence("", 60) == ""


@given(st.text(alphabet="`~\n a\\"))
def test_code_and_text_join_to_the_source(source: str) -> None:
    assert "".join(piece for _, piece in split_code(source)) == source


@given(st.text(alphabet="[](){}|!<>*_`~#:-\n\\ aあ&;1.\ud800\x00"))
def test_no_text_makes_it_fail(source: str) -> None:
    plain(source)
    first_sentence(source, 20)


@pytest.mark.parametrize(
    "unit", ["[", "[a](", "![", "`", "` `` ", "*a ", "_a", "{a|", "[[a|", "> ", "- ", "<", "|-", "\\", "~~", "[a]: "]
)
def test_a_long_repetition_is_done_in_linear_time(unit: str) -> None:
    # Quadratic work on 400,000 characters would not end while anybody waits.
    plain(unit * (400_000 // len(unit)))


def test_the_readings_above_words_are_told_once_each_and_not_those_in_code() -> None:
    source = "{解約|かいやく}と{水面堂|みなもどう}、また{解約|かいやく}。`{例|れい}` {yes|no}\n```\n{型|かた}\n```"
    assert readings(source) == ["かいやく", "みなもどう"]
