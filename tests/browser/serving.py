"""A real `kb demo` in a folder of its own, and the Chromium that looks at it."""

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import APIResponse, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 120  # seconds until a demonstration must serve on a slow machine


@dataclass
class Served:
    """A running demonstration: its address, its folder, and the passwords that it printed."""

    address: str
    home: Path
    passwords: dict[str, str] = field(default_factory=dict)
    _cookies: dict[str, Any] = field(default_factory=dict)

    def sign_in(self, page: Page, name: str, path: str = "/ja/console") -> None:
        """Sign in as a person would, and go to a screen; who has done so before comes back with the same cookies.

        Without a path they may come back to no screen at all.
        """
        if name in self._cookies:
            page.context.add_cookies(self._cookies[name])
            if not path:
                return
            page.goto(f"{self.address}{path}")
            if "/sign-in" not in page.url:
                return
        self._fill_in(page, name, path or "/ja/console")
        self._cookies[name] = page.context.cookies()

    def _fill_in(self, page: Page, name: str, path: str) -> None:
        page.goto(f"{self.address}/ja/sign-in?next={path}")
        page.get_by_label("ID").fill(name)
        page.get_by_label("パスワード").fill(self.passwords[name])
        page.get_by_role("main").get_by_role("button", name="サインイン").click()
        page.wait_for_url(f"**{path}*")

    def end_calls(self) -> None:
        """End every call that a test before this one has left on: a person has one call at a time."""
        with closing(sqlite3.connect(self.home / "var" / "kb.db", timeout=30)) as connection, connection:
            connection.execute(
                "UPDATE calls SET ended_at = coalesce(ended_at, started_at), outcome = coalesce(outcome, 'unsolved'), "
                "wrapped_at = started_at WHERE wrapped_at IS NULL"
            )


def send(page: Page, path: str, **fields: str) -> APIResponse:
    """Send a form without drawing it, as whoever uses this browser; returns the screen that it leads to."""
    asks = page.context.request
    token = asks.get("/ja/sign-in/token").json()["csrf_token"]
    answer = asks.post(path, form={**fields, "csrf_token": token})
    assert answer.ok, (path, answer.status, re.findall(r'field__error.*?</p>|role="alert".*', answer.text())[:3])
    return answer


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(home: Path) -> Iterator[Served]:
    """Run `kb demo` in `home` until the block ends."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    environment |= {"KB_HOME": str(home), "KB_RATE_LIMITS": "off", "LANG": "ja_JP.UTF-8", "PYTHONUNBUFFERED": "1"}
    command = [str(Path(sys.executable).parent / "kb"), "demo", "--port", str(port)]
    log = home / "demo.log"
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
    served = Served(f"http://127.0.0.1:{port}", home)
    try:
        _wait(served.address, process, log)
        served.passwords = dict(re.findall(r"ID (\w+)\s+パスワード (\S+)", log.read_text()))
        yield served
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with urlopen(f"{address}/health/ready", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"the demonstration does not serve:\n{log.read_text()}")
