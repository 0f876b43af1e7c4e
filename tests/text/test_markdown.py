"""Markdown becomes the HTML that Japanese writers expect."""

import pytest

from kb.text import markdown
from kb.text.markdown import Heading, render


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**注意：**必ず", "<p><strong>注意：</strong>必ず</p>"),
        ("これは**「重要」**です", "<p>これは<strong>「重要」</strong>です</p>"),
        ("**E101（通信）**が出る", "<p><strong>E101（通信）</strong>が出る</p>"),
        ("一行め\n二行め", "<p>一行め<br>\n二行め</p>"),
        ("~~旧~~新", "<p><del>旧</del>新</p>"),
        ("1~2 と 3~4", "<p>1~2 と 3~4</p>"),
        ("    字下げは\n    コードではない", "<p>字下げは<br>\n    コードではない</p>"),
        ("3. 三から", '<ol start="3">\n<li>三から</li>\n</ol>'),
        ("```python\na < b\n```", '<pre><code class="language-python">a &lt; b\n</code></pre>'),
        ("{解約|かいやく}", "<p><ruby>解約<rp>（</rp><rt>かいやく</rt><rp>）</rp></ruby></p>"),
        ("{yes|no}", "<p>{yes|no}</p>"),
        ("<b>太字</b> & <!-- 注 -->", "<p>&lt;b&gt;太字&lt;/b&gt; &amp; &lt;!-- 注 --&gt;</p>"),
        ("[TOC]", "<p>[TOC]</p>"),
    ],
)
def test_a_piece_of_markdown_becomes_this_html(source: str, html: str) -> None:
    assert render(source).html == html


def test_a_table_keeps_its_alignment_and_holds_links_with_labels() -> None:
    html = render("| a | b |\n|:--|--:|\n| [[題|名]] | `x|y` {品|しな} |").html
    assert '<td align="left"><a href="wiki:%E9%A1%8C">名</a></td>' in html
    assert '<td align="right"><code>x|y</code> <ruby>品' in html


def test_headings_have_japanese_ids_that_differ() -> None:
    found = render("## 返品の手順\n\n## 返品の手順\n\n### `A` & **B**\n\n## ！？")
    assert found.contents == (
        Heading(2, "h-返品の手順", "返品の手順"),
        Heading(2, "h-返品の手順_1", "返品の手順"),
        Heading(3, "h-a-b", "A & B"),
        Heading(2, "h-section", "！？"),
    )
    assert all(f'<h{heading.level} id="{heading.id}">' in found.html for heading in found.contents)


def test_the_page_keeps_the_only_h1() -> None:
    assert [heading.level for heading in render("# 一\n## 二\n###### 六").contents] == [2, 3, 6]
    assert [heading.level for heading in render("## 二\n### 三").contents] == [2, 3]


def test_a_wiki_link_waits_with_its_title_encoded() -> None:
    assert render("[[返品したい]]").html == (
        '<p><a href="wiki:%E8%BF%94%E5%93%81%E3%81%97%E3%81%9F%E3%81%84">返品したい</a></p>'
    )
    assert ">返品</a>" in render("[[返品したい|返品]]").html
    assert render("[[a/b?c#d:e%20&amp;]]").html.startswith('<p><a href="wiki:a%2Fb%3Fc%23d%3Ae%2520%26amp%3B">')


@pytest.mark.parametrize("source", ["`[[題]]`", "```\n[[題]]\n```", "\\[[題]]", "[[]]", "[[ ]]", "[[a\nb]]"])
def test_what_is_no_wiki_link_is_none(source: str) -> None:
    assert "wiki:" not in render(source).html


def test_attachments_are_files_and_other_pictures_are_links() -> None:
    assert render("![図](attachment:12)").html == '<p><img alt="図" loading="lazy" src="/files/12"></p>'
    assert render("[資料](attachment:12)").html == '<p><a href="/files/12">資料</a></p>'
    outside = render("![図](https://a.example/x.png)").html
    assert (
        "<img" not in outside
        and '<a href="https://a.example/x.png" rel="nofollow noopener noreferrer">図</a>' in outside
    )
    assert "<img" not in render("![図](/files/12)").html
    assert render("[![図](https://a.example/x.png)](/b)").html == '<p><a href="/b"><em>図</em></a></p>'


@pytest.mark.parametrize("bad", ["attachment:", "attachment:x", "attachment:1/../2", "attachment:-1", "Attachment:1:2"])
def test_an_attachment_that_is_no_number_leads_nowhere(bad: str) -> None:
    html = render(f"[資料]({bad}) ![図]({bad})").html
    assert "href=" not in html and "<img" not in html


@pytest.mark.parametrize(
    "link", ["[x](https://a.example/)", "[x](//a.example/)", "https://a.example/", "<HTTPS://a.example/>"]
)
def test_a_link_to_the_outside_says_so(link: str) -> None:
    assert 'rel="nofollow noopener noreferrer"' in render(link).html


@pytest.mark.parametrize(
    "link", ["[x](/ja/faq/1)", "[x](#h-a)", "[x](?q=1)", "[x](mailto:a@a.example)", "[x](tel:0120000000)"]
)
def test_a_link_inside_the_house_has_no_rel(link: str) -> None:
    assert "href=" in render(link).html and "rel=" not in render(link).html


def test_a_bare_address_ends_where_japanese_begins() -> None:
    html = render("詳しくはhttps://a.example/x_y_z?a=1&b=2。次へ").html
    assert '<a href="https://a.example/x_y_z?a=1&amp;b=2" rel=' in html and "</a>。次へ" in html
    assert "<a" not in render("`https://a.example/`").html


def test_rendering_does_not_remember_the_page_before() -> None:
    render("[a]: https://a.example/\n\n## 見出し")
    again = render("[a]\n\n## 見出し")
    assert "href" not in again.html and again.contents[0].id == "h-見出し"


def test_a_file_is_never_read_by_a_page() -> None:
    assert "root:" not in render('--8<-- "/etc/passwd"\n\n;--8<--\n/etc/passwd').html


def test_the_version_names_every_library_that_shapes_the_html() -> None:
    assert all(name in markdown.VERSION for name in ("markdown-", "pymdown-extensions-", "nh3-"))
