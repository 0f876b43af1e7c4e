"""A merge takes what one changed, keeps what both changed, and loses nobody's new line."""

from hypothesis import given
from hypothesis import strategies as st

from kb.text.merge3 import BETWEEN, MINE, THEIRS, Piece, merge, unresolved

_TEXT = st.lists(st.sampled_from(["あ", "い", "う", "え", "お", ""]), max_size=10).map("\n".join)
_EDIT = st.lists(st.sampled_from(["あ", "い", "う", "え", "お", "", "新", "改"]), max_size=10).map("\n".join)


@given(_TEXT, _EDIT)
def test_what_only_one_changed_is_taken(base: str, edit: str) -> None:
    assert (merge(base, base, edit).text, merge(base, base, edit).conflicts) == (edit, 0)
    assert (merge(base, edit, base).text, merge(base, edit, base).conflicts) == (edit, 0)


@given(st.text(), st.text())
def test_what_both_changed_alike_is_taken_once(base: str, edit: str) -> None:
    assert (merge(base, edit, edit).text, merge(base, edit, edit).conflicts) == (edit, 0)
    assert merge(base, base, edit).text == edit


@given(_TEXT, _EDIT, _EDIT)
def test_no_new_line_of_anybody_is_lost(base: str, mine: str, theirs: str) -> None:
    merged = merge(base, mine, theirs)
    new = set(mine.split("\n")) | set(theirs.split("\n"))
    assert new - set(base.split("\n")) <= set(merged.text.split("\n"))


@given(_TEXT, _EDIT, _EDIT)
def test_what_both_left_alone_or_took_out_is_not_brought_back(base: str, mine: str, theirs: str) -> None:
    invented = set(merge(base, mine, theirs).text.split("\n")) - {MINE, BETWEEN, THEIRS, ""}
    assert invented <= set(mine.split("\n")) | set(theirs.split("\n"))


@given(_TEXT, _EDIT, _EDIT)
def test_the_pieces_hold_all_three_texts(base: str, mine: str, theirs: str) -> None:
    merged = merge(base, mine, theirs)
    assert merged.conflicts == sum(piece.kind == "conflict" for piece in merged.pieces)
    assert merged.conflicts == merged.text.split("\n").count(MINE)
    for piece in merged.pieces:
        if piece.kind == "mine":
            assert piece.theirs == piece.base
        if piece.kind == "theirs":
            assert piece.mine == piece.base
        if piece.kind == "both":
            assert piece.mine == piece.theirs


@given(_TEXT, _EDIT, _EDIT)
def test_mine_and_theirs_change_places_and_the_conflicts_stay(base: str, mine: str, theirs: str) -> None:
    assert merge(base, mine, theirs).conflicts == merge(base, theirs, mine).conflicts


def test_edits_of_different_lines_go_together() -> None:
    base = "送料は無料です。\n\n返品は七日以内です。"
    merged = merge(base, base.replace("無料", "五百円"), base.replace("七日", "十四日"))
    assert merged.text == "送料は五百円です。\n\n返品は十四日以内です。"
    assert [piece.kind for piece in merged.pieces] == ["mine", "same", "theirs"]


def test_edits_of_one_line_are_both_kept_between_markers() -> None:
    merged = merge("一\n送料は無料です。\n三", "一\n送料は五百円です。\n三", "一\n送料は着払いです。\n三")
    assert merged.conflicts == 1
    assert merged.text == "\n".join(["一", MINE, "送料は五百円です。", BETWEEN, "送料は着払いです。", THEIRS, "三"])
    assert merged.pieces[1] == Piece("conflict", "送料は無料です。", "送料は五百円です。", "送料は着払いです。")
    assert unresolved(merged.text)


def test_an_edit_of_what_the_other_took_out_is_a_conflict() -> None:
    merged = merge("一\n二\n三", "一\n二の改訂\n三", "一\n三")
    assert merged.conflicts == 1
    assert "二の改訂" in merged.text


def test_lines_added_at_the_end_by_one_need_no_final_newline() -> None:
    assert merge("一\n\n二", "一\n\n二\n三", "〇\n\n二").text == "〇\n\n二\n三"


def test_a_merged_text_without_markers_is_resolved() -> None:
    assert not unresolved("一\n=======\n二")
    assert not unresolved(merge("一", "一", "二").text)
    assert unresolved(f"一\n{THEIRS} \n二")


def test_huge_texts_are_merged_without_loss() -> None:
    base = "\n".join(f"行{n}" for n in range(20_000))
    merged = merge(base, base.replace("行5\n", "行5の改訂\n"), base.replace("行19990\n", "行19990の改訂\n"))
    assert merged.conflicts == 0
    assert {"行5の改訂", "行19990の改訂"} <= set(merged.text.split("\n"))
