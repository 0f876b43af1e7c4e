"""People are told once of what concerns them, and of nothing else; what they may not read is not named."""

import pytest

from kb.rules.calls import Fault
from kb.rules.desk import MessageKind
from kb.rules.errors import NotFound
from kb.rules.pages import Audience, Language
from kb.rules.roles import SYSTEM, Actor
from kb.services import accounts, chores, flagging, messaging, settings
from kb.services.messaging import Message
from kb.store.base import Session, Store
from kb.store.messages import Delivery
from kb.store.users import User
from tests.conftest import StoppedClock
from tests.make import edit_page, make_actor, make_page, make_story


def told(db: Session, who: Actor) -> list[str]:
    return [item.message.kind.value for item in messaging.inbox(db, limit=50, by=who)[1]]


def test_nobody_is_told_of_their_own_deeds_or_by_nobodys_name(db: Session, operator: Actor, sv: Actor) -> None:
    messaging.tell(db, operator.id, MessageKind.TAKEN, by=operator)
    messaging.tell(db, None, MessageKind.TAKEN, by=sv)
    assert told(db, operator) == []
    messaging.tell(db, operator.id, MessageKind.TAKEN, by=sv)
    assert told(db, operator) == ["taken"]


def test_the_newest_come_first_and_are_unread_until_they_are_read(
    db: Session, clock: StoppedClock, operator: Actor, sv: Actor
) -> None:
    for kind in (MessageKind.TAKEN, MessageKind.RETURNED, MessageKind.PUBLISHED):
        messaging.tell(db, operator.id, kind, by=sv)
        clock.advance(minutes=1)
    assert told(db, operator) == ["published", "returned", "taken"]
    assert messaging.unread(db, by=operator) == 3
    newest = messaging.inbox(db, limit=1, by=operator)[1][0].message
    messaging.read(db, newest.id, by=operator)
    first = newest.read_at
    clock.advance(minutes=1)
    messaging.read(db, newest.id, by=operator)
    assert newest.read_at == first
    assert messaging.unread(db, by=operator) == 2


def test_what_comes_while_somebody_marks_all_as_read_stays_new(db: Session, operator: Actor, sv: Actor) -> None:
    messaging.tell(db, operator.id, MessageKind.TAKEN, by=sv)
    seen = messaging.newest(db, by=operator)
    messaging.tell(db, operator.id, MessageKind.PUBLISHED, by=sv)
    assert messaging.read_all(db, up_to=seen, by=operator) == 1
    assert messaging.unread(db, by=operator) == 1


def test_nobody_reads_or_marks_the_messages_of_others(db: Session, operator: Actor, sv: Actor) -> None:
    messaging.tell(db, operator.id, MessageKind.TAKEN, by=sv)
    number = messaging.newest(db, by=operator)
    for act in (messaging.one, messaging.read):
        with pytest.raises(NotFound):
            act(db, number, by=sv)
    assert messaging.read_all(db, up_to=number, by=sv) == 0
    assert messaging.unread(db, by=operator) == 1


def test_a_page_is_named_only_while_its_reader_may_read_it(db: Session, operator: Actor, sv: Actor) -> None:
    page = make_page(db, "夜間の配送", audience=Audience.STAFF)
    for who in (operator, sv):
        messaging.tell(db, who.id, MessageKind.FIXED, by=SYSTEM, page_id=page.id)
    assert messaging.inbox(db, limit=1, by=operator)[1][0].title == "夜間の配送"
    edit_page(db, page, "SVだけの文。", title="SVだけの題", audience=Audience.SV)
    db.expire_all()
    hidden, shown = (messaging.inbox(db, limit=1, by=who)[1][0] for who in (operator, sv))
    assert (hidden.title, hidden.page) == ("", None)
    assert shown.title == "SVだけの題"


def test_ones_own_words_keep_their_title_wherever_they_went(db: Session, operator: Actor, sv: Actor) -> None:
    story = make_story(db, title="わたしの話", by=operator)
    messaging.tell(db, operator.id, MessageKind.REJECTED, by=sv, page_id=story.page_id, revision_id=story.id)
    item = messaging.inbox(db, limit=1, by=operator)[1][0]
    assert (item.title, item.is_own) == ("わたしの話", True)


def test_messages_go_after_the_days_that_are_set_and_not_before(
    db: Session, clock: StoppedClock, operator: Actor, sv: Actor
) -> None:
    settings.change(db, {"message_days": "30", "webhook_url": "https://hooks.example.com/kb"}, by=SYSTEM)
    messaging.tell(db, operator.id, MessageKind.TAKEN, by=sv)
    clock.advance(days=29, hours=23)
    assert messaging.forget(db) == 0
    clock.advance(hours=2)
    assert messaging.forget(db) == 1
    assert told(db, operator) == []
    assert db.query(Delivery).count() == 0


def test_the_hourly_chores_go_on_where_one_of_them_fails(
    store: Store, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(db: Session) -> int:
        raise RuntimeError("on purpose")

    with store.writing() as db:
        messaging.tell(db, make_actor(db).id, MessageKind.TAKEN, by=SYSTEM)
    clock.advance(days=400)
    monkeypatch.setattr(chores, "CHORES", {"first": broken, "messages forgotten": messaging.forget})
    chores.do(store)
    assert "first" in caplog.text
    with store.reading() as db:
        assert db.query(Message).count() == 0


def test_who_flagged_a_page_is_thanked_once_it_says_something_else(db: Session, operator: Actor, sv: Actor) -> None:
    page = make_page(db)
    early = flagging.flag(db, page.id, None, Fault.WRONG, "日数が違います", by=operator)
    flagging.close(db, early.id, "そのままで合っています", by=sv)
    assert told(db, operator) == []
    late = flagging.flag(db, page.id, None, Fault.WRONG, "日数が違います", by=operator)
    edit_page(db, page, "お届けは三日です。", by=sv)
    db.expire_all()
    flagging.close(db, late.id, "直しました", by=sv)
    assert told(db, operator) == ["fixed"]


def test_one_may_say_where_ones_own_messages_go(db: Session, operator: Actor) -> None:
    from_here = accounts.own(db, by=operator)
    accounts.set_own_mail(db, "hanako@example.com", Language.EN, by=operator)
    user = db.get(User, operator.id)
    assert user is from_here
    assert (user.mail, user.language) == ("hanako@example.com", "en")
