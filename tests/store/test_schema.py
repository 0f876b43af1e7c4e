"""The migrations make exactly the tables of the models, and take them away again."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint, UniqueConstraint, inspect
from sqlalchemy.exc import IntegrityError

from kb.rules import clock
from kb.rules.pages import Audience, Kind
from kb.rules.roles import Role
from kb.store import schema
from kb.store.base import Base, Session, Store, foreign_keys_asleep, foreign_keys_awake, open_store
from kb.store.pages import Page
from tests.make import make_page, make_user


@pytest.fixture
def empty(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path / 'empty.db'}")


def test_the_newest_migration_makes_exactly_what_the_models_say(store: Store) -> None:
    with store.writer.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_comparison_would_see_a_table_that_no_migration_makes(store: Store) -> None:
    with store.writer.connect() as connection:
        connection.exec_driver_sql("DROP TABLE drafts")
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) != []


def test_an_empty_database_is_out_of_date_until_it_is_upgraded(empty: Store) -> None:
    assert schema.present(empty) is None
    assert not schema.is_current(empty)
    schema.upgrade(empty)
    assert schema.is_current(empty)
    schema.upgrade(empty)
    assert schema.is_current(empty)


def test_going_back_to_nothing_leaves_no_table(empty: Store) -> None:
    schema.upgrade(empty)
    schema.downgrade(empty, "base")
    assert set(inspect(empty.writer).get_table_names()) == {"alembic_version"}
    schema.upgrade(empty)
    assert "pages" in inspect(empty.writer).get_table_names()


def test_every_constraint_has_a_name_of_the_convention() -> None:
    kinds = {
        PrimaryKeyConstraint: "pk_",
        ForeignKeyConstraint: "fk_",
        UniqueConstraint: "uq_",
        CheckConstraint: "ck_",
    }
    seen = 0
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            assert str(constraint.name).startswith(kinds[type(constraint)] + table.name), constraint
            seen += 1
        assert all(isinstance(index, Index) and str(index.name).startswith("ix_") for index in table.indexes)
    assert seen > 50


def test_the_database_refuses_a_word_that_is_no_state(db: Session) -> None:
    make_page(db)
    with pytest.raises(IntegrityError, match="ck_revisions_state"):
        db.connection().exec_driver_sql("UPDATE revisions SET state = 'published'")


def test_the_database_refuses_a_page_in_a_category_that_is_not_there(db: Session) -> None:
    now = clock.now()
    db.add(Page(kind=Kind.FAQ, audience=Audience.PUBLIC, category_id=99, created_at=now, updated_at=now))
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        db.flush()


def test_two_accounts_can_not_have_one_name(db: Session) -> None:
    make_user(db, Role.OPERATOR, name="sato")
    with pytest.raises(IntegrityError, match="users.name"):
        make_user(db, Role.SV, name="sato")


def test_what_people_left_outlives_the_step_to_editors_and_back(tmp_path: Path) -> None:
    """SQLite makes the table of people anew for it, and everything points to people."""
    store = open_store(f"sqlite:///{tmp_path}/kb.db")
    schema.upgrade(store)
    schema.downgrade(store, "0004")
    with store.writer.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO users (id, name, display_name, password_hash, role, epoch, created_at) "
            "VALUES (7, 'sato', '佐藤', 'x', 'operator', 1, '2026-01-01')"
        )
        connection.exec_driver_sql("INSERT INTO shifts (user_id, started_at, last_at) VALUES (7, '2026', '2026')")
    schema.upgrade(store)
    with store.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE users SET role = 'editor'")
        assert connection.exec_driver_sql("SELECT user_id FROM shifts").scalars().all() == [7]
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    schema.downgrade(store, "0004")
    with store.writer.begin() as connection:
        assert connection.exec_driver_sql("SELECT role FROM users").scalars().all() == ["operator"]
        assert connection.exec_driver_sql("SELECT user_id FROM shifts").scalars().all() == [7]


def test_a_change_of_tables_that_leaves_rows_pointing_nowhere_is_refused(store: Store) -> None:
    with store.writer.connect() as connection:
        foreign_keys_asleep(connection)
        connection.exec_driver_sql("INSERT INTO shifts (user_id, started_at, last_at) VALUES (99, '2026', '2026')")
        connection.commit()
        with pytest.raises(IntegrityError, match="point nowhere"):
            foreign_keys_awake(connection)
