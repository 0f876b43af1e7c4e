"""Lists and tables as people write them, brought into the strict form that the Markdown package asks for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ITEM = re.compile(r"( *)([-*+]|\d{1,9}[.)])( +)(?=\S)(.*)")
_QUOTE = re.compile(r" {0,3}> ?(.*)")
_RULE = re.compile(r" {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$")
_TABLE_RULE = re.compile(r" {0,3}\|?(?: *:?-+:? *\|)+(?: *:?-+:? *)?$")
# A heading, a quote or the place of a fenced block ends a list without an empty line.
_ENDS_LIST = re.compile(r" {0,3}(?:#{1,6}\s|>|\x02)")
_INDENT = " " * 4


@dataclass(frozen=True)
class _Level:
    column: int
    ordered: bool


def relaxed(lines: list[str]) -> list[str]:
    """Return the lines with nested items four spaces deep, and an empty line wherever a list or a table begins.

    Two spaces are enough to nest, `1)` counts as `1.`, and a paragraph may be followed by a list at once; a number
    other than 1 in the middle of a paragraph begins no list (as CommonMark has it). Works inside quotes too.
    """
    out: list[str] = []
    index = 0
    while index < len(lines):
        if _QUOTE.match(lines[index]):
            end = index
            while end < len(lines) and _QUOTE.match(lines[end]):
                end += 1
            if out and out[-1].strip():
                out.append("")
            inner = [match[1] for match in map(_QUOTE.match, lines[index:end]) if match]
            out.extend(f"> {line}" for line in relaxed(inner))
        else:
            end = index
            while end < len(lines) and not _QUOTE.match(lines[end]):
                end += 1
            out.extend(_Relaxer(lines[index:end]).run())
        index = end
    return out


class _Relaxer:
    """Walks lines outside quotes with the stack of the items that are open."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.levels: list[_Level] = []
        self.after_blank = True
        self.after_paragraph = False

    def run(self) -> Iterator[str]:
        for index, line in enumerate(self.lines):
            if not line.strip():
                self.after_blank = True
                yield line
                continue
            item = None if _RULE.match(line) else _ITEM.match(line)
            if item and self._begins(item):
                yield from self._item(item)
            else:
                yield from self._other(line, index)
            self.after_blank = False

    def _depth(self, column: int) -> int:
        """How many of the open items hold a line that begins at this column."""
        return sum(1 for level in self.levels if column >= level.column + 2)

    def _begins(self, item: re.Match[str]) -> bool:
        if self.levels:
            return True
        return len(item[1]) < 4 and (self.after_blank or item[2] in ("-", "*", "+", "1.", "1)"))

    def _item(self, item: re.Match[str]) -> Iterator[str]:
        column, ordered = len(item[1]), item[2][0].isdigit()
        depth = self._depth(column)
        replaced = self.levels[depth] if depth < len(self.levels) else None
        fresh = not self.levels or (replaced is not None and replaced.ordered != ordered)
        if (fresh or self.after_paragraph) and not self.after_blank:
            yield ""
        self.after_paragraph = False
        self.levels[depth:] = [_Level(column, ordered)]
        yield f"{_INDENT * depth}{item[2].replace(')', '.')} {item[4]}"

    def _other(self, line: str, index: int) -> Iterator[str]:
        text = line.lstrip(" ")
        column = len(line) - len(text)
        depth = self._depth(column)
        if self.levels and (self.after_blank or _ENDS_LIST.match(line)):
            self.levels = self.levels[:depth]
            self.after_paragraph = depth > 0
            if not depth and not self.after_blank:
                yield ""
            yield _INDENT * depth + text if depth else line
            return
        begins_table = "|" in line and index + 1 < len(self.lines) and _TABLE_RULE.match(self.lines[index + 1])
        if begins_table and not self.after_blank and not self.levels:
            yield ""
        yield _INDENT * depth + text if depth else line
