"""The render process starts when needed, survives hostile text, and never outlives its owner."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.text import render_process
from kb.text.rendering import Renderer

ROOT = Path(__file__).resolve().parents[2]
SLOW = "[" * 5_000


@pytest.fixture
def renderer(tmp_path: Path) -> Iterator[Renderer]:
    made = Renderer(tmp_path / "cache")
    yield made
    made.close()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_process_is_separate_long_lived_and_ends_with_close(renderer: Renderer) -> None:
    renderer.parts("一")
    first = renderer._process.pid
    renderer.parts("二")
    assert first is not None and first != os.getpid() and renderer._process.pid == first
    renderer.close()
    assert not alive(first)
    assert renderer.parts("三").parts[0].html == "<p>三</p>"


def test_a_process_that_dies_is_started_again(renderer: Renderer) -> None:
    renderer.parts("一")
    first = renderer._process.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    time.sleep(0.1)
    assert renderer.parts("二").parts[0].html == "<p>二</p>"
    assert renderer._process.pid not in (None, first)


def test_a_process_over_its_time_is_killed_and_reaped() -> None:
    quick = Renderer(None, seconds=0.6)
    quick.parts("一")
    first = quick._process.pid
    quick.parts(SLOW)
    assert first is not None and not alive(first)
    quick.close()


def test_the_child_may_not_take_all_memory() -> None:
    if render_process.resource is None:
        pytest.skip("no memory limit on this system")
    code = "from kb.text.render_process import _limit_memory\n_limit_memory()\nbytearray(2_000_000_000)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert "MemoryError" in done.stderr


def test_the_child_does_not_get_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_SECRET_KEY", "canary-secret")
    process = render_process.RenderProcess()
    process.render("a", 2)
    found = Path(f"/proc/{process.pid}/environ")
    if not found.exists():
        pytest.skip("this system does not show a process's environment")
    assert b"canary-secret" not in found.read_bytes() and b"PATH=" in found.read_bytes()
    process.close()


def test_threads_share_one_renderer(renderer: Renderer) -> None:
    results: dict[int, str] = {}

    def work(number: int) -> None:
        for step in range(10):
            results[number * 10 + step] = renderer.parts(f"頁{number * 10 + step}").parts[0].html

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {number: f"<p>頁{number}</p>" for number in range(80)}


def test_waiting_for_others_does_not_use_up_a_pages_time() -> None:
    shared = Renderer(None, seconds=0.5)
    hostile = [threading.Thread(target=shared.parts, args=(f"{index}{SLOW}",)) for index in range(4)]
    for thread in hostile:
        thread.start()
    assert shared.parts("普通の\n\n:::staff\n頁\n:::").parts[1].html == "<p>頁</p>"
    for thread in hostile:
        thread.join()
    shared.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_worker_has_its_own_process_and_spares_the_parents(renderer: Renderer) -> None:
    renderer.parts("親")
    mine = renderer._process.pid
    assert mine is not None
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        html = renderer.parts("子").parts[0].html
        os.write(writer, f"{renderer._process.pid} {html}".encode())
        renderer.close()
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        pid, html = pipe.read().split(" ", 1)
    os.waitpid(child, 0)
    assert html == "<p>子</p>" and int(pid) != mine and not alive(int(pid))
    assert renderer.parts("まだ親").parts[0].html == "<p>まだ親</p>" and renderer._process.pid == mine


@pytest.mark.parametrize("ending", ["", "raise SystemExit(1)", "os.kill(os.getpid(), 9)"])
def test_no_process_outlives_the_program(ending: str) -> None:
    code = (
        "import os\nfrom kb.text.rendering import Renderer\nr = Renderer(None)\nr.parts('a')\n"
        f"print(r._process.pid, flush=True)\n{ending}"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    pid = int(done.stdout)
    for _ in range(100):
        if not alive(pid):
            break
        time.sleep(0.05)
    assert not alive(pid) or Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"


def _in_another_process(queue: "multiprocessing.Queue[str]") -> None:
    made = Renderer(None)
    queue.put(made.parts("内").parts[0].html)
    made.close()


def test_it_works_inside_a_daemonic_process() -> None:
    context = multiprocessing.get_context("spawn")
    queue: multiprocessing.Queue[str] = context.Queue()
    process = context.Process(target=_in_another_process, args=(queue,), daemon=True)
    process.start()
    assert queue.get(timeout=60) == "<p>内</p>"
    process.join()
    queue.close()
