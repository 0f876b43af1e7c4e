"""A Whoosh index with the pages of the shop in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.search.whoosh_index import WhooshIndex
from tests.search.shop import SHOP


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[WhooshIndex]:
    index = WhooshIndex(tmp_path / "search_index", patience=0.1)
    index.rebuild(SHOP)
    yield index
    index.close()


@pytest.fixture
def live(tmp_path: Path) -> Path:
    return tmp_path / "search_index" / "live"
