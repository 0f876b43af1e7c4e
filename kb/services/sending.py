"""Send messages out of the house, by mail and webhook: in a thread of its own, a few tries each, never in a request."""

import hashlib
import hmac
import http.client
import json
import logging
import smtplib
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from types import TracebackType
from urllib.parse import urlsplit

from kb.rules import clock, limits
from kb.rules.settings import Settings
from kb.services import settings
from kb.services.messaging import Message, Way
from kb.store import messages
from kb.store.base import Session, Store

log = logging.getLogger("kb.sending")

LOOK_EVERY = 5.0  # seconds between two looks at what is due
REST = 60.0  # seconds after a fault of our own
BATCH = 20
SECONDS = 5.0  # that the other side has for each answer
# How long after each try the next one comes; the last has none.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 10, 60, 360))


@dataclass(frozen=True)
class Letter:
    """A message in the words that leave the house; `id` stays the same at every try, so that a second copy is known."""

    id: int
    kind: str
    to: str
    mail: str
    sentence: str
    url: str
    text: str


Write = Callable[[Session, Message, Way], Letter]


@dataclass(frozen=True)
class Keys:
    """What the environment tells and no screen shows: the app's secret, and the password of the mail server."""

    secret: str
    mail_password: str = ""

    @property
    def webhook(self) -> str:
        """The key that webhooks are signed with; whoever checks them must not hold the app's own secret."""
        return hmac.new(self.secret.encode(), b"webhook", hashlib.sha256).hexdigest()


class Courier(threading.Thread):
    """Looks every few seconds for what is due; any number of them may run, because each try is claimed first."""

    def __init__(self, store: Store, write: Write, keys: Keys) -> None:
        super().__init__(name="courier", daemon=True)
        self._store, self._write, self._keys = store, write, keys
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.is_set():
            pause = LOOK_EVERY
            try:
                while not self._stopping.is_set() and deliver(self._store, self._write, self._keys) == BATCH:
                    pass
            except Exception:  # The thread must outlive a passing fault: a locked database, a full disk.
                log.exception("sending failed and is tried again")
                pause = REST
            self._stopping.wait(pause)

    def stop(self) -> None:
        """End after the letter at hand."""
        self._stopping.set()
        if self.is_alive():
            self.join(timeout=10)

    def __enter__(self) -> "Courier":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def deliver(store: Store, write: Write, keys: Keys) -> int:
    """Try what is due, `BATCH` at most; how many were tried.

    Each try is written down before it is made, so a crash costs a try and never brings a loop of letters; what has
    left is forgotten at once.
    """
    with store.reading() as db:
        if not messages.due_count(db, at=clock.now()):
            return 0
        now = settings.current(db)
    claimed = _claim(store, write, now)
    for delivery_id, way, letter in claimed:
        try:
            if way is Way.MAIL:
                mail(letter, now, keys)
            else:
                post(letter, now, keys)
        except (OSError, smtplib.SMTPException, http.client.HTTPException, ValueError) as broken:
            # Neither the letter nor the answer stands in the log: both may tell of a person.
            log.warning("message %s could not leave by %s: %s", letter.id, way.value, type(broken).__name__)
        else:
            with store.writing() as db:
                messages.delivered(db, delivery_id)
    return len(claimed)


def mail(letter: Letter, now: Settings, keys: Keys) -> None:
    """Hand the letter to the mail server; raises OSError or SMTPException where it is not taken."""
    told = EmailMessage()
    told["Subject"] = " ".join(letter.sentence.split())
    told["From"], told["To"] = now.mail_from, letter.mail
    # The same at every try: whoever gets it twice can tell (RFC 5322, 3.6.4).
    told["Message-ID"] = f"<kb-message-{letter.id}@{now.mail_from.rpartition('@')[2]}>"
    told["Auto-Submitted"] = "auto-generated"
    told.set_content(letter.text)
    with _server(now) as server:
        if now.mail_user:
            server.login(now.mail_user, keys.mail_password)
        server.send_message(told)


def _server(now: Settings) -> smtplib.SMTP:
    """A connection that is encrypted wherever it can be, and always where a password is going to be sent."""
    context = ssl.create_default_context()
    if now.mail_port == smtplib.SMTP_SSL_PORT:
        return smtplib.SMTP_SSL(now.mail_host, now.mail_port, local_hostname="kb", timeout=SECONDS, context=context)
    server = smtplib.SMTP(now.mail_host, now.mail_port, local_hostname="kb", timeout=SECONDS)
    try:
        server.ehlo_or_helo_if_needed()
        # A server on this very machine has a certificate of its own making, if any.
        if server.has_extn("starttls") and now.mail_host not in ("localhost", "127.0.0.1"):
            server.starttls(context=context)
            server.ehlo()
        elif now.mail_user:
            raise smtplib.SMTPNotSupportedError("a password is not sent without encryption")
    except BaseException:
        server.close()
        raise
    return server


def post(letter: Letter, now: Settings, keys: Keys) -> None:
    """Send the letter to the one address that is set, signed; raises OSError or HTTPException where it is not taken.

    No redirect is followed: an address that was never set must not learn anything.
    """
    parts = urlsplit(now.webhook_url)
    facts = {"id": letter.id, "kind": letter.kind, "to": letter.to, "sentence": letter.sentence, "url": letter.url}
    body = json.dumps(facts, ensure_ascii=False).encode()
    if parts.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            parts.hostname or "", parts.port, timeout=SECONDS, context=ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
    place = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "KB-Signature": "sha256=" + hmac.new(keys.webhook.encode(), body, hashlib.sha256).hexdigest(),
    }
    try:
        connection.request("POST", place, body, headers)
        status = connection.getresponse().status
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise http.client.HTTPException(f"the webhook answered {status}")


def _claim(store: Store, write: Write, now: Settings) -> list[tuple[int, Way, Letter]]:
    """Put down one more try of everything that is due, and write its letters."""
    claimed = []
    with store.writing() as db:
        at = clock.now()
        for one in messages.due(db, at=at, limit=BATCH):
            if not _goes(one, now):
                messages.delivered(db, one.id)
                continue
            one.tries += 1
            one.due_at = at + PAUSES[one.tries - 1] if one.tries < limits.SEND_TRIES else None
            try:
                claimed.append((one.id, one.way, write(db, one.message, one.way)))
            except Exception:  # One message that can't be put into words must not keep the others waiting.
                log.exception("message %s could not be written", one.message_id)
    return claimed


def _goes(one: messages.Delivery, now: Settings) -> bool:
    """Whether this way is still wanted: it may have been closed since the message was told."""
    user = one.message.user
    if one.way is Way.WEBHOOK:
        return bool(now.webhook_url)
    return now.sends_mail and bool(user.mail) and user.disabled_at is None
