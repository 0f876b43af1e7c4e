"""A diff tells the whole truth about both texts, by words where a line has changed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text import diff
from kb.text.diff import Row, Span, changed_lines, compare, matching

_LINES = st.lists(
    st.sampled_from(["返品の送料は無料です。", "返品の送料は有料です。", "在庫がない", "", "a", "b"]), max_size=12
)


def _side(rows: list[Row], side: str) -> str:
    return "\n".join("".join(span.text for span in getattr(row, side)) for row in rows if _has(row, side))


def _has(row: Row, side: str) -> bool:
    return row.kind not in (("ins", "skip") if side == "left" else ("del", "skip"))


@settings(deadline=None)
@given(_LINES.map("\n".join), _LINES.map("\n".join))
def test_both_texts_can_be_read_out_of_the_rows(old: str, new: str) -> None:
    rows = compare(old, new, context=1_000)
    if old == new:
        assert rows == []
    else:
        assert _side(rows, "left") == old
        assert _side(rows, "right") == new
        assert any(row.kind in ("ins", "del", "change") for row in rows)


@settings(deadline=None)
@given(st.text(), st.text())
def test_any_two_texts_can_be_compared(old: str, new: str) -> None:
    rows = compare(old, new, context=1_000)
    assert old == new or (_side(rows, "left"), _side(rows, "right")) == (old, new)


@settings(deadline=None)
@given(_LINES, _LINES)
def test_marks_say_what_is_on_both_sides(old: list[str], new: list[str]) -> None:
    for row in compare("\n".join(old), "\n".join(new)):
        assert {span.mark for span in row.left} <= {"same", "del"}
        assert {span.mark for span in row.right} <= {"same", "ins"}
        same = ["".join(span.text for span in side if span.mark == "same") for side in (row.left, row.right)]
        if row.kind in ("same", "change"):
            assert same[0] == same[1]
        if row.kind == "skip":
            assert (row.left, row.right) == ((), ()) and row.count >= 2


def test_a_changed_line_is_compared_by_japanese_words() -> None:
    (row,) = compare("返品の送料はお客様の負担です。", "返品の送料は当店の負担です。")
    assert row == Row(
        "change",
        (Span("返品の送料は", "same"), Span("お客様", "del"), Span("の負担です。", "same")),
        (Span("返品の送料は", "same"), Span("当店", "ins"), Span("の負担です。", "same")),
    )


def test_a_line_that_has_become_another_is_not_compared_by_words() -> None:
    rows = compare("営業時間は九時から六時までです。", "お支払いにはカードが使えます。")
    assert [row.kind for row in rows] == ["del", "ins"]
    assert changed_lines(rows) == (1, 1)


def test_a_changed_line_finds_its_partner_among_new_ones() -> None:
    rows = compare("返品の送料は無料です。", "まったく新しい一行\n返品の送料は有料です。\nもう一行")
    assert [row.kind for row in rows] == ["ins", "change", "ins"]
    assert changed_lines(rows) == (3, 1)


def test_long_unchanged_runs_are_folded_and_counted() -> None:
    old = "\n".join(f"行{n}" for n in range(20))
    rows = compare(old, old.replace("行10", "行10の改訂"))
    assert [(row.kind, row.count) for row in rows] == [
        ("skip", 8),
        ("same", 1),
        ("same", 1),
        ("change", 1),
        ("same", 1),
        ("same", 1),
        ("skip", 7),
    ]


def test_a_single_unchanged_line_is_never_folded_away() -> None:
    old = "\n".join(f"行{n}" for n in range(7))
    rows = compare(old, old.replace("行0", "行0の改訂").replace("行6", "行6の改訂"))
    assert "skip" not in {row.kind for row in rows}


def test_from_nothing_everything_is_new() -> None:
    assert compare("", "一\n二") == [Row("ins", right=(Span("一", "ins"),)), Row("ins", right=(Span("二", "ins"),))]
    assert [row.kind for row in compare("一\n二", "")] == ["del", "del"]
    assert compare("", "") == []


def test_huge_texts_are_told_by_lines_and_lose_nothing() -> None:
    old = "\n".join(f"行{n}の本文です。" for n in range(20_000))
    new = old.replace("本文", "文章")
    rows = compare(old, new)
    assert {row.kind for row in rows} == {"del", "ins"}
    assert changed_lines(rows) == (20_000, 20_000)


def test_a_huge_line_is_marked_whole() -> None:
    old = "返品の送料は無料です。" * 1_000
    (row,) = compare(old, old + "はい")
    assert [span.mark for span in (*row.left, *row.right)] == ["del", "ins"]


def test_a_small_change_in_a_huge_text_is_still_exact() -> None:
    old = "\n".join(f"行{n}の本文です。" for n in range(20_000))
    rows = compare(old, old.replace("行777の本文", "行777の文章"))
    assert [row.kind for row in rows] == ["skip", "same", "same", "change", "same", "same", "skip"]
    assert rows[0].count == 775


@settings(deadline=None)
@given(_LINES, _LINES)
def test_what_matches_is_equal_and_in_order(old: list[str], new: list[str]) -> None:
    at_old = at_new = 0
    for start_old, start_new, size in matching(old, new):
        assert start_old >= at_old and start_new >= at_new and size > 0
        assert old[start_old : start_old + size] == new[start_new : start_new + size]
        at_old, at_new = start_old + size, start_new + size


def test_words_are_compared_only_as_far_as_the_budget_goes() -> None:
    old = [f"{n}番の返品の送料は無料です。" + "あ" * 900 for n in range(40)]
    rows = compare("\n".join(old), "\n".join(line.replace("無料", "有料") for line in old))
    finest = [row for row in rows if len(row.left) > 1]
    assert 0 < len(finest) < len(rows) == 40
    assert diff.changed_lines(rows) == (40, 40)
