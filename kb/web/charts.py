"""The geometry of charts: numbers to places (across in percent, down in pixels), so that templates only draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

ROW = 44  # pixels for a bar with its word above
BAR = 16
WIDEST = 78.0  # per cent: the rest is for the value behind the longest bar
ABOVE, PLOT, BELOW = 22, 150, 26  # pixels: room for a value, the columns, the days
WORDS = 6  # so many days have their word written below
VALUED = 10  # up to so many columns each have their value written above


@dataclass(frozen=True)
class Bar:
    """One horizontal bar: `width` in per cent, `word_y` and `y` in pixels from above."""

    word: str
    value: float
    width: float
    word_y: int
    y: int


@dataclass(frozen=True)
class Bars:
    """Horizontal bars of one series, in the order given."""

    bars: tuple[Bar, ...]
    height: int
    thickness: int = BAR

    @property
    def longest(self) -> Bar | None:
        """The bar with the largest value, the first of equals; None where nothing was counted."""
        return max(self.bars, key=lambda bar: bar.value) if any(bar.value for bar in self.bars) else None


@dataclass(frozen=True)
class Column:
    """One day: `x`, `middle` and `width` in per cent, `y` and `height` in pixels; what of it is written."""

    word: str
    value: float
    before: float | None
    x: float
    middle: float
    width: float
    y: float
    height: float
    has_word: bool
    has_value: bool


@dataclass(frozen=True)
class Line:
    """A piece of the comparison, from one day to the next."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Days:
    """Columns by day, lines to read them by, and the earlier days for comparison."""

    columns: tuple[Column, ...]
    grid: tuple[tuple[float, float], ...]  # (value, y)
    lines: tuple[Line, ...]
    height: int = ABOVE + PLOT + BELOW
    base: int = ABOVE + PLOT
    words_y: int = ABOVE + PLOT + BELOW - 6

    @property
    def highest(self) -> Column | None:
        """The day with the largest value, the first of equals; None where nothing was counted."""
        return max(self.columns, key=lambda day: day.value) if any(day.value for day in self.columns) else None


def bars(rows: Sequence[tuple[str, float]]) -> Bars:
    """Lay out (word, value) as horizontal bars; values are zero or more, the largest fills the drawing."""
    top = max((value for _word, value in rows), default=0) or 1
    made = [
        Bar(word, value, round(WIDEST * value / top, 2), ROW * place + 14, ROW * place + 21)
        for place, (word, value) in enumerate(rows)
    ]
    return Bars(tuple(made), ROW * len(rows))


def days(rows: Sequence[tuple[str, float]], before: Sequence[float] = ()) -> Days:
    """Lay out (day, value) as columns from left to right, with the values `before` as a line for comparison.

    Raises ValueError where there are values for comparison, but not one a day.
    """
    if before and len(before) != len(rows):
        raise ValueError("there has to be one value a day to compare with")
    steps = round_steps(max([value for _word, value in rows] + list(before), default=0))
    step, share = 100 / max(1, len(rows)), 0.64
    gap = -(-len(rows) // WORDS) or 1
    highest = max((value for _word, value in rows), default=0)
    columns = [
        Column(
            word=word,
            value=value,
            before=before[place] if before else None,
            x=round(step * (place + (1 - share) / 2), 2),
            middle=round(step * (place + 0.5), 2),
            width=round(step * share, 2),
            y=_y(value, steps[-1]),
            height=round(ABOVE + PLOT - _y(value, steps[-1]), 1),
            # Counted from the last day, which is the one that people look for.
            has_word=(len(rows) - 1 - place) % gap == 0,
            has_value=value > 0 and (len(rows) <= VALUED or value == highest),
        )
        for place, (word, value) in enumerate(rows)
    ]
    compared = [(column.middle, _y(column.before, steps[-1])) for column in columns if column.before is not None]
    lines = [Line(*start, *end) for start, end in zip(compared, compared[1:], strict=False)]
    return Days(tuple(columns), tuple((value, _y(value, steps[-1])) for value in steps), tuple(lines))


def round_steps(highest: float) -> list[float]:
    """One to five round values in equal steps, the last at least `highest`: 1, 2 or 5 of a power of ten apart."""
    if highest <= 1:
        return [1]
    unit = 10 ** floor(log10(highest / 4)) if highest > 4 else 1
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor * 4 >= highest)
    count = -(-highest // step)
    return [step * number for number in range(1, int(count) + 1)]


def _y(value: float, top: float) -> float:
    return round(ABOVE + PLOT * (1 - value / top), 1)
