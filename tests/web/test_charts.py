"""Charts: numbers stand where they say, and everything drawn can be read as words too."""

import re
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from kb.web import charts

VALUES = st.lists(st.integers(0, 10**7), min_size=1, max_size=60)


def test_the_longest_bar_fills_the_drawing_and_half_of_it_is_half_as_long() -> None:
    chart = charts.bars([("解決しない", 80), ("情報が古い", 40), ("その他", 0)])
    assert [bar.width for bar in chart.bars] == [78.0, 39.0, 0.0]
    assert chart.longest is chart.bars[0]
    assert chart.height == 3 * charts.ROW


def test_nothing_counted_has_no_longest_bar_and_no_highest_day() -> None:
    assert charts.bars([]).longest is None
    assert charts.bars([("その他", 0)]).longest is None
    assert charts.days([("11/21", 0)]).highest is None
    assert charts.days([]).columns == ()


@given(VALUES)
def test_every_column_stays_inside_and_is_as_high_as_its_value(values: list[int]) -> None:
    chart = charts.days([(str(number), value) for number, value in enumerate(values)])
    top = chart.grid[-1][0]
    for column in chart.columns:
        assert column.x >= 0 and column.x + column.width <= 100.01
        assert column.y >= charts.ABOVE
        assert column.y + column.height == pytest.approx(chart.base, abs=0.2)
        assert column.height == pytest.approx(charts.PLOT * column.value / top, abs=0.2)


@given(VALUES)
def test_the_last_day_always_has_its_word_and_not_more_than_six_have(values: list[int]) -> None:
    columns = charts.days([(str(number), value) for number, value in enumerate(values)]).columns
    assert columns[-1].has_word
    assert sum(column.has_word for column in columns) <= charts.WORDS


@given(st.integers(0, 10**9))
def test_the_lines_to_read_by_are_round_few_and_reach_the_highest(highest: int) -> None:
    steps = charts.round_steps(highest)
    assert steps[-1] >= highest
    assert len(steps) <= 4
    assert {later - earlier for earlier, later in zip(steps, steps[1:], strict=False)} <= {steps[0]}
    assert str(int(steps[0])).rstrip("0") in ("1", "2", "5")


def test_what_is_compared_is_a_line_through_the_same_days_on_the_same_scale() -> None:
    chart = charts.days([("11/20", 10), ("11/21", 5)], [20, 10])
    (line,) = chart.lines
    first, second = chart.columns
    assert (line.x1, line.x2) == (first.middle, second.middle)
    # Half of the scale stands as high for both.
    assert line.y2 == first.y


def test_a_comparison_that_misses_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="one value a day"):
        charts.days([("11/20", 10), ("11/21", 5)], [20])


def draw(app: Flask, name: str, *arguments: Any, **more: Any) -> str:
    with app.test_request_context("/ja/"):
        return str(getattr(app.jinja_env.get_template("parts/charts.html").module, name)(*arguments, **more))


def test_a_chart_tells_its_highest_value_in_words_and_every_value_in_a_table(app: Flask) -> None:
    chart = charts.days([("11/20", 1234), ("11/21", 5)], [20, 10])
    drawn = draw(app, "day_chart", "検索", chart, ("日", "件数"), "件", "この2日", "前の2日")
    assert 'aria-label="検索。最も多いのは11/20の1,234件"' in drawn
    cells = re.findall(r'<t[hd][^>]*(?:scope="row"|class="n")[^>]*>([^<]*)</t[hd]>', drawn.split("<tbody>")[1])
    assert cells == ["11/20", "1,234件", "20件", "11/21", "5件", "10件"]
    assert "style=" not in drawn


def test_a_hostile_word_in_a_chart_stays_a_word(app: Flask) -> None:
    drawn = draw(app, "bar_chart", "理由", charts.bars([("<script>", 3)]), ("理由", "件数"))
    assert "<script>" not in drawn
    assert "&lt;script&gt;" in drawn


def test_a_chart_without_numbers_says_so(app: Flask) -> None:
    drawn = draw(app, "bar_chart", "理由", charts.bars([]), ("理由", "件数"))
    assert "<svg" not in drawn
    assert "まだ数がありません。" in drawn
