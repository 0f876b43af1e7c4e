"""Blocks are found however they are typed, and every slip hides text instead of showing it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.rules.errors import Invalid
from kb.rules.pages import Audience
from kb.text import block_faults, blocks, plain
from kb.text.blocks import BlockKind, Segment

GOOD = """はじめの文。

:::say
お調べいたします。
:::

:::ask
- いつまでに
:::

:::purpose ○日までに使いたい
同等品をご案内する。
:::

:::limit operator
- 速達便
:::

:::staff
社内の文
:::

:::sv
SVの文
:::

おわりの文。
"""


def kinds(body: str) -> list[tuple[str, str]]:
    return [(segment.kind.value, segment.source) for segment in blocks.split(body)]


def test_every_block_is_found_with_its_argument_source_and_line() -> None:
    assert blocks.split(GOOD) == [
        Segment(BlockKind.TEXT, "", "はじめの文。", 1),
        Segment(BlockKind.SAY, "", "お調べいたします。", 3),
        Segment(BlockKind.ASK, "", "- いつまでに", 7),
        Segment(BlockKind.PURPOSE, "○日までに使いたい", "同等品をご案内する。", 11),
        Segment(BlockKind.LIMIT, "operator", "- 速達便", 15),
        Segment(BlockKind.STAFF, "", "社内の文", 19),
        Segment(BlockKind.SV, "", "SVの文", 23),
        Segment(BlockKind.TEXT, "", "おわりの文。", 27),
    ]
    assert block_faults.faults(GOOD) == []


def test_only_text_is_public_and_only_sv_is_for_svs() -> None:
    found = {segment.kind: blocks.audience_of(segment) for segment in blocks.split(GOOD)}
    assert found.pop(BlockKind.TEXT) is Audience.PUBLIC
    assert found.pop(BlockKind.SV) is Audience.SV
    assert set(found.values()) == {Audience.STAFF} and len(found) == 5


@pytest.mark.parametrize(
    "opener",
    [
        ":::staff",
        "   :::staff",
        "::: staff",
        ":::Staff",
        ":::ｓｔａｆｆ",
        "：：：staff",
        "：::　STAFF",
        "::::::staff",
        ":::staff:::",
        "\u200b:::staff",
        "\ufeff:::staff",
        "\t:::staff",
        "        :::staff",
        "> :::staff",
        "- :::staff",
        "::staff",
        ":staff",
        ":::\u200bstaff",
    ],
)
@pytest.mark.parametrize("before", ["前\n", "```\n前\n", "> 前\n", "- 前\n"])
def test_a_fence_is_a_fence_however_it_is_typed(opener: str, before: str) -> None:
    found = kinds(f"{before}{opener}\n秘密\n:::\n後")
    assert ("staff", "秘密") in found
    assert all("秘密" not in source for kind, source in found if kind == "text")


@pytest.mark.parametrize("line", ["本文 :::staff", "\\:::staff", ": staff", "時刻は 12:30", "a::b", ":smile:", "::"])
def test_a_line_that_only_looks_a_little_like_a_fence_is_text(line: str) -> None:
    assert kinds(f"{line}\n続き") == [("text", f"{line}\n続き")]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\u2028", "\x0b", "\x85"])
def test_every_kind_of_line_end_separates_lines(end: str) -> None:
    assert kinds(end.join(["前", ":::staff", "秘密", ":::", "後"])) == [
        ("text", "前"),
        ("staff", "秘密"),
        ("text", "後"),
    ]


def test_an_unclosed_block_runs_to_the_end() -> None:
    assert kinds("前\n:::staff\n秘密\n\n# まだ秘密") == [("text", "前"), ("staff", "秘密\n\n# まだ秘密")]


def test_an_unknown_name_hides_its_text_and_a_slip_of_sv_hides_it_from_operators() -> None:
    assert kinds(":::note\n秘密\n:::") == [("staff", "秘密")]
    assert kinds(":::svs\n秘密\n:::") == [("sv", "秘密")]


def test_the_close_of_a_nested_block_does_not_open_the_outer_one() -> None:
    assert kinds(":::sv\na\n:::say\nb\n:::\nc\n:::\nd") == [("sv", "a"), ("sv", "b"), ("sv", "c"), ("text", "d")]
    assert kinds(":::staff\na\n:::sv\nb\n:::\nc\n:::\nd") == [
        ("staff", "a"),
        ("sv", "b"),
        ("staff", "c"),
        ("text", "d"),
    ]


def test_an_indented_close_does_not_end_a_block() -> None:
    assert kinds(":::staff\n秘密\n    :::\nまだ秘密")[0] == ("staff", "秘密\n    :::\nまだ秘密")


def test_words_behind_a_name_that_takes_none_are_not_lost() -> None:
    assert kinds(":::say お電話ありがとうございます。\n続き\n:::") == [("say", "お電話ありがとうございます。\n続き")]


def test_tidy_leaves_lf_and_no_characters_that_only_do_harm() -> None:
    assert blocks.tidy("\ufeffa\x00b\r\nc\ud800d\x1be\rf\tg\ufdd0") == "ab\ncde\nf\tg"


@given(st.text())
def test_tidying_twice_changes_nothing(text: str) -> None:
    once = blocks.tidy(text)
    assert blocks.tidy(once) == once
    once.encode()


def test_the_say_text_is_plain_and_only_a_say_block_gives_one() -> None:
    assert blocks.say_text("x\n:::say\n**まず**、[[返品したい|返品]]を\n:::") == "まず、返品を"
    assert blocks.say_text("x\n:::staff\n秘密\n:::") is None
    assert blocks.say_text(":::sv\n:::say\n秘密\n:::\n:::") is None


@pytest.mark.parametrize(
    ("name", "channel"),
    [("", ""), ("mail", "mail"), ("メール", "mail"), ("ＭＡＩＬ", "mail"), ("Chat ", "chat"), ("ﾁｬｯﾄ：", "chat")],
)
def test_a_say_block_says_for_which_channel_it_is(name: str, channel: str) -> None:
    assert blocks.split(f":::say {name}\n文\n:::") == [Segment(BlockKind.SAY, channel, "文", 1)]


def test_a_page_may_have_words_for_each_channel_and_the_spoken_ones_are_the_say_text() -> None:
    body = ":::say mail\nメール\n:::\n\n:::say\n話す\n:::\n\n:::say チャット\nチャット\n:::"
    assert block_faults.faults(body) == []
    assert blocks.say_text(body) == "話す"
    assert [blocks.say_text(body, channel) for channel in ("mail", "chat")] == ["メール", "チャット"]
    assert blocks.say_text(":::say mail\nメール\n:::") is None
    again = "\n\n".join(blocks.fenced(segment) for segment in blocks.split(body))
    assert again == body.replace("チャット\n", "chat\n", 1)
    assert plain.plain(body) == "メール\n話す\nチャット"


def test_other_words_behind_say_are_its_first_line_and_a_channel_without_words_is_nothing() -> None:
    assert kinds(":::say mailをご覧ください。\n続き\n:::") == [("say", "mailをご覧ください。\n続き")]
    assert blocks.split(":::say mail\n:::") == []
    assert kinds(":::staff\n:::say mail\n社内\n:::\n:::") == [("staff", "社内")]
    assert {part.argument for part in blocks.split(":::say 言葉\n:::staff\nx\n:::\ny\n:::")} == {""}


def test_a_segment_made_source_again_is_the_same_segment() -> None:
    again = "\n\n".join(blocks.fenced(segment) for segment in blocks.split(GOOD))
    assert again + "\n" == GOOD


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("a\n\n:::note\nx\n:::", ["3行目", "note", "say", "ask", "purpose", "limit", "staff", "sv"]),
        (":::staff\nx", ["1行目", "staff", "閉じて"]),
        (":::staff\n:::say\nx\n:::\n:::", ["2行目", "say", "1行目", "staff"]),
        (":::say\na\n:::\n:::say\nb\n:::", ["4行目", "1つ"]),
        (":::say mail\na\n:::\n:::say メール\nb\n:::", ["4行目", ":::say mail", "1つ"]),
        (":::limit\nx\n:::", ["1行目", "operator", "sv", "admin"]),
        (":::limit 店長\nx\n:::", ["1行目", "operator"]),
        (":::purpose\nx\n:::", ["1行目", "題"]),
        ("a\n:::\nb", ["2行目", "消して"]),
        ("> :::staff\nx\n:::", ["1行目", "行のはじめ"]),
    ],
)
def test_a_fault_names_its_line_and_what_to_do(body: str, words: list[str]) -> None:
    with pytest.raises(Invalid) as caught:
        block_faults.check(body)
    assert caught.value.field == "body"
    assert [word for word in words if word not in str(caught.value)] == []


@pytest.mark.parametrize("role", ["operator", "SV", "ａｄｍｉｎ", "　operator　"])
def test_a_limit_takes_the_three_roles_in_any_spelling(role: str) -> None:
    block_faults.check(f":::limit {role}\nx\n:::")


def test_all_faults_come_in_the_order_of_their_lines() -> None:
    found = block_faults.faults(":::note\nx\n:::\n:::\n:::purpose\ny")
    assert [fault.facts["line"] for fault in found] == [1, 4, 5, 5]


@given(st.text(alphabet=":： \n\t>-sayvtfkmi`" + "\u200b\r"))
def test_no_text_makes_the_splitter_or_the_checker_fail(body: str) -> None:
    blocks.split(body)
    block_faults.faults(body)
    assert "\n".join(line.text for line in blocks.walk(body)) == blocks.tidy(body)
