"""Documents are read in worker processes just as they are read here, in order, and nobody is left behind."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.search import building
from kb.search.building import SIZE, WorkerLost, batches, read
from kb.search.port import Document, Query
from kb.search.whoosh_index import WhooshIndex
from tests.search.shop import PUBLIC, SHOP, ids, page

MANY = SIZE * (building.FEW + 3)
ODD = page(7, title="", body="あ" * 200_000, phrases=("\ud800", "ﷺ"), tags=("\udfff", " "), staff="\x00\n")


def _documents(count: int = MANY) -> Iterator[Document]:
    for number in range(count):
        yield ODD if number == 7 else page(number, title=f"返品の手順{number}", body="送料は無料です。" * (number % 5))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list["subprocess.Popen[bytes]"]:
    """The processes that were started, and how they ended."""
    found: list[subprocess.Popen[bytes]] = []
    honest = subprocess.Popen

    def watched(*arguments: Any, **options: Any) -> "subprocess.Popen[bytes]":
        found.append(honest(*arguments, **options))
        return found[-1]

    monkeypatch.setattr(building.subprocess, "Popen", watched)
    return found


def test_workers_read_what_would_be_read_here_in_the_same_order(started: list["subprocess.Popen[bytes]"]) -> None:
    chunks = list(building._chunks(_documents()))
    assert [len(chunk) for chunk in chunks].count(SIZE) >= building.FEW
    assert list(batches(_documents(), workers=2)) == [read(chunk) for chunk in chunks]
    assert len(started) == 2 and all(worker.returncode is not None for worker in started)


def test_a_few_documents_are_worth_no_process(started: list["subprocess.Popen[bytes]"]) -> None:
    assert sum(batch.size for batch in batches(_documents(SIZE), workers=2)) == SIZE
    assert started == []


def test_one_processor_is_worth_no_process(started: list["subprocess.Popen[bytes]"]) -> None:
    assert sum(batch.size for batch in batches(_documents(), workers=1)) == MANY
    assert started == []


def test_where_no_process_can_be_started_everything_is_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise OSError("too many processes")

    monkeypatch.setattr(building.subprocess, "Popen", refuse)
    assert sum(batch.size for batch in batches(_documents(), workers=2)) == MANY


def test_a_batch_ends_early_when_its_texts_are_long() -> None:
    long = (page(number, body="あ" * 200_000) for number in range(6))
    assert [len(chunk) for chunk in building._chunks(long)] == [2, 2, 2]


def test_only_a_few_batches_are_read_ahead() -> None:
    taken = 0

    def documents() -> Iterator[Document]:
        nonlocal taken
        for document in _documents(SIZE * 30):
            taken += 1
            yield document

    found = batches(documents(), workers=2)
    next(found)
    assert taken <= SIZE * (building.FEW + 4)
    found.close()


def test_a_rebuild_that_is_given_up_leaves_no_process(started: list["subprocess.Popen[bytes]"], tmp_path: Path) -> None:
    def documents() -> Iterator[Document]:
        yield from _documents()
        raise RuntimeError("the store went away")

    index = WhooshIndex(tmp_path / "search_index")
    with pytest.raises(RuntimeError, match="the store went away"):
        index.rebuild(documents())
    assert all(worker.returncode is not None for worker in started)


def test_a_worker_that_dies_is_an_error_and_the_old_index_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "_processors", lambda: 2)
    index = WhooshIndex(tmp_path / "search_index")
    index.rebuild(SHOP)
    with monkeypatch.context() as patched:
        patched.setattr(building, "_START", "import sys; sys.stdin.buffer.read(1000)")
        with pytest.raises(WorkerLost):
            index.rebuild(_documents())
    assert ids(index.search(Query("返品", PUBLIC))) == [2]
    assert sorted(path.name for path in (tmp_path / "search_index").iterdir()) == ["live", "write.lock"]
    told: list[int] = []
    index.rebuild(_documents(), told.append)
    assert told == list(range(1, MANY + 1))
    assert len(index.contents()) == MANY
    index.close()


def test_a_worker_hears_nothing_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_SECRET_KEY", "a secret")
    team = building._Team(1)
    with team:
        (worker,) = team._workers
        place = Path(f"/proc/{worker.pid}/environ")
        if not place.exists():
            pytest.skip("this system does not show the surroundings of a process")
        # Between fork and exec there is nothing to read yet.
        while not (surroundings := place.read_bytes()) and worker.poll() is None:
            time.sleep(0.01)
    assert b"KB_SECRET_KEY" not in surroundings and os.environ["PATH"].encode() in surroundings
