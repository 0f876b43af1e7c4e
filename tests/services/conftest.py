"""An operator and an SV for the tests of the services; and a story session that they hold."""

import pytest

from kb.rules.pages import Audience, Kind
from kb.rules.roles import Actor, Role
from kb.services import sessions, telling
from kb.store.base import Session
from kb.store.pages import Page
from kb.store.story_sessions import StorySession
from tests.make import make_actor, make_page, make_story
from tests.services.gathering import plan_of


@pytest.fixture
def operator(db: Session) -> Actor:
    return make_actor(db)


@pytest.fixture
def sv(db: Session) -> Actor:
    return make_actor(db, Role.SV)


@pytest.fixture
def teller(db: Session) -> Actor:
    return make_actor(db)


@pytest.fixture
def listener(db: Session) -> Actor:
    return make_actor(db)


@pytest.fixture
def story(db: Session, teller: Actor) -> Page:
    return make_story(db, by=teller, title="届かない荷物の話").page


@pytest.fixture
def case(db: Session) -> Page:
    return make_page(
        db, "運動会の前の晩", "## 状況（お客様の言葉）\n\nまだですか", kind=Kind.CASE, audience=Audience.STAFF
    )


@pytest.fixture
def planned(db: Session, sv: Actor, listener: Actor, story: Page, case: Page) -> StorySession:
    return sessions.plan(db, plan_of(story, case, people=(listener, sv)), by=sv)


@pytest.fixture
def running(db: Session, sv: Actor, planned: StorySession) -> StorySession:
    return telling.start(db, planned.id, by=sv)
