"""The two engines: what each connection is set to, who may write, and that no write is lost."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from kb.rules.review_states import State
from kb.rules.roles import SYSTEM
from kb.services import publishing
from kb.store.base import Session, Store, open_store
from kb.store.pages import Page, Revision, next_number
from kb.store.users import SignInTry, User
from tests.make import make_page, make_user, text

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "busy_timeout": 10_000,
    "query_only": 0,
    "cache_size": -16_384,
}
PROCESSES, THREADS, TIMES = 4, 2, 60


def pragmas(engine: Engine, *names: str) -> dict[str, object]:
    with engine.connect() as connection:
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}


def test_a_writing_connection_is_wal_full_with_foreign_keys_and_patience(store: Store) -> None:
    assert pragmas(store.writer, *PRAGMAS) == PRAGMAS


def test_a_reading_connection_refuses_to_write_and_waits_as_long(store: Store) -> None:
    with store.writer.connect():
        found = pragmas(store.reader, *PRAGMAS)
    # How a commit reaches the disk is the writer's affair.
    assert found | {"synchronous": 2} == PRAGMAS | {"query_only": 1}


def test_a_second_connection_of_the_pool_is_set_up_like_the_first(store: Store) -> None:
    with store.reader.connect(), store.reader.connect() as second:
        assert second.exec_driver_sql("PRAGMA query_only").scalar() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO tags (name) VALUES ('x')",
        "UPDATE users SET epoch = 9",
        "DELETE FROM users",
        "DROP TABLE tags",
        "CREATE TABLE more (x)",
    ],
)
def test_reading_can_not_write_and_writing_can(store: Store, statement: str) -> None:
    with store.reading() as db, pytest.raises(OperationalError, match="readonly"):
        db.connection().exec_driver_sql(statement)
    with store.writing() as db:
        db.connection().exec_driver_sql(statement)


def test_reading_can_not_write_through_the_models_either(store: Store) -> None:
    with store.writing() as db:
        user_id = make_user(db).id
    with store.reading() as db:
        db.get_one(User, user_id).epoch = 7
        with pytest.raises(OperationalError, match="readonly"):
            db.commit()
    with store.writing() as db:
        db.get_one(User, user_id).epoch = 7
    with store.reading() as db:
        assert db.get_one(User, user_id).epoch == 7


def test_a_writing_session_holds_the_write_lock_before_its_first_select(store: Store, database: str) -> None:
    other = sqlite3.connect(database.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
    with store.session(write=True) as db:
        db.scalar(select(User.id))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        db.rollback()
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    other.close()


def test_a_reading_session_keeps_nobody_from_writing_and_sees_one_moment(store: Store) -> None:
    with store.reading() as db:
        assert db.scalar(select(User.id)) is None
        with store.writing() as writing:
            make_user(writing)
        assert db.scalar(select(User.id)) is None
    with store.reading() as db:
        assert db.scalar(select(User.id)) is not None


def test_each_engine_begins_in_its_own_way(database: str) -> None:
    store = open_store(database)
    said: dict[str, list[str]] = {"writer": [], "reader": []}
    for name in said:
        engine = getattr(store, name)

        @event.listens_for(engine, "before_cursor_execute")
        def note(connection, cursor, statement, *rest, name=name):  # type: ignore[no-untyped-def]
            said[name].append(statement)

        with engine.begin() as connection:
            connection.exec_driver_sql("SELECT 1")
    assert said == {"writer": ["BEGIN IMMEDIATE", "SELECT 1"], "reader": ["BEGIN", "SELECT 1"]}
    store.close()


def test_an_exception_undoes_everything_that_was_written(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.writing() as db:
        make_user(db)
        raise ZeroDivisionError
    with store.reading() as db:
        assert db.scalar(select(User.id)) is None


# One process of the crowd: THREADS threads each read, add one and write, TIMES times.
CROWD = """
import sys
from concurrent.futures import ThreadPoolExecutor
from kb.store import users
from kb.store.base import open_store
store = open_store(sys.argv[1])
def add(_):
    with store.writing() as db:
        user = db.get_one(users.User, 1)
        user.epoch = user.epoch + 1
with ThreadPoolExecutor({threads}) as pool:
    print(len(list(pool.map(add, range({times})))))
"""


def test_eight_writers_in_four_processes_lose_no_update_and_none_is_refused(store: Store, database: str) -> None:
    with store.writing() as db:
        assert make_user(db, epoch=0).id == 1
    script = CROWD.format(threads=THREADS, times=THREADS * TIMES)
    crowd = [
        subprocess.Popen(
            [sys.executable, "-c", script, database], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(PROCESSES)
    ]
    answers = [process.communicate(timeout=120) for process in crowd]
    assert answers == [(f"{THREADS * TIMES}\n", "")] * PROCESSES
    with store.reading() as db:
        assert db.get_one(User, 1).epoch == PROCESSES * THREADS * TIMES


def test_sixteen_threads_number_the_revisions_of_a_page_without_gap_or_twin(store: Store) -> None:
    with store.writing() as db:
        page_id = make_page(db).id
    together = Barrier(16)

    def add(turn: int) -> int:
        together.wait()
        with store.writing() as db:
            page = db.get_one(Page, page_id)
            said = text(body=f"本文 {turn}")
            return publishing.new_revision(db, page, said, state=State.SUBMITTED, base_id=None, by=SYSTEM).number

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(add, range(16))) == list(range(2, 18))


def test_the_database_refuses_a_second_revision_of_one_number(db: Session) -> None:
    page = make_page(db)
    assert next_number(db, page.id) == 2
    twin = {name: getattr(page.current, name) for name in ("page_id", "title", "body", "audience", "state")}
    db.add(Revision(number=1, created_at=datetime.now(UTC), **twin))
    with pytest.raises(IntegrityError, match=r"revisions\.page_id, revisions\.number"):
        db.flush()


def test_a_revision_number_below_one_is_refused(db: Session) -> None:
    make_page(db)
    with pytest.raises(IntegrityError, match="ck_revisions_number"):
        db.connection().exec_driver_sql("UPDATE revisions SET number = 0")


def test_a_time_comes_back_in_utc_whatever_zone_it_was_given_in(store: Store) -> None:
    tokyo = datetime(2030, 1, 2, 8, 30, 15, 123456, tzinfo=timezone(timedelta(hours=9)))
    with store.writing() as db:
        db.add(SignInTry(name="a", at=tokyo))
    with store.reading() as db:
        found = db.scalars(select(SignInTry.at)).one()
    assert found == tokyo
    assert found.tzinfo is UTC
    assert found.isoformat() == "2030-01-01T23:30:15.123456+00:00"


def test_a_time_without_a_zone_is_refused(db: Session) -> None:
    db.add(SignInTry(name="a", at=datetime(2030, 1, 1)))
    with pytest.raises(StatementError, match="without a zone"):
        db.flush()
