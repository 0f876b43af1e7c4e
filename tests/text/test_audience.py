"""No reader gets a word that is not for them, however the blocks are typed."""

import re
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from kb.rules.pages import Audience
from kb.text import audience, blocks
from kb.text.audience import cut

OPENERS = {
    Audience.STAFF: [":::staff", "：：：Staff", "  ::::STAFF", ":::say", ":::ask", ":::purpose 題", ":::limit operator"]
    + [
        ":::note",
        "> :::staff",
        "    :::staff",
        ":::ｓｔａｆｆ",
        "\u200b:::staff",
        ":::staff:::",
        ":::limit",
        "::staff",
    ],
    Audience.SV: [":::sv", "：：：ＳＶ", "   :::::Sv", "- :::sv", ":::sv sv", "::: sv", ":::svs", "\t:::sv"],
}
CLOSERS = [":::", "：：：", "   :::", ":::::", "::: "]
PUBLIC_LINES = ["公開の文。", "```", "- 項目", "> 引用", "    字下げ", "# 見出し", "| a | b |", ""]


@dataclass(frozen=True)
class Source:
    """Generated lines, and the canary words with the audience that may read each."""

    lines: tuple[str, ...]
    canaries: tuple[tuple[str, Audience], ...]


@st.composite
def sources(draw: st.DrawFn, *, slips: bool) -> Source:
    lines: list[str] = []
    canaries: list[tuple[str, Audience]] = []

    def canary(inside: Audience) -> None:
        word = f"canary{len(canaries)}x{inside.value}"
        canaries.append((word, inside))
        lines.append(draw(st.sampled_from(["", "- ", "> ", "```\n", "# "])) + word)

    def block(outer: Audience, depth: int) -> None:
        kind = draw(st.sampled_from([Audience.STAFF, Audience.SV]))
        inside = max(outer, kind, key=lambda one: one.rank)
        lines.append(draw(st.sampled_from(OPENERS[kind] if slips else OPENERS[kind][:1])))
        canary(inside)
        for _ in range(draw(st.integers(0, 2)) if slips and depth < 3 else 0):
            block(inside, depth + 1)
            canary(inside)
        if not slips or draw(st.booleans()):
            lines.append(draw(st.sampled_from(CLOSERS)))

    for _ in range(draw(st.integers(0, 5))):
        lines.extend(draw(st.lists(st.sampled_from(PUBLIC_LINES), max_size=3)))
        block(Audience.PUBLIC, 0)
    lines.extend(draw(st.lists(st.sampled_from(PUBLIC_LINES), max_size=3)))
    return Source(tuple(lines), tuple(canaries))


def leaks(source: Source, text: str, reader: Audience) -> list[str]:
    words = set(re.findall(r"canary\d+x[a-z]+", text))
    return [word for word, needed in source.canaries if word in words and not reader.includes(needed)]


@settings(max_examples=200)
@given(sources(slips=True))
def test_no_slip_of_the_writer_lets_a_restricted_word_out(source: Source) -> None:
    body = "\n".join(source.lines)
    for reader in (Audience.PUBLIC, Audience.STAFF):
        assert leaks(source, cut(body, reader), reader) == []
    fields = audience.fields(body)
    assert leaks(source, fields.public, Audience.PUBLIC) == []
    assert leaks(source, fields.staff, Audience.STAFF) == []


def test_the_leak_finder_finds_what_is_left_in() -> None:
    source = Source((":::sv", "canary0xsv", ":::"), (("canary0xsv", Audience.SV),))
    assert leaks(source, "\n".join(source.lines), Audience.STAFF) == ["canary0xsv"]


@settings(max_examples=200)
@given(sources(slips=True))
def test_cutting_again_changes_nothing_and_a_narrower_cut_can_follow_a_wider_one(source: Source) -> None:
    body = "\n".join(source.lines)
    for reader in Audience:
        once = cut(body, reader)
        assert cut(once, reader) == once
    assert cut(cut(body, Audience.STAFF), Audience.PUBLIC) == cut(body, Audience.PUBLIC)


@settings(max_examples=200)
@given(sources(slips=True))
def test_an_sv_loses_nothing(source: Source) -> None:
    body = "\n".join(source.lines)
    assert cut(body, Audience.SV) == body
    text = audience.fields(body)
    everything = f"{text.public}\n{text.staff}\n{text.sv}"
    assert [word for word, _ in source.canaries if word not in everything] == []


@settings(max_examples=200)
@given(sources(slips=False))
def test_well_typed_blocks_are_kept_whole_for_those_who_may_read_them(source: Source) -> None:
    body = "\n".join(source.lines)
    kept = cut(body, Audience.STAFF)
    assert [word for word, needed in source.canaries if needed is Audience.STAFF and word not in kept] == []
    assert kept.count(":::staff") == body.count(":::staff")


@given(
    st.lists(st.sampled_from(["一段落め。", "二段落め。\n二行め。", "- 項目\n- 項目", "## 見出し"]), min_size=1),
    st.data(),
)
def test_a_removed_block_leaves_no_trace(paragraphs: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(paragraphs)))
    gap = data.draw(st.sampled_from(["\n", "\n\n", "\n\n\n\n"]))
    block = data.draw(
        st.sampled_from([":::sv\nx\n:::", ":::sv\nx\n:::\n\n:::sv\n\n\ny\n\n:::", ":::staff\n:::sv\nx\n:::\n:::"])
    )
    before, after = "\n\n".join(paragraphs[:place]), "\n\n".join(paragraphs[place:])
    with_block = gap.join(part for part in (before, block, after) if part)
    assert cut(with_block, Audience.PUBLIC) == "\n\n".join(paragraphs) + "\n"


def test_a_body_of_restricted_blocks_alone_is_empty_for_customers() -> None:
    assert cut("\n:::staff\nx\n:::\n\n\n:::sv\ny\n:::\n", Audience.PUBLIC) == ""


def test_a_close_of_nothing_is_not_shown_to_customers() -> None:
    assert cut("a\n:::\nb", Audience.PUBLIC) == "a\n\nb\n"


def test_a_staff_block_keeps_its_place_when_an_sv_block_inside_it_goes() -> None:
    body = ":::staff\n社内\n:::sv\n秘密\n:::\n続き\n:::\n公開"
    assert cut(body, Audience.STAFF) == ":::staff\n社内\n\n続き\n:::\n公開\n"
    assert cut(body, Audience.PUBLIC) == "公開\n"


def test_blank_lines_in_a_writers_code_stay() -> None:
    body = "```\na\n\n\nb\n```\n\n:::sv\nx\n:::\n"
    assert cut(body, Audience.PUBLIC) == "```\na\n\n\nb\n```\n"


def test_the_fields_hold_plain_text_each_word_once() -> None:
    body = "**答え**です。\n\n:::purpose 目的の題\n提案\n:::\n\n:::limit operator\n550円\n:::\n\n:::sv\n報告\n:::\n"
    assert audience.fields(body) == audience.Fields("答えです。", "目的の題\n提案\n550円", "報告")


@given(st.text(alphabet=":： \n\t>-svtaf`" + "\u200b"))
def test_any_text_at_all_is_cut_into_lines_that_it_had(body: str) -> None:
    lines = blocks.tidy(body).split("\n")
    for reader in Audience:
        result = cut(body, reader)
        assert [
            line for line in result.split("\n") if line.strip() and line.rstrip() not in [x.rstrip() for x in lines]
        ] == []
        assert cut(result, reader) == result
