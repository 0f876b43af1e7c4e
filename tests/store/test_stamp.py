"""The stamp moves with every change of what customers see, whoever makes it, and with nothing else."""

import sqlite3

from sqlalchemy import inspect, text

from kb.rules.roles import SYSTEM
from kb.services import editing
from kb.store import schema
from kb.store.base import Base, Store, open_store
from kb.store.stamp import UNSEEN, Stamp
from tests.make import make_page, make_user


def watched(store: Store) -> dict[str, int]:
    """Table → how many triggers on it move the stamp."""
    with store.reading() as db:
        rows = db.execute(
            text("SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%content_stamp%'")
        )
        tables = [str(name) for (name,) in rows]
    return {table: tables.count(table) for table in tables}


def test_every_table_moves_the_stamp_in_three_ways_or_is_known_to_be_unseen(store: Store) -> None:
    found = watched(store)
    assert set(found.values()) == {3}
    assert found.keys() | UNSEEN == Base.metadata.tables.keys()
    assert not found.keys() & UNSEEN


def test_the_stamp_stays_while_nothing_is_written_and_moves_with_a_commit_of_anybody(
    store: Store, database: str
) -> None:
    stamp = Stamp(store)
    first = stamp()
    assert first is not None and stamp() == first
    with store.session(write=True) as db:
        page = make_page(db)
        assert stamp() == first
        db.rollback()
        assert stamp() == first
        page = make_page(db)
        db.commit()
    second = stamp()
    assert second not in (None, first)
    other = open_store(database)
    with other.writing() as db:
        editing.archive(db, page.id, by=SYSTEM)
    other.close()
    assert stamp() not in (None, second)


def test_what_nobody_outside_sees_leaves_the_stamp_as_it_is(store: Store) -> None:
    stamp = Stamp(store)
    first = stamp()
    with store.writing() as db:
        make_user(db)
    assert stamp() == first


def test_a_database_that_is_out_of_date_or_no_file_has_no_stamp(tmp_path, store: Store) -> None:
    empty = open_store(f"sqlite:///{tmp_path / 'empty.db'}")
    assert Stamp(empty)() is None
    schema.upgrade(empty)
    assert Stamp(empty)() is not None
    schema.downgrade(empty, "0002")
    assert "content_stamp" not in inspect(empty.writer).get_table_names()
    with sqlite3.connect(tmp_path / "empty.db") as left:
        assert left.execute("SELECT count(*) FROM sqlite_master WHERE sql LIKE '%content_stamp%'").fetchone() == (0,)
    left.close()
    memory = open_store("sqlite://")
    assert Stamp(memory)() is None
    memory.close()
    empty.close()
