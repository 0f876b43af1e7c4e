"""Documents read into inverted batches, in order: a few of them here, many in worker processes."""

import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from queue import SimpleQueue
from typing import Any

from kb.rules.errors import Unavailable
from kb.search.batches import Batch, invert
from kb.search.port import Document
from kb.search.words import field_terms, kanji, keyword

SIZE = 100  # documents of a batch
CHARACTERS = 300_000  # of a batch, after which it ends early
FEW = 5  # batches that are read here, before it is worth to start workers
MOST = 4  # workers
_KINDNESS = 5  # added to the niceness of a worker, for a server goes on answering meanwhile
_START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from kb.search.building import serve; serve()"


class WorkerLost(Unavailable):
    """A process that reads documents for the index has died; the old index is as it was (503)."""

    code = "worker_lost"

    def __init__(
        self, sentence: str = "索引を作る処理が途中で止まりました。メモリーの空きをお確かめください。"
    ) -> None:
        super().__init__(sentence)


def batches(documents: Iterable[Document], workers: int | None = None) -> Generator[Batch, None, None]:
    """Read documents into batches; only a few batches are in memory at a time.

    `workers` is the number of processes, by default one a processor; with one processor everything happens here.
    Raises WorkerLost.
    """
    chunks = _chunks(documents)
    first = list(islice(chunks, FEW))
    count = min(MOST, _processors()) if workers is None else workers
    if len(first) < FEW or count < 2:
        yield from map(read, chain(first, chunks))
        return
    try:
        team = _Team(count)
    except OSError:
        yield from map(read, chain(first, chunks))
        return
    with team:
        yield from team.read(chain(first, chunks))


def read(documents: Sequence[Document]) -> Batch:
    """Read documents into one batch, here and now."""
    return invert([_row(document) for document in documents])


def _row(document: Document) -> dict[str, Any]:
    texts = field_terms(document)
    values = {
        name: keyword(str(getattr(document, name)))
        for name in ("audience", "language", "kind", "category", "confidence")
    }
    return {
        "page_id": document.page_id,
        "revision_id": document.revision_id,
        "updated_at": document.updated_at,
        "tag": sorted({spelt for tag in document.tags if (spelt := keyword(tag))}),
        **{name: value for name, value in values.items() if value},
        **{name: terms for name, terms in (texts | kanji(texts)).items() if terms},
    }


def _chunks(documents: Iterable[Document]) -> Iterator[list[Document]]:
    chunk: list[Document] = []
    characters = 0
    for document in documents:
        chunk.append(document)
        characters += len(document.body) + len(document.staff) + len(document.sv)
        if len(chunk) >= SIZE or characters >= CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Team:
    """Some workers, and a thread for each that waits for its answers. Raises OSError if no process can be started."""

    def __init__(self, size: int) -> None:
        self._workers: list[subprocess.Popen[bytes]] = []
        self._free: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        self._waiting = ThreadPoolExecutor(size, "reading")
        # A new program each time: a forked copy of a server with threads may inherit locks that nobody opens.
        command = [sys.executable, "-c", _START, json.dumps(sys.path)]
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
        try:
            for _ in range(size):
                worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=surroundings)
                self._workers.append(worker)
                self._free.put(worker)
        except OSError:
            self._end()
            raise

    def __enter__(self) -> "_Team":
        return self

    def __exit__(self, *error: object) -> None:
        self._end()

    def read(self, chunks: Iterable[list[Document]]) -> Iterator[Batch]:
        """Read chunks into batches, in their order."""
        # One batch a worker is being read, and one waits for it.
        ahead: deque[Future[Batch]] = deque()
        for chunk in chunks:
            if len(ahead) >= 2 * len(self._workers):
                yield ahead.popleft().result()
            ahead.append(self._waiting.submit(self._ask, chunk))
        while ahead:
            yield ahead.popleft().result()

    def _ask(self, chunk: list[Document]) -> Batch:
        worker = self._free.get()
        assert worker.stdin is not None and worker.stdout is not None
        try:
            pickle.dump(chunk, worker.stdin, pickle.HIGHEST_PROTOCOL)
            worker.stdin.flush()
            batch: Batch = pickle.load(worker.stdout)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
            raise WorkerLost from error
        finally:
            self._free.put(worker)
        return batch

    def _end(self) -> None:
        for worker in self._workers:
            worker.kill()
        self._waiting.shutdown(cancel_futures=True)
        for worker in self._workers:
            worker.wait()
            for pipe in (worker.stdin, worker.stdout):
                if pipe:
                    with contextlib.suppress(OSError):
                        pipe.close()


def serve() -> None:
    """Read documents that come by the standard pipe until it closes; runs in a worker only."""
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # A stray print must not get between two answers.
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_KINDNESS)
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            batch = read(pickle.load(questions))
            pickle.dump(batch, answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()
