"""The index breaks in the middle of the day: searches go on, say so, tell nothing hidden, and it mends itself."""

import gc
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.rules.pages import Audience
from kb.services.house import House
from kb.services.indexer import Indexer
from kb.store.base import Store
from tests.conftest import Browser
from tests.make import make_page

NOTICE = "検索の索引を作り直しています。"
PATIENCE = 60  # seconds that a slow machine may take to build an index of three pages


def _cut(folder: Path, pattern: str) -> None:
    for path in (folder / "live").glob(pattern):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


DAMAGE: dict[str, Callable[[Path], None]] = {
    "the table of contents is cut": lambda folder: _cut(folder, "*.toc"),
    "the words are cut": lambda folder: _cut(folder, "*.trm"),
    "the folder is gone": lambda folder: shutil.rmtree(folder / "live"),
}


# Whoosh leaves a file open that it can't read.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_search_goes_on_while_the_index_is_built_anew(
    client: Browser,
    as_operator: Browser,
    store: Store,
    house: House,
    settle: Callable[[], int],
    tmp_path: Path,
    damage: str,
) -> None:
    with store.writing() as db:
        make_page(db, "返品の手順", "送料は無料。\n\n:::staff\nカナリアの決まり\n:::")
        make_page(db, "返品の内規", audience=Audience.STAFF)
        make_page(db, "電源が入らない")
    settle()
    assert NOTICE not in client.get("/ja/search?q=返品").text
    house.index.close()
    DAMAGE[damage](tmp_path / "search_index")
    # Nobody has mended anything yet.
    for browser, path, total in ((client, "/ja/search", 1), (as_operator, "/ja/console", 2)):
        text = browser.get(f"{path}?q=返品").text
        assert NOTICE in text and f"{total}件" in text
        assert "電源" in browser.get(f"{path}?q=電源が入らない").text
    told = client.get("/api/v1/search?q=返品").get_json()
    assert told["fallback"] and [hit["title"] for hit in told["hits"]] == ["返品の手順"]
    assert client.get("/api/v1/search?q=カナリア").get_json()["total"] == 0
    assert as_operator.get("/api/v1/search?q=カナリア").get_json()["total"] == 1
    assert client.get("/ja/suggest?q=返品").get_json()["suggestions"]
    assert client.get("/health/ready").status_code == 503
    with Indexer(store, house.index, tmp_path / "indexer.lock"):
        until = time.monotonic() + PATIENCE
        while client.get("/health/ready").status_code != 200 and time.monotonic() < until:
            time.sleep(0.05)
    assert client.get("/health/ready").status_code == 200
    healed = client.get("/api/v1/search?q=返品").get_json()
    assert (healed["fallback"], healed["total"]) == (False, 1)
    assert NOTICE not in client.get("/ja/search?q=返品").text
    gc.collect()
