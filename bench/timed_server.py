"""`python -m bench.timed_server PORT WORKERS`: what `kb serve` serves, each answer telling how long the server took.

The header is Server-Timing (W3C): `wall` from the first line of the app to the last byte of the answer, `cpu` the
processor time of the thread that made it, in ms. /nothing is an empty Flask view in the same process.
"""

import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from bench import empty_view
from kb import config, serving


class Timed:
    """A WSGI app around another; an answer is made whole before it leaves, so that its time is known."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        wall, cpu = time.perf_counter(), time.thread_time()
        began: list[Any] = []
        body = self._app(environ, lambda *answer: began.extend(answer))
        whole = b"".join(body)
        if hasattr(body, "close"):
            body.close()
        took = f"wall;dur={1000 * (time.perf_counter() - wall):.3f}, cpu;dur={1000 * (time.thread_time() - cpu):.3f}"
        start_response(began[0], [*began[1], ("Server-Timing", took)])
        return [whole]


def make() -> Any:
    """The app of one worker, with an empty one beside it."""
    app = serving.make_worker(config.read())
    nothing, inside = empty_view.make(), app.wsgi_app

    def either(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/nothing":
            return inside(environ, start_response)
        return nothing.wsgi_app({**environ, "PATH_INFO": "/"}, start_response)

    app.wsgi_app = Timed(either)  # type: ignore[method-assign]
    return app


if __name__ == "__main__":
    serving.run(partial(make), host="127.0.0.1", port=int(sys.argv[1]), workers=int(sys.argv[2]))
