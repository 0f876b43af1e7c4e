"""What a run prints: progress on the terminal, a table to read, JSON lines to keep."""

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

Row = Mapping[str, object]


def progress(what: str, done: int, total: int) -> None:
    """Say on a terminal how far a long step is; silent elsewhere."""
    if sys.stderr.isatty():
        print(f"\r{what}: {done:,}/{total:,}", end="\n" if done >= total else "", file=sys.stderr, flush=True)


def show(title: str, rows: Sequence[Row]) -> None:
    """Print rows as a Markdown table, the columns as they first come."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    cells = [[_cell(row.get(column, "")) for column in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    numeric = [all(isinstance(row.get(column, 0), int | float) for row in rows) for column in columns]
    print(f"\n### {title}\n")
    for line in (
        columns,
        ["-" * (width - number) + ":" * number for width, number in zip(widths, numeric, strict=True)],
    ):
        print(_line(line, widths, numeric))
    for line in cells:
        print(_line(line, widths, numeric))
    sys.stdout.flush()


def keep(title: str, rows: Sequence[Row], file: Path | None = None) -> None:
    """Print rows as JSON lines, or add them to a file."""
    with file.open("a", encoding="utf-8") if file else nullcontext(sys.stdout) as out:
        for row in rows:
            print(json.dumps({"table": title, **row}, ensure_ascii=False), file=out)


def _line(cells: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    padded = (
        cell.rjust(width) if number else cell.ljust(width)
        for cell, width, number in zip(cells, widths, numeric, strict=True)
    )
    return f"| {' | '.join(padded)} |"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4f}" if abs(value) < 1 else f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
