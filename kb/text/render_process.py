"""The long-lived child process that renders Markdown, and the pipe to it."""

import atexit
import contextlib
import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import weakref
from enum import Enum
from typing import IO, Any

from kb.text.markdown import Heading, Rendered, render

try:
    import resource
except ImportError:  # Windows has no such limits.
    resource = None  # type: ignore[assignment]

START_SECONDS = 30.0
MEMORY = 1_024 * 1024 * 1024  # bytes of address space of the child

_START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from kb.text.render_process import serve; serve()"
_LENGTH = struct.Struct("!I")


class Trouble(Enum):
    """Why there is no result: the text itself is at fault, it took too long, or no process could be started."""

    REFUSED = "refused"
    TOO_SLOW = "too slow"
    UNAVAILABLE = "unavailable"


class RenderProcess:
    """One child at a time, started when first needed and again after its death; one request at a time."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()
        self._lock = threading.Lock()
        _living.add(self)

    def render(self, source: str, seconds: float) -> tuple[Rendered | Trouble, float]:
        """Return the rendered source or the trouble, and the seconds it took; the child is killed after `seconds`.

        Starting the child and waiting for other threads' requests do not count.
        """
        if seconds <= 0:
            return Trouble.TOO_SLOW, 0.0
        with self._own_lock():
            if not self._running():
                return Trouble.UNAVAILABLE, 0.0
            began = time.monotonic()
            answer = self._ask({"source": source, "seconds": seconds}, seconds)
            spent = time.monotonic() - began
            if answer is None:
                self._end()
                return Trouble.TOO_SLOW if spent >= seconds else Trouble.REFUSED, spent
            if "html" not in answer:
                return Trouble.REFUSED, spent
            return Rendered(answer["html"], tuple(Heading(*heading) for heading in answer["contents"])), spent

    def close(self) -> None:
        """Kill the child and wait for it."""
        with self._own_lock():
            self._end()

    @property
    def pid(self) -> int | None:
        """The child's process id while there is one."""
        return self._child.pid if self._child and self._owner == os.getpid() else None

    def _own_lock(self) -> threading.Lock:
        # After a fork the child of our parent is not ours, and the lock may be held by a thread that is not here.
        if self._owner != os.getpid():
            self._owner, self._lock = os.getpid(), threading.Lock()
            if self._child:
                _let_go(self._child)
            self._child = None
        return self._lock

    def _running(self) -> bool:
        if self._child and self._child.poll() is None:
            return True
        self._end()
        command = [sys.executable, "-c", _START, json.dumps(sys.path)]
        # Nothing in the child needs our secrets, and hostile text is what it works on.
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
        try:
            self._child = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=surroundings, bufsize=0
            )
        except OSError:
            return False
        if self._ask({"source": "", "seconds": START_SECONDS}, START_SECONDS) is None:
            self._end()
            return False
        return True

    def _ask(self, question: dict[str, Any], seconds: float) -> dict[str, Any] | None:
        """Send one question and return the answer, or None when the child died or was killed by the clock."""
        child = self._child
        assert child is not None and child.stdin is not None and child.stdout is not None
        clock = threading.Timer(seconds, child.kill)
        clock.daemon = True
        clock.start()
        try:
            _write(child.stdin, question)
            return _read(child.stdout)
        except (OSError, ValueError):
            return None
        finally:
            clock.cancel()

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
        child.wait()


def _let_go(child: subprocess.Popen[bytes]) -> None:
    """Forget a child that belongs to the process we were forked from, closing only our copies of its pipes."""
    for pipe in (child.stdin, child.stdout):
        if pipe:
            with contextlib.suppress(OSError):
                pipe.close()
    child.returncode = 0


_living: "weakref.WeakSet[RenderProcess]" = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    for process in list(_living):
        process.close()


def _write(pipe: IO[bytes], message: dict[str, Any]) -> None:
    data = json.dumps(message).encode()
    left = memoryview(_LENGTH.pack(len(data)) + data)
    while left:
        left = left[pipe.write(left) or 0 :]


def _read(pipe: IO[bytes]) -> dict[str, Any] | None:
    head = _exactly(pipe, _LENGTH.size)
    data = _exactly(pipe, _LENGTH.unpack(head)[0]) if head else None
    return None if data is None else dict(json.loads(data))


def _exactly(pipe: IO[bytes], size: int) -> bytes | None:
    data = bytearray()
    while len(data) < size:
        more = pipe.read(size - len(data))
        if not more:
            return None
        data += more
    return bytes(data)


def _limit_memory() -> None:
    if resource is not None:
        # Some systems refuse this limit; the clock still holds there.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    if hasattr(signal, "setitimer"):
        # Should the parent die without a word, a runaway text must not outlive it for long.
        signal.setitimer(signal.ITIMER_REAL, float(question["seconds"]) + 1)
    try:
        rendered = render(question["source"])
        return {"html": rendered.html, "contents": [[h.level, h.id, h.text] for h in rendered.contents]}
    except Exception as error:
        # Any text may break a parser in its own way; what matters is that this process stays and says so.
        return {"failed": type(error).__name__}
    finally:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)


def serve() -> None:
    """Answer questions on the standard pipes until the other end closes; runs in the child only."""
    questions, answers = os.fdopen(os.dup(0), "rb", 0), os.fdopen(os.dup(1), "wb", 0)
    # A stray print must not get between two answers.
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory()
    while (question := _read(questions)) is not None:
        try:
            _write(answers, _answer(question))
        except BrokenPipeError:
            return
