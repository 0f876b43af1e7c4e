"""The fields of the index on disk: texts as terms with their places, values to filter by, and numbers in columns."""

from array import array
from collections.abc import Iterable, Sequence
from typing import Any

from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.columns import NumericColumn
from whoosh.fields import COLUMN, ID, NUMERIC, FieldType, Schema
from whoosh.formats import Format

TEXTS = ("title", "phrases", "tags", "body", "staff", "sv")
VALUES = ("audience", "language", "kind", "category", "confidence", "tag", "kanji", "kanji_staff", "kanji_sv")
NUMBERS = ("page_id", "revision_id", "updated_at")

Posting = tuple[bytes, int, float, bytes]  # a term, twice how often it stands there, and its places
PLACE = "I"  # each place is one native uint32, so that a list of them is an array


def schema() -> Any:
    """Make the schema of every index: give texts as lists of terms, values as strings (`tag`: a list), and integers.

    Nothing is stored: what a hit tells comes from the columns of NUMBERS. The codec keeps how long each text is.
    """
    return Schema(
        # Not signed, and indexed by the whole number: `delete_by_term("page_id", 7)` looks up one term.
        page_id=NUMERIC(bits=64, signed=False, shift_step=0, unique=True, sortable=NumberColumn("Q")),
        revision_id=COLUMN(NumberColumn("q")),
        updated_at=COLUMN(NumberColumn("q")),
        **{name: ValueField() for name in VALUES},
        **{name: TextField() for name in TEXTS},
    )


class NumberColumn(NumericColumn):  # type: ignore[misc]
    """A column of numbers that is written to its end, so that a reader sees whether it was cut."""

    class Writer(NumericColumn.Writer):  # type: ignore[misc]
        def add_all(self, document: int, values: Sequence[int]) -> None:
            """Add the numbers of documents in a row, the first of which is `document`."""
            self.fill(document)
            self._dbfile.write(b"".join(map(self._pack, values)))
            self._count = document + len(values)

        def finish(self, doccount: int) -> None:
            self.fill(doccount)


class Places(Format):  # type: ignore[misc]
    """How often and where a term stands in a text."""

    def word_values(self, value: Any, analyzer: Any, **kwargs: Any) -> Iterable[tuple[str, int, float, bytes]]:
        words = value if isinstance(value, list | tuple) else [token.text for token in analyzer(value)]
        return [(term.decode(), count, weight, places) for term, count, weight, places in postings(words)]

    def decode_positions(self, value: bytes) -> list[int]:
        return list(array(PLACE, value))

    def decode_frequency(self, value: bytes) -> int:
        return len(value) // array(PLACE).itemsize

    def decode_weight(self, value: bytes) -> float:
        return float(self.decode_frequency(value))

    def decode_position_boosts(self, value: bytes) -> list[tuple[int, int]]:
        return [(place, 1) for place in self.decode_positions(value)]

    def combine(self, values: Iterable[bytes]) -> bytes:
        return array(PLACE, sorted({place for value in values for place in self.decode_positions(value)})).tobytes()


class TextField(FieldType):  # type: ignore[misc]
    """A text, best given as the list of its terms."""

    def __init__(self) -> None:
        super().__init__(Places(), SpaceSeparatedTokenizer(), scorable=True)

    def index(self, value: Any, **kwargs: Any) -> Sequence[Posting]:
        return postings(value if isinstance(value, list | tuple) else value.split())


class ValueField(ID):  # type: ignore[misc]
    """One value to filter by, or a list of them."""

    def index(self, value: Any, **kwargs: Any) -> Sequence[Posting]:
        values = [value] if isinstance(value, str) else dict.fromkeys(value)
        return [(one.encode(), 1, 1.0, b"") for one in values]


def postings(terms: Iterable[str]) -> list[Posting]:
    """Give each term of a text once, with how often and where it stands."""
    places: dict[str, list[int]] = {}
    for at, term in enumerate(terms):
        places.setdefault(term, []).append(at)
    return [(term.encode(), len(at), float(len(at)), array(PLACE, at).tobytes()) for term, at in places.items()]
