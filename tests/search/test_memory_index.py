"""The index in memory keeps every promise."""

from collections.abc import Iterator

import pytest

from kb.search.memory_index import MemoryIndex
from kb.search.port import SearchIndex
from tests.search.promises import IndexPromises


class TestMemoryIndex(IndexPromises):
    @pytest.fixture
    def index(self) -> Iterator[SearchIndex]:
        yield MemoryIndex()
