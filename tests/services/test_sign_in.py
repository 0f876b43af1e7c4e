"""Signing in: its limit, what counts as a try, and when a session ends."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from kb.rules import limits
from kb.rules.errors import TooMany
from kb.rules.roles import SYSTEM, Role
from kb.services import accounts, passwords
from kb.store.base import Session, Store
from kb.store.users import SignInTry
from tests.conftest import StoppedClock
from tests.make import PASSWORD, make_user

NEW = "another-password-7"


def fail(db: Session, name: str, times: int, device: str = "") -> None:
    for _ in range(times):
        accounts.count_try(db, name, device=device)


def test_the_right_password_signs_in_and_a_wrong_one_does_not(db: Session) -> None:
    user = make_user(db, name="sato")
    assert accounts.check(db, "sato", PASSWORD) is user
    with pytest.raises(accounts.Refused) as refused:
        accounts.check(db, "sato", PASSWORD[:-1])
    assert refused.value.status == 401


@pytest.mark.parametrize("typed", ["SATO", " sato ", "ｓａｔｏ", "Sato"])
def test_a_name_is_known_in_any_width_and_case(db: Session, typed: str) -> None:
    user = make_user(db, name="sato")
    assert accounts.check(db, typed, PASSWORD) is user


def test_unknown_closed_and_wrong_answer_alike(db: Session) -> None:
    make_user(db, name="sato")
    closed = make_user(db, name="closed")
    closed.disabled_at = closed.created_at
    told = []
    for name, password in (("sato", "wrong-password"), ("closed", PASSWORD), ("nobody", PASSWORD)):
        with pytest.raises(accounts.Refused) as refused:
            accounts.check(db, name, password)
        told.append((str(refused.value), refused.value.status, refused.value.code, refused.value.field))
    assert len(set(told)) == 1


@pytest.mark.parametrize("name", ["sato", "nobody"])
def test_ten_wrong_passwords_close_the_door_whether_or_not_the_name_exists(
    db: Session, clock: StoppedClock, name: str
) -> None:
    make_user(db, name="sato")
    assert accounts.tries_left(db, name, "") == limits.SIGN_IN_TRIES == 10
    fail(db, name, 9)
    assert accounts.tries_left(db, name, "") == 1
    assert accounts.count_try(db, name) == 0
    with pytest.raises(TooMany) as refused:
        accounts.count_try(db, name)
    assert (refused.value.status, refused.value.retry_after) == (429, 900)


def test_the_tries_of_another_spelling_are_the_same_tries(db: Session, clock: StoppedClock) -> None:
    fail(db, "sato", 5)
    fail(db, "ＳＡＴＯ", 5)
    with pytest.raises(TooMany):
        accounts.tries_left(db, "Sato ", "")


def test_one_person_locked_out_locks_nobody_else_out(db: Session, clock: StoppedClock) -> None:
    fail(db, "sato", 10)
    assert accounts.tries_left(db, "suzuki", "") == 10


def test_the_door_opens_again_fifteen_minutes_after_the_first_try_and_not_before(
    db: Session, clock: StoppedClock
) -> None:
    fail(db, "sato", 10)
    clock.advance(minutes=14, seconds=59)
    with pytest.raises(TooMany) as refused:
        accounts.tries_left(db, "sato", "")
    assert refused.value.retry_after == 1
    clock.advance(seconds=2)
    assert accounts.tries_left(db, "sato", "") == 10


def test_a_refused_try_is_not_counted_so_a_stranger_can_not_keep_somebody_out(db: Session, clock: StoppedClock) -> None:
    user = make_user(db, name="sato")
    fail(db, "sato", 10)
    for _ in range(14):
        clock.advance(minutes=1)
        with pytest.raises(TooMany):
            accounts.count_try(db, "sato")
    clock.advance(minutes=1, seconds=1)
    assert accounts.count_try(db, "sato") == 9
    assert accounts.check(db, "sato", PASSWORD) is user


def test_tries_spread_over_time_free_the_door_one_by_one(db: Session, clock: StoppedClock) -> None:
    for _ in range(10):
        fail(db, "sato", 1)
        clock.advance(minutes=1)
    with pytest.raises(TooMany) as refused:
        accounts.tries_left(db, "sato", "")
    assert refused.value.retry_after == 5 * 60
    clock.advance(minutes=5, seconds=1)
    assert accounts.tries_left(db, "sato", "") == 1


def test_a_device_that_signed_in_before_has_tries_of_its_own(db: Session, clock: StoppedClock) -> None:
    fail(db, "sato", 10)
    assert accounts.tries_left(db, "sato", "sato") == 10
    fail(db, "sato", 10, device="sato")
    with pytest.raises(TooMany):
        accounts.count_try(db, "sato", device="sato")


def test_guesses_made_at_once_do_not_pass_the_limit_together(store: Store) -> None:
    def guess(_: int) -> bool:
        try:
            with store.writing() as db:
                accounts.count_try(db, "sato")
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(guess, range(32))) == limits.SIGN_IN_TRIES


def test_signing_in_forgets_the_tries_of_this_device_and_only_those(db: Session, clock: StoppedClock) -> None:
    user = make_user(db, name="sato")
    fail(db, "sato", 4)
    fail(db, "sato", 3, device="sato")
    fail(db, "suzuki", 2)
    accounts.note_success(db, user.id, PASSWORD, device="sato")
    left = [accounts.tries_left(db, *who) for who in (("sato", ""), ("sato", "sato"), ("suzuki", ""))]
    assert left == [6, 10, 8]
    assert user.last_seen_at == clock.time


def test_signing_in_sweeps_away_the_old_tries_of_everybody(db: Session, clock: StoppedClock) -> None:
    user = make_user(db, name="sato")
    fail(db, "suzuki", 5)
    clock.advance(minutes=16)
    fail(db, "suzuki", 1)
    accounts.note_success(db, user.id, PASSWORD)
    assert db.scalar(select(func.count()).select_from(SignInTry)) == 1


def test_checking_a_password_writes_nothing(store: Store) -> None:
    with store.writing() as db:
        make_user(db, name="sato")
    with store.reading() as db:
        assert accounts.check(db, "sato", PASSWORD).name == "sato"
        with pytest.raises(accounts.Refused):
            accounts.check(db, "sato", "wrong-password")
        assert not db.dirty and not db.new


def test_an_outdated_hash_is_renewed_when_its_owner_signs_in(db: Session) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    user = make_user(db, password_hash=weak)
    accounts.note_success(db, user.id, PASSWORD)
    assert not passwords.is_outdated(user.password_hash)
    assert passwords.fits(user.password_hash, PASSWORD)


# What ends every session → how it is done.
ENDINGS = {
    "a new password": lambda db, user: accounts.change_password(db, PASSWORD, NEW, by=user.actor),
    "a password reset": lambda db, user: accounts.reset_password(db, user.id, by=SYSTEM),
    "another role": lambda db, user: accounts.set_role(db, user.id, Role.SV, by=SYSTEM),
    "a closed account": lambda db, user: accounts.close(db, user.id, by=SYSTEM),
    "a reopened account": lambda db, user: (
        accounts.close(db, user.id, by=SYSTEM),
        accounts.reopen(db, user.id, by=SYSTEM),
    ),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_every_older_session_ends_with(db: Session, name: str) -> None:
    user, other = make_user(db), make_user(db)
    identity, others = accounts.identity_of(user), accounts.identity_of(other)
    assert accounts.identified(db, identity) == user.actor
    ENDINGS[name](db, user)
    db.flush()
    assert accounts.identified(db, identity) is None
    assert accounts.identified(db, others) == other.actor


def test_a_closed_account_has_no_session_even_of_the_newest_epoch(db: Session) -> None:
    user = make_user(db)
    accounts.close(db, user.id, by=SYSTEM)
    assert accounts.identified(db, accounts.identity_of(user)) is None


def test_a_new_display_name_or_the_same_role_ends_no_session(db: Session) -> None:
    user = make_user(db)
    identity = accounts.identity_of(user)
    accounts.rename(db, user.id, "佐藤　美咲", by=SYSTEM)
    accounts.set_role(db, user.id, user.role, by=SYSTEM)
    found = accounts.identified(db, identity)
    assert found is not None and found.display_name == "佐藤 美咲"


@pytest.mark.parametrize("identity", ["", ":", "1", "1:", ":1", "x:1", "1:x", "-1:1", "1:1:1", "99:1", "²:1", "１:1"])
def test_an_identity_that_nobody_was_given_is_nobody(db: Session, identity: str) -> None:
    user = make_user(db)
    assert accounts.identity_of(user) == "1:1"
    assert accounts.identified(db, identity) is None


def test_a_huge_identity_is_nobody_and_no_accident(db: Session) -> None:
    assert accounts.identified(db, f"{10**30}:1") is None
