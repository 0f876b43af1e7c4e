"""The bytes of a posting list: documents, counts and places, each as one array that NumPy reads whole."""

import struct
from array import array
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Numbers: TypeAlias = npt.NDArray[Any]
Array: TypeAlias = "array[int]"

# This head, the documents, the counts unless all are 1, the places if there are any; in the machine's byte order.
_HEAD = struct.Struct("=IIIHH")  # the mark, documents, places, bytes a count, bytes a place
_MARK = 0x4B424131
_GLANCE = 4_096  # bytes; most lists are read whole together with their head
_CODES = ((0xFF, "B"), (0xFFFF, "H"), (0xFFFFFFFF, "I"))
_TYPES: dict[int, Any] = {1: np.uint8, 2: np.uint16, 4: np.uint32}


def pack(ids: Array, counts: Array, places: Array) -> bytes:
    """Write a list: ascending documents, how often each holds the term, and all places, document by document."""
    most = max(counts)
    counted, count_width = _narrow(counts, most) if most > 1 else (b"", 0)
    placed, place_width = _narrow(places, max(places)) if places else (b"", 0)
    return _HEAD.pack(_MARK, len(ids), len(places), count_width, place_width) + ids.tobytes() + counted + placed


def read(file: Any, at: int, *, with_places: bool) -> tuple[Numbers, Numbers, Numbers]:
    """Read documents (uint32), counts and places, none unless asked for, of the list at this place of a file.

    Raises ValueError for something else. Safe in many threads if `file.get` is.
    """
    data = file.get(at, _GLANCE)
    mark, documents, total, count_width, place_width = _HEAD.unpack_from(data) if len(data) >= _HEAD.size else [0] * 5
    if mark != _MARK:
        raise ValueError(f"no posting list at {at}")
    at_counts = _HEAD.size + 4 * documents
    end = at_counts + count_width * documents
    data = data[:end] if end <= len(data) else file.get(at, end)
    ids = np.frombuffer(data, np.uint32, documents, _HEAD.size)
    if count_width:
        counts = np.frombuffer(data, _TYPES[count_width], documents, at_counts)
    else:
        counts = np.broadcast_to(np.uint8(1), documents)
    if not (with_places and place_width):
        return ids, counts, ids[:0]
    flat = file.get(at + end, total * place_width)
    return ids, counts, np.frombuffer(flat, _TYPES[place_width], total).astype(np.uint32)


def firsts(numbers: Numbers) -> Numbers:
    """Give the places in a sorted array where another number begins."""
    # Not by NumPy's own `unique`, which loads a quarter of a second's worth of modules when it is first called.
    return np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1])[: len(numbers)])


def _narrow(numbers: Array, most: int) -> tuple[bytes, int]:
    narrow = array(next(code for limit, code in _CODES if most <= limit), numbers)
    return narrow.tobytes(), narrow.itemsize
