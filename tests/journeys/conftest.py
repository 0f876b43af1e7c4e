"""Whole ways through the app, on the real index."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kb.search.memory_index import MemoryIndex
from kb.search.whoosh_index import WhooshIndex
from kb.services import indexing
from kb.services.house import House
from kb.store.base import Store
from kb.text.rendering import Renderer


@pytest.fixture
def house(store: Store, renderer: Renderer, tmp_path: Path) -> Iterator[House]:
    """A house with the index that runs in production."""
    index = WhooshIndex(tmp_path / "search_index")
    yield House(store, index, renderer, tmp_path / "files", MemoryIndex)
    index.close()


@pytest.fixture
def settle(house: House) -> Callable[[], int]:
    """What the indexer thread does within half a second."""
    return lambda: indexing.drain_all(house.store, house.index)
