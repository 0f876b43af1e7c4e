"""A mail server and a webhook's other side on loopback: real sockets that keep what they are given."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Desk:
    """What has come; `refusing` turns everything away, `status` and `location` are what the webhook answers."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    tried: int = 0
    refusing: bool = False
    status: int = 204
    location: str = ""


class _Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as one letter takes (RFC 5321)."""

    def handle(self) -> None:
        desk: Desk = self.server.desk  # type: ignore[attr-defined]
        desk.tried += 1
        self._say("421 closed" if desk.refusing else "220 here")
        while not desk.refusing and (line := self.rfile.readline()):
            word = line[:4].upper().strip()
            if word == b"DATA":
                self._say("354 go on")
                lines = []
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(part[1:] if part.startswith(b"..") else part)
                desk.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))  # type: ignore[arg-type]
                self._say("250 kept")
            elif word == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 yes")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        desk: Desk = self.server.desk  # type: ignore[attr-defined]
        desk.tried += 1
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if desk.status < 300:
            desk.posts.append((dict(self.headers), body))
        self.send_response(desk.status)
        if desk.location:
            self.send_header("Location", desk.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        pass


@contextmanager
def mail_server() -> Iterator[Desk]:
    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mail)) as desk:
        yield desk


@contextmanager
def webhook() -> Iterator[Desk]:
    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), _Hook)) as desk:
        yield desk


@contextmanager
def _serving(server: Any) -> Iterator[Desk]:
    desk = Desk(port=server.server_address[1])
    server.desk, server.daemon_threads = desk, True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield desk
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
