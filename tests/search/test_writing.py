"""Small changes make small segments, which are merged by size and never cost the large ones."""

from pathlib import Path

import pytest

from kb.search import writing
from kb.search.port import Query
from kb.search.whoosh_index import WhooshIndex
from kb.search.writing import merging
from tests.search.shop import PUBLIC, ids, page


@pytest.mark.parametrize(
    ("sizes", "chosen"),
    [
        ([], ""),
        ([(1, 1)] * 4, ""),
        ([(1, 1)] * 5, "abcde"),
        ([(100_000, 99_000), *[(1, 1)] * 5], "bcdef"),
        ([(4, 4), (3, 3), (9, 2), (1, 1), (2, 2)], "c"),
        ([(4, 4), (3, 3), (4, 2), (1, 1), (2, 2)], "abcde"),
        ([(24, 24), (5, 5), (7, 7), (8, 8), (1, 1), (2, 2)], ""),
        ([(24, 24), (5, 5), (7, 7), (8, 8), (20, 20), (2, 2)], "abcde"),
        ([(10_000, 10_000)] * 5, ""),
        ([(100_000, 50_000), (1, 1)], ""),
        ([(100_000, 49_999), (1, 1)], "a"),
    ],
)
def test_what_is_merged_is_of_one_size_and_small_or_mostly_deleted(sizes: list[tuple[int, int]], chosen: str) -> None:
    segments = [(name, *size) for name, size in zip("abcdefgh", sizes, strict=False)]
    assert merging(segments) == set(chosen)


def test_small_changes_leave_large_segments_alone_and_are_merged_later(shop: WhooshIndex, live: Path) -> None:
    shop.rebuild([page(at, title=f"返品{at}") for at in range(1, 401)])
    (large,) = live.glob("*.trm")
    for at in range(1, 10):
        shop.replace([page(at, title="送料")])
    shop.replace([], removed=[10, 11])
    assert len(list(live.glob("*.trm"))) == 10
    before = shop.search(Query("返品 送料", PUBLIC, limit=500))
    assert before.total == 398
    merged = 0
    while shop.tidy():
        merged += 1
    assert merged and large.exists() and len(list(live.glob("*.trm"))) < 5
    assert shop.search(Query("返品 送料", PUBLIC, limit=500)) == before


def test_a_segment_of_which_most_is_deleted_is_written_anew(shop: WhooshIndex, live: Path) -> None:
    shop.rebuild([page(at, title="返品") for at in range(1, 101)])
    (large,) = live.glob("*.trm")
    shop.replace([], removed=range(1, 51))
    assert not shop.tidy()
    shop.replace([], removed=[51])
    assert shop.tidy() and not large.exists()
    assert shop.search(Query("返品", PUBLIC)).total == len(shop.contents()) == 49
    shop.replace([], removed=range(52, 101))
    assert shop.tidy() and list(live.glob("*.trm")) == []
    assert shop.contents() == {}


def test_a_rebuild_of_many_pages_makes_several_segments(
    shop: WhooshIndex, live: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "FULL", 2_000)
    pages = [page(at, title="返品", body=f"送料は{at}円です。") for at in range(1, 351)]
    shop.rebuild(pages)
    assert len(list(live.glob("*.trm"))) == 4
    assert ids(shop.search(Query("返品", PUBLIC, limit=500))) == list(range(1, 351))
