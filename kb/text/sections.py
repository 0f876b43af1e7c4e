"""Rendered HTML cut at its headings of the second level, each section with whether it holds a list of steps."""

from dataclasses import dataclass
from html.parser import HTMLParser

# Elements without an end (WHATWG HTML, 13.1.2), as far as the sanitiser lets them through.
_VOID = frozenset({"area", "br", "col", "hr", "img", "input", "wbr"})


@dataclass(frozen=True)
class Section:
    """A stretch of HTML that is whole by itself; `has_steps`: an ordered list stands in it, in nothing else."""

    html: str
    has_steps: bool


class _Cuts(HTMLParser):
    """Where sections begin in sanitised HTML, which closes whatever it opens."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.starts: list[int] = [0]
        self.with_steps: set[int] = set()
        self._depth = 0
        self._lines = [0]
        for line in source.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._depth == 0 and tag == "h2":
            line, column = self.getpos()
            self.starts.append(self._lines[line - 1] + column)
        if self._depth == 0 and tag == "ol":
            self.with_steps.add(len(self.starts) - 1)
        if tag not in _VOID:
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self._depth -= 1


def split(html: str) -> list[Section]:
    """Return the sections of sanitised HTML in order, empty ones left out; joined they are the HTML again."""
    cuts = _Cuts(html)
    ends = [*cuts.starts[1:], len(html)]
    pieces = [
        Section(html[start:end], at in cuts.with_steps)
        for at, (start, end) in enumerate(zip(cuts.starts, ends, strict=True))
    ]
    return [piece for piece in pieces if piece.html.strip()]
