"""Accounts: opening, changing and closing them, and the last administrator."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kb.rules import limits
from kb.rules.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, TooMany
from kb.rules.roles import SYSTEM, VISITOR, Role
from kb.services import accounts, passwords
from kb.store.base import Session, Store
from kb.store.events import Event
from kb.store.users import User
from tests.conftest import StoppedClock
from tests.make import PASSWORD, make_actor, make_user

NEW = "another-password-7"


def test_a_password_is_changed_only_by_who_knows_the_old_one(db: Session) -> None:
    user = make_user(db)
    with pytest.raises(Invalid) as refused:
        accounts.change_password(db, "not-the-old-one", NEW, by=user.actor)
    assert refused.value.field == "old"
    with pytest.raises(Invalid) as refused:
        accounts.change_password(db, PASSWORD, PASSWORD, by=user.actor)
    assert refused.value.field == "password"
    with pytest.raises(Invalid):
        accounts.change_password(db, PASSWORD, "short", by=user.actor)
    assert (passwords.fits(user.password_hash, PASSWORD), user.epoch) == (True, 1)


def test_a_reset_password_is_told_once_and_works(db: Session) -> None:
    user = make_user(db, name="sato")
    _user, password = accounts.reset_password(db, user.id, by=SYSTEM)
    assert accounts.check(db, "sato", password) is user
    db.flush()
    assert password not in str([event.facts for event in db.scalars(select(Event))])


@pytest.mark.parametrize(
    "change",
    [
        lambda db, user_id: accounts.set_role(db, user_id, Role.SV, by=SYSTEM),
        lambda db, user_id: accounts.close(db, user_id, by=SYSTEM),
    ],
)
def test_the_last_administrator_stays_one(db: Session, change) -> None:  # type: ignore[no-untyped-def]
    last, other = make_user(db, Role.ADMIN), make_user(db, Role.ADMIN)
    accounts.close(db, other.id, by=SYSTEM)
    with pytest.raises(Conflict, match="管理者がいなくなって"):
        change(db, last.id)
    assert last.role is Role.ADMIN and last.disabled_at is None
    accounts.reopen(db, other.id, by=SYSTEM)
    change(db, last.id)


@pytest.mark.parametrize("name", ["", " ", "佐藤", "a b", ".a", "-a", "a/b", "a\nb"])
def test_a_name_that_can_not_be_typed_everywhere_is_refused(db: Session, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        accounts.add(db, name, role=Role.SV, password=PASSWORD, by=SYSTEM)
    assert refused.value.field == "name"


def test_a_name_in_use_is_refused_in_any_spelling(db: Session) -> None:
    accounts.add(db, "Sato.1", role=Role.SV, password=PASSWORD, by=SYSTEM)
    with pytest.raises(Conflict):
        accounts.add(db, "ＳＡＴＯ.1", role=Role.SV, password=PASSWORD, by=SYSTEM)


def test_nobody_is_given_the_role_of_a_customer(db: Session) -> None:
    user = make_user(db)
    with pytest.raises(Invalid):
        accounts.add(db, "sato", role=Role.CUSTOMER, password=PASSWORD, by=SYSTEM)
    with pytest.raises(Invalid):
        accounts.set_role(db, user.id, Role.CUSTOMER, by=SYSTEM)
    assert user.role is Role.OPERATOR


def test_a_display_name_has_one_line_of_sixty_letters_at_most(db: Session) -> None:
    user = make_user(db)
    for name in ("", "　", "あ" * 61):
        with pytest.raises(Invalid):
            accounts.rename(db, user.id, name, by=SYSTEM)
    accounts.rename(db, user.id, "あ" * 60, by=SYSTEM)
    assert user.display_name == "あ" * 60


MANAGING = {
    "add": lambda db, by: accounts.add(db, "new", role=Role.SV, password=PASSWORD, by=by),
    "everybody": lambda db, by: accounts.everybody(db, by=by),
    "reset_password": lambda db, by: accounts.reset_password(db, 1, by=by),
    "set_role": lambda db, by: accounts.set_role(db, 1, Role.SV, by=by),
    "rename": lambda db, by: accounts.rename(db, 1, "名前", by=by),
    "close": lambda db, by: accounts.close(db, 1, by=by),
    "reopen": lambda db, by: accounts.reopen(db, 1, by=by),
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("verb", MANAGING)
def test_only_an_administrator_keeps_accounts(db: Session, verb: str, role: Role) -> None:
    make_user(db)
    actor = make_actor(db, role)
    if role is Role.ADMIN:
        MANAGING[verb](db, actor)
        return
    with pytest.raises(NotSignedIn if role is Role.CUSTOMER else NotAllowed):
        MANAGING[verb](db, actor)


def test_nothing_is_done_to_an_account_that_is_not_there(db: Session) -> None:
    for verb in ("reset_password", "set_role", "rename", "close", "reopen"):
        with pytest.raises(NotFound):
            MANAGING[verb](db, SYSTEM)
    with pytest.raises(NotFound):
        accounts.change_password(db, PASSWORD, NEW, by=VISITOR)


def test_every_change_of_an_account_is_an_event(db: Session, clock: StoppedClock) -> None:
    admin = make_actor(db, Role.ADMIN)
    user = accounts.add(db, "sato", role=Role.OPERATOR, password=PASSWORD, by=admin)
    accounts.set_role(db, user.id, Role.SV, by=admin)
    accounts.rename(db, user.id, "佐藤", by=admin)
    accounts.reset_password(db, user.id, by=admin)
    accounts.close(db, user.id, by=admin)
    accounts.reopen(db, user.id, by=admin)
    db.flush()
    told = [(one.verb, one.actor_id) for one in db.scalars(select(Event).where(Event.user_id == user.id))]
    verbs = "account opened, role changed, display name changed, password reset, account closed, account reopened"
    assert told == [(verb, admin.id) for verb in verbs.split(", ")]


def test_tries_are_counted_over_every_worker(store: Store, clock: StoppedClock) -> None:
    for _ in range(10):
        with store.writing() as db:
            accounts.count_try(db, "sato")
    with store.writing() as db, pytest.raises(TooMany):
        accounts.count_try(db, "sato")
    clock.advance(seconds=limits.SIGN_IN_WINDOW + 1)
    with store.reading() as db:
        assert accounts.tries_left(db, "sato", "") == 10


def test_the_window_is_fifteen_minutes() -> None:
    assert timedelta(seconds=limits.SIGN_IN_WINDOW) == timedelta(minutes=15)


def test_everybody_is_listed_with_the_closed_accounts_last(db: Session) -> None:
    names = ["c", "b", "a"]
    users = {name: make_user(db, name=name) for name in names}
    accounts.close(db, users["a"].id, by=SYSTEM)
    db.flush()
    assert [user.name for user in accounts.everybody(db, by=SYSTEM)] == ["b", "c", "a"]
    assert db.scalar(select(func.count()).select_from(User)) == 3
