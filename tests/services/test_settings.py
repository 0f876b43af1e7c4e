"""Settings: who may change them, what is recorded, and what fewer days do to inquiries that are here."""

from datetime import timedelta

import pytest

from kb.rules.errors import Faults, NotAllowed, NotSignedIn
from kb.rules.roles import SYSTEM, VISITOR, Actor, Role
from kb.services import inquiring, settings
from kb.services.inquiring import Letter
from kb.store import events
from kb.store.base import Session
from tests.conftest import StoppedClock
from tests.make import make_actor


@pytest.fixture
def admin(db: Session) -> Actor:
    return make_actor(db, Role.ADMIN)


def test_a_house_where_nobody_chose_has_the_defaults(db: Session) -> None:
    assert settings.is_untouched(db)
    assert settings.current(db).inquiry_days == 180
    assert settings.current(db).embed_origins == ()


def test_what_an_administrator_chose_holds_at_once_and_is_recorded(db: Session, admin: Actor) -> None:
    typed = {"inquiry_days": "30", "contact_phone": "", "embed_origins": "https://a.example\nhttps://b.example"}
    assert set(settings.change(db, typed, by=admin)) == {"inquiry_days", "embed_origins"}
    assert settings.current(db).inquiry_days == 30
    assert settings.current(db).embed_origins == ("https://a.example", "https://b.example")
    newest = events.newest(db)[0]
    assert (newest.verb, newest.actor_id) == ("settings changed", admin.id)
    assert newest.facts == {"settings": ["embed_origins", "inquiry_days"]}


def test_the_same_values_again_change_nothing_and_are_not_recorded(db: Session, admin: Actor) -> None:
    settings.change(db, {"inquiry_days": "30"}, by=admin)
    before = len(events.newest(db))
    assert settings.change(db, {"inquiry_days": " 30 "}, by=admin) == ()
    assert len(events.newest(db)) == before


def test_one_faulty_field_leaves_everything_as_it_was(db: Session, admin: Actor) -> None:
    with pytest.raises(Faults) as refused:
        settings.change(db, {"inquiry_days": "30", "contact_phone": "<b>"}, by=admin)
    assert set(refused.value.each) == {"contact_phone"}
    assert settings.is_untouched(db)


def test_nobody_but_administrators_changes_settings(db: Session, operator: Actor, sv: Actor) -> None:
    for actor, refusal in ((operator, NotAllowed), (sv, NotAllowed), (VISITOR, NotSignedIn)):
        with pytest.raises(refusal):
            settings.change(db, {"inquiry_days": "30"}, by=actor)
    assert settings.is_untouched(db)


def test_fewer_days_hold_for_what_is_here_and_more_days_do_not(db: Session, clock: StoppedClock) -> None:
    sent = inquiring.send(db, Letter("件名", "本文"))
    settings.change(db, {"inquiry_days": 30}, by=SYSTEM)
    db.refresh(sent)
    assert sent.expires_at == clock.time + timedelta(days=30)
    settings.change(db, {"inquiry_days": 365}, by=SYSTEM)
    db.refresh(sent)
    assert sent.expires_at == clock.time + timedelta(days=30)
    assert inquiring.send(db, Letter("件名", "本文")).expires_at == clock.time + timedelta(days=365)
