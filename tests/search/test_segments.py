"""A segment as arrays: what it holds, what it shares with the commit before, and the bound on what is kept."""

from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from kb.search.port import IndexBroken
from kb.search.segments import Cache
from kb.search.snapshot import Snapshot
from tests.search.shop import STAFF
from tests.search.written import Written, entry


@pytest.fixture
def index(tmp_path: Path) -> Written:
    return Written(tmp_path)


def test_a_segment_tells_its_pages_lengths_and_values(index: Written) -> None:
    first = {"revision_id": 2**60, "tags": ("x", "Y"), "kind": "case", "audience": STAFF}
    (segment,) = index.commit([entry(2**53, first, body="a b a"), entry(3, {"tags": ("x",)})]).segments
    assert segment.pages.tolist() == [2**53, 3]
    assert segment.revisions.tolist() == [2**60, 30]
    assert segment.lengths("body").tolist() == [3, 0]
    assert segment.terms("body") == (["a", "b"], [1, 1])
    assert [array.tolist() for array in segment.places("body", "a")] == [[0], [2], [0, 2]]
    assert segment.marked("kind", ("case", "nothing")).tolist() == [True, False]
    assert segment.marked("tag", ("x",)).tolist() == [True, True]
    assert segment.marked("tag", ()).tolist() == [False, False]
    tags = segment.values("tag")
    assert {name: tags.of(name).tolist() for name in (*tags.names, "z")} == {"x": [0, 1], "y": [0], "z": []}
    assert tags.count(np.array([False, True])) == {"x": 1}
    assert segment.values("kanji").count(np.array([True, True])) == {}
    assert segment.volume("body", ("staff",)) == (3, 1)
    assert segment.volume("body", ("public",)) == (0, 0)


def test_a_deletion_is_a_mask_and_everything_else_is_shared(index: Written) -> None:
    before = index.commit([entry(1, body="a"), entry(2, body="a a")]).segments[0]
    after = index.commit([], removed=[1]).segments[0]
    assert after.pages is before.pages
    assert (before.living.tolist(), after.living.tolist()) == ([True, True], [False, True])
    assert after.marked("kind", ("faq",)).tolist() == [False, True]
    assert before.marked("kind", ("faq",)).tolist() == [True, True]
    assert after.volume("body", ("public",)) == (2, 1)


def test_an_untouched_segment_is_the_very_same_after_the_next_commit(index: Written) -> None:
    (before,) = index.commit([entry(1)]).segments
    kept, new = index.commit([entry(2)]).segments
    assert kept is before
    assert new.pages.tolist() == [2]


def test_an_older_snapshot_still_answers_after_its_files_are_gone(index: Written) -> None:
    before = index.commit([entry(1, body="a"), entry(2, body="a")])
    index.commit([entry(3, body="a")], removed=[1, 2], merged=True)
    assert len(list(index.folder.glob("*.trm"))) == 1
    assert before.segments[0].postings("body", "a")[0].tolist() == [0, 1]


def test_an_empty_index_has_no_segments(index: Written) -> None:
    assert Snapshot(index.folder, Cache()).segments == []
    index.commit([entry(1)])
    assert index.commit([], removed=[1], merged=True).segments == []


def test_a_cut_segment_is_told_as_a_broken_index(index: Written) -> None:
    (segment,) = index.commit([entry(number, body="a") for number in range(2_000)]).segments
    assert len(segment.postings("body", "a")[0]) == 2_000
    for path in (*index.folder.glob("*.pst"), *index.folder.glob("*.col")):
        path.write_bytes(path.read_bytes()[:96])
    with pytest.raises(IndexBroken):
        segment.postings("body", "a")
    with pytest.raises(IndexBroken):
        Snapshot(index.folder, Cache())
    for path in index.folder.glob("*.trm"):
        path.unlink()
    with pytest.raises(IndexBroken):
        Snapshot(index.folder, Cache())


def test_the_cache_keeps_the_latest_used_within_its_bound() -> None:
    cache = Cache(0.01)
    made: list[str] = []

    def get(name: str, size: int = 3_000) -> None:
        def make() -> object:
            made.append(name)
            return np.zeros(size, np.uint8)

        cache.get(name, make)
        assert cache.nbytes <= 10_486

    for name in ("a", "b", "c", "a", "d", "a", "b"):
        get(name)
    assert made == ["a", "b", "c", "d", "b"]
    get("huge", 20_000)
    get("huge", 20_000)
    get("a")
    assert made[5:] == ["huge", "huge"]


def test_the_cache_serves_many_threads() -> None:
    cache = Cache(0.01)
    wrong: list[object] = []

    def look() -> None:
        for at in range(2_000):
            number = at % 37
            if cache.get(number, lambda number=number: np.full(500, number)).sum() != 500 * number:  # type: ignore[misc]
                wrong.append(number)

    threads = [Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert 0 < cache.nbytes <= 10_486
