"""An operator and an SV for the tests of the services."""

import pytest

from kb.rules.roles import Actor, Role
from kb.store.base import Session
from tests.make import make_actor


@pytest.fixture
def operator(db: Session) -> Actor:
    return make_actor(db)


@pytest.fixture
def sv(db: Session) -> Actor:
    return make_actor(db, Role.SV)
