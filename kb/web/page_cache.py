"""Answer visitors' GETs of public pages before Flask does, as long as nothing that they show has changed."""

import hashlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from werkzeug.http import parse_cookie

# kb/web/headers.py sets it on the request of an answer that is the same for every visitor: the nonce in that answer.
NONCE = "kb.nonce"
STATUSES = ("200", "301", "404", "410")
BOUND = 32 * 1024 * 1024  # bytes of bodies, for each process
LARGEST = 2 * 1024 * 1024  # bytes of one body
LONGEST_KEY = 1_000  # characters of path and query
PATIENCE = 5.0  # seconds to wait for a page that somebody else draws
OVERHEAD = 2_000  # bytes that an entry takes beside its body and its key
POLICY = "Content-Security-Policy"
# What a 304 repeats (RFC 9110, 15.4.5). Not the policy: the copy that the browser has goes with its own nonce.
REPEATED = ("Cache-Control", "Vary", "ETag")

Headers = list[tuple[str, str]]
Start = Callable[..., Any]
Environ = dict[str, Any]


def fresh_nonce() -> str:
    """A word that nobody can guess; always of one length, so that it can take the place of another."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Answer:
    """An answer without its nonce: the pieces of body and policy between which one stands."""

    status: str
    headers: Headers
    pieces: tuple[bytes, ...]
    policy: tuple[str, ...]
    mark: str
    not_changed: Headers

    @property
    def size(self) -> int:
        return sum(map(len, self.pieces)) + OVERHEAD


class PageCache:
    """A WSGI app in front of another one. Pages are kept while `stamp` says the same; None means: keep nothing.

    Whoever has one of the cookies `personal` is passed on, and so is everything that Flask did not mark with NONCE.
    """

    def __init__(
        self, app: Any, stamp: Callable[[], object | None], *, personal: Iterable[str], bound: int = BOUND
    ) -> None:
        self._app, self._stamp, self._personal, self._bound = app, stamp, frozenset(personal), bound
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, ...], Answer] = OrderedDict()
        self._drawing: dict[tuple[str, ...], threading.Event] = {}
        self._size = 0
        self._of: object = None

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        key = self._key(environ)
        if key is None:
            return self._app(environ, start)  # type: ignore[no-any-return]
        # The stamp comes first: what is committed while the page is drawn makes the page out of date at once.
        stamp = self._stamp()
        answer = self._find(key, stamp) or self._waited(key, stamp)
        if answer is not None:
            return _give(answer, environ, start)
        try:
            asked = {**environ, "REQUEST_METHOD": "GET"}
            answer, body = self._ask(asked, start, is_head=environ["REQUEST_METHOD"] == "HEAD")
            if answer is None:
                return body
            self._keep(key, answer, stamp)
        finally:
            with self._lock:
                drawn = self._drawing.pop(key, None)
            if drawn is not None:
                drawn.set()
        return _give(answer, environ, start)

    def clear(self) -> None:
        """Forget everything that is kept."""
        with self._lock:
            self._kept.clear()
            self._size = 0

    @property
    def size(self) -> int:
        """Bytes that are kept, roughly."""
        return self._size

    def __len__(self) -> int:
        return len(self._kept)

    def _key(self, environ: Environ) -> tuple[str, ...] | None:
        """What answers differ by; None for whoever must be answered by Flask."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return None
        # Programs get refusals as JSON, partial updates may get less than a page, and a token tells who is asking.
        accept = environ.get("HTTP_ACCEPT", "")
        if "json" in accept or "application/*" in accept or "HTTP_HX_REQUEST" in environ:
            return None
        if "HTTP_AUTHORIZATION" in environ:
            return None
        path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        if len(path) + len(query) > LONGEST_KEY:
            return None
        theme = ""
        if "HTTP_COOKIE" in environ:
            cookies = parse_cookie(environ["HTTP_COOKIE"])
            if not self._personal.isdisjoint(cookies):
                return None
            theme = cookies.get("kb_theme", "")
            theme = theme if theme in ("light", "dark") else ""
        return environ.get("wsgi.url_scheme", ""), environ.get("HTTP_HOST", ""), path, query, theme

    def _find(self, key: tuple[str, ...], stamp: object | None) -> Answer | None:
        with self._lock:
            if stamp != self._of:
                self._kept.clear()
                self._size, self._of = 0, stamp
            answer = self._kept.get(key)
            if answer is not None:
                self._kept.move_to_end(key)
            return answer

    def _waited(self, key: tuple[str, ...], stamp: object | None) -> Answer | None:
        """The answer that somebody else is drawing just now; None where nobody does, or where it was not kept."""
        with self._lock:
            drawing = self._drawing.get(key)
            if drawing is None:
                self._drawing[key] = threading.Event()
                return None
        drawing.wait(PATIENCE)
        return self._find(key, stamp)

    def _keep(self, key: tuple[str, ...], answer: Answer, stamp: object | None) -> None:
        cost = answer.size + len("".join(key))
        if stamp is None or cost > min(LARGEST, self._bound):
            return
        with self._lock:
            if stamp != self._of or key in self._kept:
                return
            self._kept[key] = answer
            self._size += cost
            while self._size > self._bound:
                oldest, dropped = self._kept.popitem(last=False)
                self._size -= dropped.size + len("".join(oldest))

    def _ask(self, environ: Environ, start: Start, *, is_head: bool) -> tuple[Answer | None, Iterable[bytes]]:
        """Flask's answer to keep, or None and the body of an answer that is passed on as it comes."""
        told: list[Any] = []
        body = self._app(environ, lambda *facts: told.append(facts))
        status, headers, *fault = told[-1]
        if NONCE not in environ or not _may_be_kept(status, headers):
            start(status, headers, *fault)
            if not is_head:
                return None, body
            _close(body)
            return None, ()
        try:
            return _answer(status, headers, b"".join(body), environ[NONCE]), ()
        finally:
            _close(body)


def _may_be_kept(status: str, headers: Headers) -> bool:
    if status[:3] not in STATUSES:
        return False
    for name, value in headers:
        if name.lower() == "set-cookie":
            return False
        if name.lower() == "cache-control" and ("private" in value or "no-store" in value):
            return False
    return True


def _answer(status: str, headers: Headers, body: bytes, nonce: str) -> Answer:
    """The answer with its nonce taken out; its mark is weak, for two answers differ in the nonce."""
    pieces = tuple(body.split(nonce.encode()))
    told = dict(headers)
    policy = tuple(told.pop(POLICY, "").split(nonce))
    plain = [(name, value) for name, value in headers if name != POLICY]
    if not status.startswith("200"):
        return Answer(status, plain, pieces, policy, "", [])
    told_mark = hashlib.blake2b(b"\0".join((told.get("Content-Type", "").encode(), *pieces)), digest_size=12)
    mark = f'"{told_mark.hexdigest()}"'
    plain.append(("ETag", f"W/{mark}"))
    return Answer(status, plain, pieces, policy, mark, [fact for fact in plain if fact[0] in REPEATED])


def _give(answer: Answer, environ: Environ, start: Start) -> Iterable[bytes]:
    known = environ.get("HTTP_IF_NONE_MATCH", "")
    # Marks are compared weakly (RFC 9110, 13.1.2): a W/ in front makes no difference.
    if known and answer.mark and (answer.mark in known or known.strip() == "*"):
        start("304 Not Modified", list(answer.not_changed))
        return ()
    nonce = fresh_nonce()
    headers = list(answer.headers)
    if answer.policy != ("",):
        headers.append((POLICY, nonce.join(answer.policy)))
    start(answer.status, headers)
    return () if environ["REQUEST_METHOD"] == "HEAD" else (nonce.encode().join(answer.pieces),)


def _close(body: Any) -> None:
    close = getattr(body, "close", None)
    if close is not None:
        close()
