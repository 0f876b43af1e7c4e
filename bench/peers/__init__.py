"""The engines that ours is compared with; each takes pages as terms, and gives back page numbers, best first."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from bench.analysed import Ragged

TOP = 20  # pages asked for
TITLE = 3.0  # what a title counts for, as in kb/search/scorer.py; a body counts 1

# Takes the terms of a question, gives the numbers of the best pages.
Ask = Callable[[list[str]], list[int]]


class Tokens(Protocol):
    """Pages as terms; a term is a number in `vocabulary`."""

    @property
    def vocabulary(self) -> list[str]: ...

    @property
    def title_terms(self) -> Ragged: ...

    @property
    def body_terms(self) -> Ragged: ...


class Peer(Protocol):
    """A module of this folder."""

    NAME: str

    def build(self, folder: Path, pages: Tokens) -> None:
        """Write an index of the pages into an empty folder."""

    def opened(self, folder: Path) -> Ask:
        """Open the index for searching: any of the terms, in title or body, the best TOP."""


def rows(pages: Tokens) -> Iterator[tuple[int, list[str], list[str]]]:
    """Give each page: number, terms of its title, terms of its body."""
    words = pages.vocabulary
    for page in range(len(pages.title_terms)):
        title, body = pages.title_terms[page], pages.body_terms[page]
        yield page, [words[term] for term in title], [words[term] for term in body]
