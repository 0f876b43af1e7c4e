"""Titles meet in spite of spelling, and a missing page and a hidden one look alike."""

from hypothesis import given
from hypothesis import strategies as st

from kb.text.markdown import render
from kb.text.wiki_links import resolve, title_key, titles_in


def test_titles_are_found_in_order_once_and_not_in_code() -> None:
    source = (
        "[[返品したい]] [[ＦＡＱ|よくある質問]] `[[code]]` \\[[escaped]] [[faq]]\n```\n[[fenced]]\n```\n| [[表|の中]] |"
    )
    assert titles_in(source) == ["返品したい", "ＦＡＱ", "表"]


def test_titles_meet_over_width_case_and_white_space() -> None:
    assert title_key("　ＦＡＱ  ﾍﾝﾋﾟﾝ\tの 手順 ") == title_key("faq ヘンピン の 手順") == "faq ヘンピン の 手順"
    assert title_key("返品") != title_key("返金")


@given(st.text())
def test_the_key_of_a_key_is_the_key(title: str) -> None:
    assert title_key(title_key(title)) == title_key(title)


def test_a_found_page_gets_its_address_and_a_missing_one_is_red() -> None:
    asked: list[list[str]] = []

    def lookup(keys: list[str]) -> dict[str, str | None]:
        asked.append(keys)
        return {"返品したい": "/ja/faq/1-返品したい?a=1&b=2", "隠れた記事": None}

    html = resolve(render("[[返品したい]] [[返品したい|返品]] [[隠れた記事]] [[ない記事]]").html, lookup)
    assert html == (
        '<p><a class="wikilink" href="/ja/faq/1-返品したい?a=1&amp;b=2">返品したい</a> '
        '<a class="wikilink" href="/ja/faq/1-返品したい?a=1&amp;b=2">返品</a> '
        '<span class="redlink">隠れた記事</span> <span class="redlink">ない記事</span></p>'
    )
    assert asked == [["返品したい", "隠れた記事", "ない記事"]]


def test_a_missing_page_may_lead_to_writing_it() -> None:
    html = resolve(render("[[ない & 記事]]").html, lambda keys: {}, lambda title: f'/new?title="{title}"')
    assert html == '<p><a class="redlink" href="/new?title=&quot;ない &amp; 記事&quot;">ない &amp; 記事</a></p>'


def test_a_page_without_wiki_links_asks_nothing() -> None:
    def lookup(keys: list[str]) -> dict[str, str | None]:
        raise AssertionError("asked for nothing")

    assert resolve("<p>x</p>", lookup) == "<p>x</p>"


def test_text_that_looks_like_a_waiting_link_stays_text() -> None:
    html = render('<a href="wiki:x">y</a> `<a href="wiki:x">y</a>`').html
    assert resolve(html, lambda keys: dict.fromkeys(keys, "/x")) == html


def test_every_title_in_the_source_is_a_link_in_the_page() -> None:
    source = "[[一]]\n- [[二|に]]\n> [[三]]\n\n**[[四]]** `x` [[五]]\n## [[六]]"
    seen: list[str] = []
    resolve(render(source).html, lambda keys: seen.extend(keys) or {})
    assert sorted(seen) == sorted(titles_in(source))
