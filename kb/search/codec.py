"""How an index lies on disk: Whoosh's own codec, with posting lists and lengths as arrays that NumPy reads whole."""

import io
import os
import struct
import threading
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from whoosh.codec import whoosh3 as w3
from whoosh.filedb.structfile import StructFile
from whoosh.matching import ListMatcher
from whoosh.reading import TermNotFound
from whoosh.util.numeric import byte_to_length, length_to_byte

from kb.search import lists
from kb.search.lists import Numbers
from kb.search.schema import PLACE, NumberColumn

# Whoosh's record of a term (W3TermInfo): no flags, total count, documents, shortest and longest text and highest count,
# first and last document, place and length of the list.
_TERM = struct.Struct("!BfIBBfIIqi")
_KEY = struct.Struct("!ii")  # the lengths of a key and its value in the table of terms
_FREQUENCY, _FREQUENCY_AT = struct.Struct("!I"), struct.calcsize("!Bf")
_LENGTHS = NumberColumn("I")
_seeking = threading.Lock()


class ArrayCodec(w3.W3Codec):  # type: ignore[misc]
    """Reads and writes segments of an ordinary Whoosh index; give it to a writer as `codec=`."""

    def new_segment(self, storage: Any, indexname: str) -> Any:
        return _Segment(self, indexname)

    def field_writer(self, storage: Any, segment: Any) -> Any:
        return FieldWriter(self, storage, segment)

    def per_document_writer(self, storage: Any, segment: Any) -> Any:
        return _PerDocWriter(self, storage, segment)

    def per_document_reader(self, storage: Any, segment: Any) -> Any:
        return _PerDocReader(storage, segment)

    def terms_reader(self, storage: Any, segment: Any) -> Any:
        name = segment.make_filename(self.TERMS_EXT)
        postings = _open(storage, segment.make_filename(self.POSTS_EXT))
        return w3.W3TermsReader(self, _open(storage, name), storage.file_length(name), postings)

    def postings_reader(self, dbfile: Any, terminfo: Any, format_: Any, term: Any = None, scorer: Any = None) -> Any:
        ids, counts, places = lists.read(dbfile, terminfo.extent()[0], with_places=True)
        ends = np.cumsum(counts)
        values = [places[end - count : end].tobytes() for end, count in zip(ends, counts, strict=True)]
        weights = counts.astype(float).tolist()
        return ListMatcher(ids.tolist(), weights, values, format_, scorer=scorer, term=term, terminfo=terminfo)


class _Segment(w3.W3Segment):  # type: ignore[misc]
    def should_assemble(self) -> bool:
        return False  # Whoosh copies what it reads out of one joined file, the whole of it.


class FieldWriter(w3.W3FieldWriter):  # type: ignore[misc]
    """Writes terms whole: every document that holds one, how often, and where."""

    _written = 0

    def add_postings(self, schema: Any, lengths: Any, items: Iterable[Any]) -> None:
        """Write (field, term, document, weight, places), in this order, as Whoosh gives them."""
        for field, of_field in groupby(items, itemgetter(0)):
            self.start_field(field, schema[field])
            known = lengths.lengths(field).tolist() if lengths and schema[field].scorable else None
            for term, of_term in groupby(of_field, itemgetter(1)):
                _, _, ids, _, values = zip(*of_term, strict=True)
                places = array(PLACE, b"".join(values))
                counts = array("I", [len(value) // places.itemsize for value in values] if places else [1] * len(ids))
                self.add_term(term, array("I", ids), counts, places, known)
            self.finish_field()

    def add_term(
        self, term: bytes, ids: "array[int]", counts: "array[int]", places: "array[int]", lengths: Sequence[int] | None
    ) -> None:
        """Write a term of the field that was started; `lengths`, by document, may be None."""
        shortest, longest = _range(lengths, ids)
        data = lists.pack(ids, counts, places)
        self._postfile.write(data)
        extent = self._written, len(data)
        self._written += len(data)
        record = _TERM.pack(0, sum(counts), len(ids), shortest, longest, max(counts), ids[0], ids[-1], *extent)
        self._tindex.add(w3.pack_ushort(self._fieldid) + term, record)


class _PerDocWriter(w3.W3PerDocWriter):  # type: ignore[misc]
    def add_field(self, fieldname: str, fieldobj: Any, value: Any, length: int) -> None:
        super().add_field(fieldname, fieldobj, value, 0)
        if length:
            self.add_column_value(_length_column(fieldname), _LENGTHS, length)
            self._fieldlengths[fieldname] += length

    def add_documents(self, count: int, lengths: Mapping[str, Any], columns: Mapping[str, Any], fields: Any) -> None:
        """Add documents that come after those that are there, by the lengths of their texts and their numbers."""
        for name, values in lengths.items():
            self._add_column(_length_column(name), _LENGTHS, values)
            self._fieldlengths[name] += sum(values)
        for name, values in columns.items():
            self._add_column(name, fields[name].column_type, values)
        self._doccount += count

    def _add_column(self, name: str, column: NumberColumn, values: Sequence[int]) -> None:
        if not self._has_column(name):
            self._create_column(name, column)
        self._get_column(name).add_all(self._doccount, values)


class _PerDocReader(w3.W3PerDocReader):  # type: ignore[misc]
    def _get_column_file(self, fieldname: str) -> tuple[Any, int, int]:
        name = w3.W3Codec.column_filename(self._segment, fieldname)
        return _open(self._storage, name), 0, self._storage.file_length(name)

    def numbers(self, fieldname: str, column: Any) -> Numbers:
        """Give a column of numbers by document, deleted ones included."""
        file, start, length = self._get_column_file(fieldname)
        found = np.frombuffer(file.get(start, length), np.dtype(column._typecode).newbyteorder(">"))
        if len(found) != self._doccount:
            raise ValueError(f"{len(found)} values for {self._doccount} documents")
        return found.astype(found.dtype.newbyteorder("="))

    def lengths(self, fieldname: str) -> Numbers:
        """Give the length of a text by document, in terms."""
        name = _length_column(fieldname)
        if name not in self._readers:
            is_there = self.has_column(name)
            self._readers[name] = self.numbers(name, _LENGTHS) if is_there else np.zeros(self._doccount, np.uint32)
        return self._readers[name]  # type: ignore[no-any-return]

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return int(self.lengths(fieldname)[docnum]) or default

    def doc_field_length_reader(self, fieldname: str, default: int = 0) -> Any:
        return [length or default for length in self.lengths(fieldname).tolist()].__getitem__

    def min_field_length(self, fieldname: str) -> int:
        return int(min(self.lengths(fieldname), default=0))

    def max_field_length(self, fieldname: str) -> int:
        return int(max(self.lengths(fieldname), default=0))


class _SharedFile(StructFile):  # type: ignore[misc]
    """A file that many threads read at once, because `get` moves no position; its last reader closes it."""

    def __init__(self, file: Any, name: str) -> None:
        self._handle = os.dup(file.fileno())
        super().__init__(io.BufferedReader(io.FileIO(self._handle, closefd=False)), name)
        file.close()

    def get(self, position: int, length: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._handle, length, position)
        with _seeking:
            self.seek(position)
            return bytes(self.read(length))

    def close(self) -> None:
        if not self.is_closed:
            super().close()
            os.close(self._handle)

    __del__ = close


def read_postings(reader: Any, field: str, term: str) -> tuple[Numbers, Numbers]:
    """Give the documents of a segment that hold a term, deleted ones included, and how often each does.

    `reader` is a Whoosh reader of one segment. ids are uint32 and ascending. Safe in many threads.
    """
    return _find(reader, field, term, with_places=False)[:2]


def read_places(reader: Any, field: str, term: str) -> tuple[Numbers, Numbers, Numbers]:
    """Give documents and counts like `read_postings`, and the places: those of one document after those before it."""
    return _find(reader, field, term, with_places=True)


def read_lists(reader: Any, field: str) -> Iterator[tuple[bytes, Numbers, Numbers, Numbers]]:
    """Give every term of a field in order, as UTF-8, with what `read_places` tells of it."""
    terms = reader._terms
    for (name, term), info in terms.items_from(field, b""):
        if name != field:
            return
        yield term, *lists.read(terms._postfile, info.extent()[0], with_places=True)


def read_numbers(reader: Any, field: str) -> Numbers:
    """Give a column of numbers by document of a segment."""
    found: Numbers = reader._perdoc.numbers(field, reader.schema[field].column_type)
    return found


def read_lengths(reader: Any, field: str) -> Numbers:
    """Give the length of a text by document of a segment, in terms: exact, while Whoosh's own codec rounds."""
    found: Numbers = reader._perdoc.lengths(field)
    return found


def read_terms(reader: Any, field: str) -> tuple[list[str], list[int]]:
    """Give every term of a field in the order of its UTF-8, and how many documents hold it, deleted ones included."""
    number = reader._terms._fieldmap.get(field)
    if number is None:
        return [], []
    table = reader._terms._tindex
    start = table.closest_key_pos(w3.pack_ushort(number))
    end = table.closest_key_pos(w3.pack_ushort(number + 1)) or table.endofdata
    records = table.dbfile.get(start, end - start)
    terms: list[str] = []
    counts: list[int] = []
    at = 0
    while at < len(records):
        key, value = _KEY.unpack_from(records, at)
        at += _KEY.size
        terms.append(records[at + 2 : at + key].decode())
        at += key
        counts.append(_FREQUENCY.unpack_from(records, at + _FREQUENCY_AT)[0])
        at += value
    return terms, counts


def _open(storage: Any, name: str) -> Any:
    file = storage.open_file(name)
    return _SharedFile(file, name) if file.is_real else file


def _length_column(field: str) -> str:
    return f"_{field}_length"


def _range(lengths: Sequence[int] | None, ids: "array[int]") -> tuple[int, int]:
    """Give the lengths of the shortest and the longest document, as Whoosh's record of a term keeps them."""
    if lengths is None:
        return 0, 0
    held = [lengths[document] for document in ids]
    shortest = min(held)
    byte: int = length_to_byte(shortest)
    # Whoosh rounds up; its searcher would then skip the very shortest.
    return byte - (byte_to_length(byte) > shortest), length_to_byte(max(held))


def _find(reader: Any, field: str, term: str, *, with_places: bool) -> tuple[Numbers, Numbers, Numbers]:
    terms = reader._terms
    try:
        info = terms.term_info(field, term.encode(errors="surrogatepass"))
    except TermNotFound:
        nothing = np.zeros(0, np.uint32)
        return nothing, nothing, nothing
    return lists.read(terms._postfile, info.extent()[0], with_places=with_places)
