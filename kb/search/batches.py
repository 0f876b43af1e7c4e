"""Documents inverted batch by batch in any process, and the Whoosh writer that joins batches and segments as arrays."""

from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from whoosh.writing import SegmentWriter

from kb.search.codec import ArrayCodec, FieldWriter, read_lists
from kb.search.lists import Array, Numbers, firsts
from kb.search.schema import PLACE, TextField, schema


class _List:
    """The documents that hold one term, how often each does, and all places, document by document."""

    __slots__ = ("counts", "ids", "places")

    def __init__(self) -> None:
        self.ids = array("I")
        self.counts = array("I")
        self.places = array(PLACE)


class _Lists:
    """Posting lists that grow, by field and term; stands in for Whoosh's pool, which sorts posting by posting."""

    def __init__(self) -> None:
        self.fields: dict[str, dict[bytes, _List]] = {}

    def of(self, field: str, term: bytes) -> _List:
        lists = self.fields.setdefault(field, {})
        found = lists.get(term)
        if found is None:
            found = lists[term] = _List()
        return found

    def add(self, posting: tuple[str, bytes, int, float, bytes]) -> None:
        field, term, document, _, places = posting
        found = self.of(field, term)
        found.ids.append(document)
        found.counts.append(len(places) // found.places.itemsize or 1)
        found.places.frombytes(places)

    def cleanup(self) -> None:
        self.fields.clear()


@dataclass(frozen=True, slots=True)
class _Field:
    """The posting lists of one field, one after the other: term i has holding[i] documents and standing[i] places."""

    terms: list[bytes]
    holding: Array
    standing: Array
    ids: Array
    counts: Array
    places: Array


@dataclass(frozen=True, slots=True)
class Batch:
    """Some documents in order, inverted: cheap to send to another process. `size` counts them."""

    size: int
    fields: dict[str, _Field]
    lengths: dict[str, Array]
    columns: dict[str, list[int]]


def invert(rows: Sequence[Mapping[str, Any]]) -> Batch:
    """Turn documents, each the values of its fields as `schema` wants them, into posting lists."""
    fields: dict[str, _Field] = {}
    lengths: dict[str, Array] = {}
    columns: dict[str, list[int]] = {}
    for name, field in schema().items():
        given = [row.get(name) for row in rows]
        if isinstance(field, TextField):
            texts = [value or () for value in given]
            lengths[name] = array("I", map(len, texts))
            fields[name] = _inverted(texts, with_places=True)
        elif field.indexed:
            values = [field.index(value) if value is not None else () for value in given]
            fields[name] = _inverted([[term for term, *_ in found] for found in values], with_places=False)
        if field.column_type:
            columns[name] = [field.to_column_value(value or 0) for value in given]
    return Batch(len(rows), fields, lengths, columns)


def _inverted(texts: Sequence[Sequence[str] | Sequence[bytes]], *, with_places: bool) -> _Field:
    numbers: defaultdict[str | bytes, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    sizes = np.array([len(text) for text in texts], np.int64)
    terms = np.array([numbers[term] for text in texts for term in text], np.int64)
    documents = np.repeat(np.arange(len(texts)), sizes)
    places = np.arange(len(terms)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    order = np.argsort(terms, kind="stable")
    terms, documents, places = terms[order], documents[order], places[order]
    first = firsts(terms * len(texts) + documents)
    return _Field(
        [term.encode() if isinstance(term, str) else term for term in numbers],
        _array(np.bincount(terms[first], minlength=len(numbers))),
        _array(np.bincount(terms, minlength=len(numbers)) * with_places),
        _array(documents[first]),
        _array(np.diff(np.append(first, len(terms)))),
        _array(places[: len(places) * with_places]),
    )


def _array(numbers: Numbers) -> Array:
    return array("I", numbers.astype(np.uint32).tobytes())


class ArrayWriter(SegmentWriter):  # type: ignore[misc]
    """Whoosh's writer of one segment with our codec, which takes batches too and merges segments term by term.

    All posting lists stay in memory until `commit`: about 15 bytes a posting and 500 a term. `options` are those of
    Whoosh's writer.
    """

    def __init__(self, index: Any, **options: Any) -> None:
        super().__init__(index, codec=ArrayCodec(), **options)
        self.pool = _Lists()

    def add_batch(self, batch: Batch) -> None:
        """Add the documents of a batch after those that are there."""
        first = self.docnum
        self.perdocwriter.add_documents(batch.size, batch.lengths, batch.columns, self.schema)
        for name, lists in batch.fields.items():
            self._join(name, lists, first)
        self.docnum += batch.size
        self._added = True

    def _join(self, name: str, lists: _Field, first: int) -> None:
        ids = _array(np.frombuffer(lists.ids, np.uint32) + np.uint32(first))
        pool = self.pool.fields.setdefault(name, {})
        at = place = 0
        for term, holding, standing in zip(lists.terms, lists.holding, lists.standing, strict=True):
            found = pool.get(term)
            if found is None:
                found = pool[term] = _List()
            found.ids += ids[at : at + holding]
            found.counts += lists.counts[at : at + holding]
            found.places += lists.places[place : place + standing]
            at += holding
            place += standing

    def add_postings_to_pool(self, reader: Any, startdoc: int, docmap: Mapping[int, int] | None) -> None:
        """Take over the posting lists of a segment; `docmap` tells the new number of each document that lives."""
        moved = np.arange(startdoc, startdoc + reader.doc_count_all(), dtype=np.int64)
        if docmap is not None:
            moved[:] = -1
            moved[list(docmap)] = list(docmap.values())
        for name in sorted(set(reader.indexed_field_names()) & set(self.schema.names())):
            for term, ids, counts, places in read_lists(reader, name):
                new = moved[ids]
                if docmap is not None:
                    kept = new >= 0
                    if not kept.all():
                        places = places[np.repeat(kept, counts)] if len(places) else places
                        new, counts = new[kept], counts[kept]
                if len(new):
                    found = self.pool.of(name, term)
                    found.ids.frombytes(new.astype(np.uint32).tobytes())
                    found.counts.frombytes(counts.astype(np.uint32).tobytes())
                    found.places.frombytes(places.tobytes())

    def _flush_segment(self) -> None:
        self.perdocwriter.close()
        lengths = self.per_document_reader()
        _write(self.fieldwriter, self.schema, self.pool, lengths)
        self.fieldwriter.close()
        lengths.close()


def _write(writer: FieldWriter, fields: Any, lists: _Lists, lengths: Any) -> None:
    for name in sorted(lists.fields):
        writer.start_field(name, fields[name])
        known = lengths.lengths(name).tolist() if fields[name].scorable else None
        for term, found in sorted(lists.fields[name].items()):
            writer.add_term(term, found.ids, found.counts, found.places, known)
        writer.finish_field()
