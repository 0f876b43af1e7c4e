"""Messages leave the house once, by mail and by webhook, and only where that is set and wanted."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from kb.rules import limits
from kb.rules.desk import MessageKind
from kb.rules.errors import Faults
from kb.rules.roles import SYSTEM, Actor, Role
from kb.services import accounts, messaging, sending, settings
from kb.services.messaging import Message, Way
from kb.services.sending import Keys, Letter
from kb.store import messages
from kb.store.base import Session, Store
from kb.store.messages import Delivery
from tests.conftest import StoppedClock
from tests.make import make_actor
from tests.services.post_office import Desk, mail_server, webhook

KEYS = Keys("the app's own secret")


def write(db: Session, message: Message, way: Way) -> Letter:
    """A letter without the words of the screens."""
    user = message.user
    return Letter(message.id, message.kind.value, user.name, user.mail, "「題」が\n公開", "http://kb/1", "本文\n")


@pytest.fixture
def post() -> Iterator[Desk]:
    with mail_server() as desk:
        yield desk


@pytest.fixture
def hook() -> Iterator[Desk]:
    with webhook() as desk:
        yield desk


def by_mail(db: Session, post: Desk, who: Actor) -> None:
    """Let this person have mail."""
    wanted = {"mail_on": "on", "mail_host": "127.0.0.1", "mail_port": post.port, "mail_from": "kb@example.com"}
    settings.change(db, wanted, by=SYSTEM)
    accounts.set_mail(db, who.id or 0, "hanako@example.com", by=SYSTEM)


def test_nothing_leaves_the_house_until_it_is_set(store: Store, post: Desk) -> None:
    with store.writing() as db:
        who, sv = make_actor(db), make_actor(db, Role.SV)
        messaging.tell(db, who.id, MessageKind.TAKEN, by=sv)
        by_mail(db, post, who)
        assert db.query(Delivery).count() == 0
        messaging.tell(db, who.id, MessageKind.PUBLISHED, by=sv)
        messaging.tell(db, sv.id, MessageKind.PUBLISHED, by=who)
    assert sending.deliver(store, write, KEYS) == 1
    assert [mail["To"] for mail in post.mails] == ["hanako@example.com"]


def test_a_mail_leaves_once_with_one_line_as_its_subject(store: Store, post: Desk) -> None:
    with store.writing() as db:
        who = make_actor(db)
        by_mail(db, post, who)
        messaging.tell(db, who.id, MessageKind.PUBLISHED, by=SYSTEM)
    for _time in range(3):
        sending.deliver(store, write, KEYS)
    assert len(post.mails) == 1
    mail = post.mails[0]
    assert mail["Subject"] == "「題」が 公開"
    assert mail.get_content().strip() == "本文"
    assert mail.get_content_type() == "text/plain"


def test_a_letter_is_tried_five_times_with_growing_pauses_and_then_given_up(
    store: Store, clock: StoppedClock, post: Desk
) -> None:
    with store.writing() as db:
        who = make_actor(db)
        by_mail(db, post, who)
        messaging.tell(db, who.id, MessageKind.PUBLISHED, by=SYSTEM)
    post.refusing = True
    assert list(sending.PAUSES) == sorted(sending.PAUSES)
    assert len(set(sending.PAUSES)) == limits.SEND_TRIES - 1
    for number, pause in enumerate(sending.PAUSES, 1):
        assert sending.deliver(store, write, KEYS) == 1
        assert sending.deliver(store, write, KEYS) == 0
        assert post.tried == number
        clock.advance(seconds=pause.total_seconds())
    assert sending.deliver(store, write, KEYS) == 1
    clock.advance(days=30)
    assert sending.deliver(store, write, KEYS) == 0
    assert (post.tried, post.mails) == (limits.SEND_TRIES, [])
    with store.reading() as db:
        assert messages.given_up(db) == 1


def test_what_failed_at_first_leaves_at_the_next_try_and_not_again(
    store: Store, clock: StoppedClock, post: Desk
) -> None:
    with store.writing() as db:
        who = make_actor(db)
        by_mail(db, post, who)
        messaging.tell(db, who.id, MessageKind.PUBLISHED, by=SYSTEM)
    post.refusing = True
    sending.deliver(store, write, KEYS)
    post.refusing = False
    for _time in range(3):
        clock.advance(hours=1)
        sending.deliver(store, write, KEYS)
    assert len(post.mails) == 1


def test_two_senders_at_once_send_every_letter_once(store: Store, post: Desk) -> None:
    with store.writing() as db:
        who = make_actor(db)
        by_mail(db, post, who)
        for _number in range(12):
            messaging.tell(db, who.id, MessageKind.PUBLISHED, by=SYSTEM)
    threads = [threading.Thread(target=sending.deliver, args=(store, write, KEYS)) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len({mail["Message-ID"] for mail in post.mails}) == 12
    assert len(post.mails) == 12


def test_whoever_is_closed_or_wants_no_mail_any_more_gets_none(store: Store, post: Desk) -> None:
    with store.writing() as db:
        one, other = make_actor(db), make_actor(db)
        for who in (one, other):
            by_mail(db, post, who)
            messaging.tell(db, who.id, MessageKind.PUBLISHED, by=SYSTEM)
        accounts.close(db, one.id or 0, by=SYSTEM)
        accounts.set_mail(db, other.id or 0, "", by=SYSTEM)
    assert sending.deliver(store, write, KEYS) == 0
    assert post.mails == []
    with store.reading() as db:
        assert db.query(Delivery).count() == 0


def test_a_webhook_is_told_what_and_where_and_can_check_by_whom(store: Store, hook: Desk) -> None:
    with store.writing() as db:
        settings.change(db, {"webhook_url": f"http://127.0.0.1:{hook.port}/kb?room=1"}, by=SYSTEM)
        who = make_actor(db)
        messaging.tell(db, who.id, MessageKind.PUBLISHED, by=SYSTEM)
    sending.deliver(store, write, KEYS)
    ((headers, body),) = hook.posts
    facts = json.loads(body)
    assert facts == {"id": 1, "kind": "published", "to": who.name, "sentence": "「題」が\n公開", "url": "http://kb/1"}
    expected = hmac.new(KEYS.webhook.encode(), body, hashlib.sha256).hexdigest()
    assert headers["KB-Signature"] == f"sha256={expected}"
    # Whoever checks it must not learn what sessions are signed with.
    assert KEYS.secret not in KEYS.webhook


def test_a_webhook_follows_no_redirect(store: Store, hook: Desk) -> None:
    with store.writing() as db:
        settings.change(db, {"webhook_url": f"http://127.0.0.1:{hook.port}/kb"}, by=SYSTEM)
        messaging.tell(db, make_actor(db).id, MessageKind.PUBLISHED, by=SYSTEM)
    with webhook() as elsewhere:
        hook.status, hook.location = 307, f"http://127.0.0.1:{elsewhere.port}/kb"
        sending.deliver(store, write, KEYS)
        assert (hook.tried, elsewhere.tried) == (1, 0)
    with store.reading() as db:
        assert db.query(Delivery).count() == 1


def test_a_message_that_nobody_can_put_into_words_keeps_no_other_waiting(
    store: Store, hook: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    def stumbling(db: Session, message: Message, way: Way) -> Letter:
        if message.kind is MessageKind.TAKEN:
            raise KeyError("month")
        return write(db, message, way)

    with store.writing() as db:
        settings.change(db, {"webhook_url": f"http://127.0.0.1:{hook.port}/kb"}, by=SYSTEM)
        who = make_actor(db)
        for kind in (MessageKind.TAKEN, MessageKind.PUBLISHED):
            messaging.tell(db, who.id, kind, by=SYSTEM)
    sending.deliver(store, stumbling, KEYS)
    assert [json.loads(body)["kind"] for _headers, body in hook.posts] == ["published"]
    assert "could not be written" in caplog.text


@pytest.mark.parametrize("kind", MessageKind)
def test_what_concerns_one_person_alone_goes_to_no_webhook(db: Session, kind: MessageKind, operator: Actor) -> None:
    settings.change(db, {"webhook_url": "https://hooks.example.com/kb"}, by=SYSTEM)
    messaging.tell(db, operator.id, kind, by=SYSTEM)
    is_private = kind in (MessageKind.COACHED, MessageKind.USED)
    assert db.query(Delivery).count() == (0 if is_private else 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("webhook_url", "http://hooks.example.com/kb"),
        ("webhook_url", "https://name:word@hooks.example.com/"),
        ("webhook_url", "ftp://hooks.example.com/"),
        ("webhook_url", "https://"),
        ("webhook_url", "https://フック.example.com/"),
        ("mail_host", "smtp.example.com:25"),
        ("mail_port", "0"),
        ("mail_from", "kb"),
        ("message_days", "3"),
    ],
)
def test_addresses_that_nothing_may_be_sent_to_are_refused(db: Session, name: str, value: Any) -> None:
    with pytest.raises(Faults):
        settings.change(db, {name: value}, by=SYSTEM)
