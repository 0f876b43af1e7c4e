"""How many page views a second visitors get from `kb serve`, beside an empty Flask view on the same server."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from bench import corpora, table
from bench.metrics import percentile

PATIENCE = 180  # seconds until a server must answer
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.I)


@dataclass(frozen=True)
class Kind:
    """Some views of one sort: whose server, which paths in turn, and a header more."""

    name: str
    port: int
    paths: Sequence[str]
    header: str = ""


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, path: str, **environment: str) -> Iterator[None]:
    """Run a server until the block ends; it is there once it answers `path`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    process = subprocess.Popen(command, env=clean | environment, cwd=corpora.ROOT, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                urlopen(f"http://127.0.0.1:{port}{path}", timeout=10).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.2)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


@contextmanager
def house() -> Iterator[Path]:
    """A KB_HOME with the pages of content/, for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
        environment["KB_HOME"] = folder
        for words in (["db", "upgrade"], ["import", str(corpora.ROOT / "content")], ["index", "rebuild"]):
            told = subprocess.run([kb(), *words], env=environment, capture_output=True, text=True, check=False)
            if told.returncode:
                raise RuntimeError(told.stderr or told.stdout)
        yield Path(folder)


def asked(kind: Kind, seconds: float, connections: int) -> tuple[float, list[float], float]:
    """Ask for `seconds` over some kept connections: answers a second, their times in ms, and bytes of an answer."""
    times: list[list[float]] = [[] for _ in range(connections)]
    sizes = [0] * connections
    faults: list[BaseException] = []
    start = threading.Barrier(connections)

    def ask(number: int) -> None:
        try:
            paths = cycle([*kind.paths[number:], *kind.paths[:number]])
            with socket.create_connection(("127.0.0.1", kind.port), timeout=30) as line:
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                start.wait()
                until = time.perf_counter() + seconds
                while (began := time.perf_counter()) < until:
                    sizes[number] += _get(line, next(paths), kind.header)
                    times[number].append(1000 * (time.perf_counter() - began))
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    every = [one for each in times for one in each]
    return len(every) / (time.perf_counter() - began), every, sum(sizes) / len(every)


def _get(line: socket.socket, path: str, header: str) -> int:
    """One GET; gives the bytes of its whole answer."""
    line.sendall(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{line.getpeername()[1]}\r\nAccept: text/html\r\n{header}\r\n".encode()
    )
    got = line.recv(65_536)
    while (end := got.find(b"\r\n\r\n")) < 0:
        got += line.recv(65_536)
    if got[9:12] not in (b"200", b"304"):
        raise RuntimeError(f"{path}: {got[:60]!r}")
    length = _LENGTH.search(got, 0, end)
    whole = end + 4 + (int(length[1]) if length else 0)
    size = len(got)
    while size < whole:
        size += len(line.recv(65_536))
    return size


def kb() -> str:
    """The command of this environment."""
    return str(Path(sys.executable).parent / "kb")


def paths_of(address: str) -> list[str]:
    """The paths of all public pages of a server."""
    with urlopen(f"{address}/sitemap.xml") as answer:
        found = re.findall(r"<loc>https?://[^/]+([^<]+/faq/[^<]+)</loc>", answer.read().decode())
    return [str(path) for path in found]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each sort of view in each round")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--workers", type=int, default=1)


def run(options: Namespace) -> list[tuple[str, list[dict[str, object]]]]:
    """Ask both servers in turn, round by round."""
    ours, empty, workers = free_port(), free_port(), str(options.workers)
    with house() as home:
        serve = [kb(), "serve", "--port", str(ours), "--workers", workers]
        nothing = [sys.executable, "-m", "bench.empty_view", str(empty), workers]
        with (
            running(serve, ours, "/health/ready", KB_HOME=str(home), KB_RATE_LIMITS="off"),
            running(nothing, empty, "/"),
        ):
            paths = paths_of(f"http://127.0.0.1:{ours}")
            kinds = [
                Kind("an empty Flask view", empty, ["/"]),
                Kind("pages, each in turn", ours, paths),
                Kind("home", ours, ["/ja/"]),
                # Whoever has a session cookie is answered by Flask.
                Kind("pages, drawn each time", ours, paths, "Cookie: kb_session=x\r\n"),
            ]
            return [("Page views of visitors", _measured(kinds, options))]


def _measured(kinds: list[Kind], options: Namespace) -> list[dict[str, object]]:
    rates: dict[str, list[float]] = {kind.name: [] for kind in kinds}
    times: dict[str, list[float]] = {kind.name: [] for kind in kinds}
    sizes: dict[str, float] = {}
    for kind in kinds:
        for path in kind.paths:
            urlopen(f"http://127.0.0.1:{kind.port}{path}").close()
        asked(kind, 1.0, options.connections)
    for number in range(options.rounds):
        for kind in kinds:
            rate, took, sizes[kind.name] = asked(kind, options.seconds, options.connections)
            rates[kind.name].append(rate)
            times[kind.name] += took
        table.progress("rounds", number + 1, options.rounds)
    plain = rates[kinds[0].name]
    return [
        {
            "views": kind.name,
            "workers": options.workers,
            "a second": median(rates[kind.name]),
            "× empty": median(one / other for one, other in zip(rates[kind.name], plain, strict=True)),
            "median ms": median(times[kind.name]),
            "p95 ms": percentile(times[kind.name], 0.95),
            "bytes": round(sizes[kind.name]),
        }
        for kind in kinds
    ]
