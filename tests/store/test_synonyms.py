"""Synonyms in the database: what is in use, the stamp that tells of every change, the way from the schema before."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from kb.rules import clock
from kb.rules.roles import SYSTEM
from kb.services import synonyms as keeping
from kb.services import wordings
from kb.store import pages, synonyms
from kb.store.base import Base, Session, Store, open_store
from kb.store.schema import downgrade, is_current, present, upgrade
from kb.store.synonyms import Entry
from tests.conftest import StoppedClock
from tests.make import make_page, make_user


def add(db: Session, line: str) -> Entry:
    return keeping.add(db, wordings.read(line), by=SYSTEM)


def test_what_changed_last_comes_first_and_what_was_removed_stands_apart(db: Session, clock: StoppedClock) -> None:
    made = []
    for line in ("返品＝返却", "解約＝退会", "ゴミ＝廃棄物"):
        made.append(add(db, line))
        clock.advance(minutes=1)
    keeping.remove(db, made[1].id, by=SYSTEM)
    assert synonyms.everything(db) == [made[2], made[0]]
    assert synonyms.everything(db, removed=True) == [made[1]]
    assert [text.wordings for text in synonyms.texts(db)] == [["ゴミ", "廃棄物"], ["返品", "返却"]]
    assert synonyms.texts(db, removed=True) == [synonyms.Text(made[1].id, ["解約", "退会"], False, "")]
    assert synonyms.by_ids(db, [made[1].id, made[2].id]) == [made[1], made[2]]
    assert synonyms.counts(db) == (2, 1)


def test_the_stamp_is_another_one_after_every_change_even_within_one_moment(db: Session, clock: StoppedClock) -> None:
    seen = [synonyms.stamp(db)]
    entry = add(db, "返品＝返却")
    seen.append(synonyms.stamp(db))
    keeping.change(db, entry.id, wordings.read("返品＝返送"), seen=entry.mark, by=SYSTEM)
    seen.append(synonyms.stamp(db))
    keeping.remove(db, entry.id, by=SYSTEM)
    seen.append(synonyms.stamp(db))
    keeping.restore(db, entry.id, by=SYSTEM)
    seen.append(synonyms.stamp(db))
    assert seen[0] == 0
    assert len(set(seen)) == len(seen)
    assert synonyms.stamp(db) == seen[-1]


@pytest.fixture
def before(tmp_path: Path) -> Store:
    """A database of the schema before, with a person and a page in it."""
    store = open_store(f"sqlite:///{tmp_path / 'before.db'}")
    upgrade(store)
    with store.writing() as db:
        make_user(db, name="sato")
        make_page(db, "配送の日数")
    downgrade(store, "0001")
    return store


def faults(store: Store) -> list[object]:
    with store.writer.connect() as connection:
        return list(
            compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)
        )


def test_an_older_database_gets_the_table_and_keeps_what_it_holds(before: Store) -> None:
    assert present(before) == "0001" and not is_current(before)
    assert faults(before) != []
    upgrade(before)
    assert is_current(before) and faults(before) == []
    with before.writing() as db:
        assert db.get_one(pages.Page, 1).current is not None
        entry = add(db, "返品＝返却")
        assert (entry.id, entry.created_at <= clock.now()) == (1, True)


def test_going_back_takes_the_table_away_and_nothing_else(before: Store) -> None:
    upgrade(before)
    downgrade(before, "0001")
    assert "synonyms" not in inspect(before.writer).get_table_names()
    with before.reading() as db:
        assert db.get_one(pages.Page, 1).current is not None
