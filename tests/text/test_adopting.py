"""Passages put into a page: where a story may be cut, and in which place of the page each passage lands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.adopting import Target, passages, put
from kb.text.block_faults import faults
from kb.text.blocks import BlockKind, split

PAGE = """お届けは三日後です。

## 手順

1. 注文履歴を開く
2. 番号を選ぶ
   - 大きな画面で

:::say
お調べします。
:::

:::limit sv
- 五千円まで
:::

:::staff
社内の覚え書き
:::"""


def held(body: str, kind: BlockKind) -> list[tuple[str, str]]:
    return [(segment.argument, segment.source) for segment in split(body) if segment.kind is kind]


def test_a_text_is_cut_into_sentences_and_points_without_their_marks() -> None:
    source = (
        "「まだですか。急いでいます」と言われた。もう一つ！？\n- いつまでに\n・何に使うか\n2. 開く\n:::sv\n内輪\n:::"
    )
    cut = ["「まだですか。急いでいます」と言われた。", "もう一つ！？", "いつまでに", "何に使うか", "開く", "内輪"]
    assert passages(source) == cut


def test_a_sentence_to_say_is_added_to_those_that_stand_there() -> None:
    assert held(put(PAGE, ["先にうかがいます。"], Target.SAY), BlockKind.SAY) == [
        ("", "お調べします。\n先にうかがいます。")
    ]


def test_words_to_say_aloud_never_go_into_those_of_a_mail() -> None:
    body = put(":::say mail\n拝啓\n:::", ["先にうかがいます。"], Target.SAY)
    assert held(body, BlockKind.SAY) == [("mail", "拝啓"), ("", "先にうかがいます。")]


def test_a_block_that_is_missing_stands_in_the_order_in_which_operators_need_them() -> None:
    body = put(put(PAGE, ["いつまでに"], Target.ASK), ["贈る日に間に合わせたい", "在庫のある色を送る"], Target.PURPOSE)
    kinds = [segment.kind.value for segment in split(body)]
    assert kinds == ["text", "say", "ask", "purpose", "limit", "staff"]
    assert held(body, BlockKind.ASK) == [("", "- いつまでに")]
    assert held(body, BlockKind.PURPOSE) == [("贈る日に間に合わせたい", "在庫のある色を送る")]


def test_each_purpose_is_a_block_of_its_own() -> None:
    body = put(put("文", ["一つ目"], Target.PURPOSE), ["二つ目"], Target.PURPOSE)
    assert [argument for argument, _source in held(body, BlockKind.PURPOSE)] == ["一つ目", "二つ目"]


def test_what_operators_may_decide_is_never_added_to_what_svs_may() -> None:
    body = put(PAGE, ["千円まで"], Target.LIMIT)
    assert held(body, BlockKind.LIMIT) == [("sv", "- 五千円まで"), ("operator", "- 千円まで")]
    again = put(body, ["送料"], Target.LIMIT)
    assert held(again, BlockKind.LIMIT)[1] == ("operator", "- 千円まで\n- 送料")


def test_steps_go_on_where_the_list_ended_below_what_belongs_to_its_last_step() -> None:
    lines = put(PAGE, ["送る", "待つ"], Target.STEPS).split("\n")
    at = lines.index("   - 大きな画面で")
    assert lines[at + 1 : at + 3] == ["3. 送る", "4. 待つ"]
    assert put("文", ["送る"], Target.STEPS) == "文\n\n## 手順\n\n1. 送る"


def test_plain_text_stands_before_the_blocks_so_that_customers_read_it() -> None:
    body = put(PAGE, ["土日を除きます。"], Target.TEXT)
    assert split(body)[0].source.endswith("土日を除きます。")
    assert put("", ["一文"], Target.TEXT) == "一文"


@pytest.mark.parametrize(("target", "kind"), [(Target.STAFF, BlockKind.STAFF), (Target.SV, BlockKind.SV)])
def test_what_is_for_few_stays_among_them(target: Target, kind: BlockKind) -> None:
    assert "内緒" in held(put(PAGE, ["内緒"], target), kind)[0][1]


def test_wordings_are_no_part_of_the_body() -> None:
    assert put(PAGE, ["まだなんだけど"], Target.PHRASES) == PAGE


@given(
    st.lists(st.text(max_size=40), max_size=3), st.sampled_from([one for one in Target if one is not Target.PHRASES])
)
def test_no_passage_opens_or_closes_a_block(taken: list[str], target: Target) -> None:
    body = put(
        PAGE, [*(f"{mark}{one}\n:::" for one in taken for mark in (":::sv ", "> ：：： ", "- ::sv")), *taken], target
    )
    assert faults(body) == []
    assert put(PAGE, [], target) == PAGE
