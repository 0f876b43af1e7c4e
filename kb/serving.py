"""Serve the app with a production server: gunicorn with threads, waitress on Windows."""

import atexit
import gc
import socket
import sys
from collections.abc import Callable
from typing import Any

from flask import Flask

from kb.app import create_app, open_house
from kb.config import Settings
from kb.rules.errors import Invalid
from kb.services import sending, tallying
from kb.services.house import House
from kb.services.indexer import Indexer

if sys.platform == "win32":
    import waitress
else:
    from gunicorn.app.base import BaseApplication

THREADS = 8
# Objects made, and collections survived, before Python looks for garbage in a circle; its own numbers are for programs
# that keep little. A look at everything that a worker keeps takes a tenth of a second, in the middle of an answer.
COLLECTED_AFTER = (50_000, 20, 50)


def require_free(host: str, port: int) -> None:
    """Raise Invalid when somebody else listens there already, or when nobody may."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as taken:
        raise Invalid(
            "%(host)s:%(port)s は使えません。ほかのプログラムを止めるか、別の番号（PORT=8001 など）にしてください。",
            host=host,
            port=port,
        ) from taken


def serve(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serve until stopped; each worker opens a house of its own, and one of them keeps the index."""
    require_free(host, port)
    run(lambda: make_worker(settings), host=host, port=port, workers=workers)


def make_worker(settings: Settings) -> Flask:
    """The app of one worker, ready to answer, with its indexer thread running and its counts being kept."""
    house = open_house(settings)
    app = create_app(settings, house)
    indexer = Indexer(house.store, house.index, settings.var / "indexer.lock")
    indexer.prepare()
    indexer.start()
    app.extensions["kb_indexer"] = indexer
    keeper = tallying.Keeper(house.store, house.tallies)
    keeper.start()
    atexit.register(keeper.stop)
    _send(app, house, settings)
    collect_less()
    return app


def collect_less() -> None:
    """Let Python look for garbage less often from now on, and never at what is here now: it stays with the worker."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)


def _send(app: Flask, house: House, settings: Settings) -> None:
    """Send what people are told, unless nothing says how the outside reaches the links in it."""
    if not settings.base_url:
        return
    courier = sending.Courier(
        house.store, app.extensions["kb_letters"], sending.Keys(settings.secret_key, settings.mail_password)
    )
    courier.start()
    atexit.register(courier.stop)


if sys.platform == "win32":  # pragma: no cover - gunicorn does not run there

    def run(make: Callable[[], Flask], *, host: str, port: int, workers: int) -> None:
        """Serve the app that `make` makes, until stopped."""
        waitress.serve(make(), host=host, port=port, threads=THREADS)

else:

    class _Server(BaseApplication):  # type: ignore[misc]
        """gunicorn, told everything here instead of on its command line."""

        def __init__(self, make: Callable[[], Flask], options: dict[str, Any]) -> None:
            self._make, self._options = make, options
            super().__init__()

        def load_config(self) -> None:
            for name, value in self._options.items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            return self._make()

    def run(make: Callable[[], Flask], *, host: str, port: int, workers: int) -> None:
        """Serve the apps that `make` makes, one in each worker, until stopped."""
        options = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": workers,
            "threads": THREADS,
            "worker_class": "gthread",
            "timeout": 60,
            "graceful_timeout": 20,
            "loglevel": "warning",
            "control_socket_disable": True,
            "proc_name": "kb",
        }
        _Server(make, options).run()
