"""A Whoosh index whose files are no good says so, and a rebuild mends it."""

import json
from pathlib import Path

import pytest

from kb.search.port import IndexBroken, Query
from kb.search.whoosh_index import WhooshIndex
from tests.search.shop import PUBLIC, SHOP, ids, page


def _only(live: Path, pattern: str) -> Path:
    (file,) = live.glob(pattern)
    return file


def _no_toc(live: Path) -> None:
    _only(live, "*.toc").unlink()


def _cut_toc(live: Path) -> None:
    toc = _only(live, "*.toc")
    toc.write_bytes(toc.read_bytes()[:40])


def _wrong_toc(live: Path) -> None:
    toc = _only(live, "*.toc")
    toc.write_bytes(bytes(255 - byte for byte in toc.read_bytes()))


def _no_segment(live: Path) -> None:
    _only(live, "*.seg").unlink()


def _cut_segment(live: Path) -> None:
    segment = _only(live, "*.seg")
    segment.write_bytes(segment.read_bytes()[: segment.stat().st_size // 2])


def _empty_segment(live: Path) -> None:
    _only(live, "*.seg").write_bytes(b"")


def _other_dictionary(live: Path) -> None:
    file = live / "fingerprint.json"
    made = json.loads(file.read_text()) | {"terms": "terms 1, sudachipy 0.6.8, sudachidict-core 20240409"}
    file.write_text(json.dumps(made))


def _other_schema(live: Path) -> None:
    file = live / "fingerprint.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"schema": 0}))


def _no_fingerprint(live: Path) -> None:
    (live / "fingerprint.json").unlink()


def _wrong_fingerprint(live: Path) -> None:
    (live / "fingerprint.json").write_text("not json")


def _no_live(live: Path) -> None:
    live.rename(live.with_name("old-1"))


DAMAGES = [
    _no_toc,
    _cut_toc,
    _wrong_toc,
    _no_segment,
    _cut_segment,
    _empty_segment,
    _other_dictionary,
    _other_schema,
    _no_fingerprint,
    _wrong_fingerprint,
    _no_live,
]


# Whoosh leaves the file open that it could not read; the collector closes it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_says_so_at_every_use_and_a_rebuild_mends_it(shop: WhooshIndex, live: Path, damage) -> None:  # type: ignore[no-untyped-def]
    shop.close()
    damage(live)
    index = WhooshIndex(live.parent)
    with pytest.raises(IndexBroken):
        index.search(Query("返品", PUBLIC))
    with pytest.raises(IndexBroken):
        index.contents()
    with pytest.raises(IndexBroken):
        index.replace([page(1, title="返品")])
    index.rebuild(SHOP)
    assert ids(index.search(Query("返品", PUBLIC))) == [2]
    index.close()


def test_an_index_that_vanishes_while_open_is_broken_not_empty(shop: WhooshIndex, live: Path) -> None:
    assert shop.search(Query("返品", PUBLIC)).total == 1
    live.rename(live.parent.parent / "elsewhere")
    with pytest.raises(IndexBroken):
        shop.search(Query("返品", PUBLIC))
    shop.rebuild(SHOP)
    assert shop.search(Query("返品", PUBLIC)).total == 1
