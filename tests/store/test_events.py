"""Events are added and never changed or taken away: the database itself refuses."""

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from kb.rules.roles import SYSTEM
from kb.store import events
from kb.store.base import Session
from kb.store.events import Event
from tests.conftest import StoppedClock
from tests.make import make_actor, make_page


@pytest.fixture
def event(db: Session) -> Event:
    events.record(db, "tested", by=SYSTEM, why="とにかく")
    db.flush()
    return db.scalars(select(Event)).one()


def test_an_event_can_not_be_changed(db: Session, event: Event) -> None:
    with pytest.raises(IntegrityError, match="append only"):
        db.execute(update(Event).values(verb="rewritten"))


def test_an_event_can_not_be_changed_through_the_model(db: Session, event: Event) -> None:
    event.verb = "rewritten"
    with pytest.raises(IntegrityError, match="append only"):
        db.flush()


def test_an_event_can_not_be_deleted(db: Session, event: Event) -> None:
    with pytest.raises(IntegrityError, match="append only"):
        db.execute(delete(Event))


def test_an_event_keeps_who_when_and_the_facts(db: Session, clock: StoppedClock) -> None:
    who = make_actor(db)
    events.record(db, "tested", by=who, old=1, new="二")
    db.flush()
    found = db.scalars(select(Event)).one()
    assert (found.actor_id, found.at, found.facts) == (who.id, clock.time, {"old": 1, "new": "二"})


def test_the_newest_events_come_first_and_continue_before_the_last_one_seen(db: Session) -> None:
    for number in range(5):
        events.record(db, "tested", by=SYSTEM, number=number)
    first = events.newest(db, limit=2)
    rest = events.newest(db, before=first[-1].id)
    assert [one.facts["number"] for one in [*first, *rest]] == [4, 3, 2, 1, 0]
    assert events.newest(db, verbs=["never"]) == []


def test_the_events_of_a_page_are_told_from_the_oldest_on(db: Session) -> None:
    page, other = make_page(db), make_page(db)
    events.record(db, "tested", by=SYSTEM, page_id=page.id)
    assert [one.verb for one in events.of_page(db, page.id)] == ["page created", "tested"]
    assert [one.verb for one in events.of_page(db, other.id)] == ["page created"]
