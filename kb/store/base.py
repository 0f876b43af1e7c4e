"""The declarative base, constraint names, UTC times, and the two engines: one writes, one only reads."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from sqlalchemy import DateTime, Engine, Enum, MetaData, create_engine, event
from sqlalchemy.engine import Connection, Dialect, make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

__all__ = ["Base", "Session", "Store", "UtcDateTime", "foreign_keys_asleep", "foreign_keys_awake", "open_store"]

BUSY_SECONDS = 10
# What a connection keeps of the file. A list of what waits looks at some thousand rows, and SQLite keeps 2 MB.
CACHE_KIB = 16_384
ONLY_READS = "only reads"  # in the info of a session that sees the database as it was at one moment


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time; naive times are refused so that no local time slips in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone can't be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """What makes a time of what the driver tells: one call a value, for lists read tens of thousands of them."""
        read = self.impl_instance.result_processor(dialect, coltype)

        def process(told: Any) -> datetime | None:
            if told is None:
                return None
            value = cast("datetime", read(told) if read else told)
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

        return process


def _values(words: type[StrEnum]) -> list[str]:
    return [word.value for word in words]


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: UtcDateTime,
        StrEnum: Enum(StrEnum, native_enum=False, length=12, create_constraint=True, values_callable=_values),
    }


@dataclass(frozen=True)
class Store:
    """The database seen through two engines; open one session a request through `writing` or `reading`."""

    writer: Engine
    reader: Engine

    def session(self, *, write: bool) -> Session:
        """A session for the caller to finish: on the engine that writes, or on the one that only reads."""
        if write:
            return Session(self.writer, expire_on_commit=False)
        return Session(self.reader, autoflush=False, info={ONLY_READS: True})

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that may write; commits at the end, rolls back on any exception."""
        with self.session(write=True) as db, db.begin():
            yield db

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that can't write: the database itself refuses."""
        with self.session(write=False) as db:
            yield db

    def close(self) -> None:
        self.writer.dispose()
        self.reader.dispose()


def open_store(url: str) -> Store:
    """Open the database at `url` (SQLite or PostgreSQL); nothing is created but SQLite's folder and empty file."""
    place = make_url(url)
    if place.get_backend_name() != "sqlite":
        writer = create_engine(url, pool_pre_ping=True)
        reader = create_engine(url, pool_pre_ping=True)
        event.listen(reader, "begin", _only_read)
        return Store(writer, reader)
    if place.database and place.database != ":memory:":
        Path(place.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The driver's own BEGIN comes too late (after the first SELECT); the events below say when and how.
    options: dict[str, Any] = {"timeout": BUSY_SECONDS, "isolation_level": None}
    writer = create_engine(url, connect_args=options)
    reader = create_engine(url, connect_args=options)
    event.listen(writer, "connect", _prepare_writer)
    event.listen(reader, "connect", _prepare_reader)
    event.listen(writer, "begin", _begin_immediate)
    event.listen(reader, "begin", _begin_deferred)
    return Store(writer, reader)


def _pragmas(connection: Any, *, read_only: bool) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    if not read_only:
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    if read_only:
        cursor.execute("PRAGMA query_only = ON")
    cursor.close()


def _prepare_writer(connection: Any, record: object) -> None:
    _pragmas(connection, read_only=False)


def _prepare_reader(connection: Any, record: object) -> None:
    _pragmas(connection, read_only=True)


def _begin_immediate(connection: Connection) -> None:
    # Under WAL a read snapshot can't become a writer, so a write request takes the lock before its first SELECT.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _only_read(connection: Connection) -> None:
    connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def foreign_keys_asleep(connection: Connection) -> None:
    """Let SQLite change tables that others point to, until `foreign_keys_awake`; other databases need none of it."""
    if connection.dialect.name == "sqlite":
        # Asked of the driver, for the pragma does nothing inside a transaction.
        connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")


def foreign_keys_awake(connection: Connection) -> None:
    """Guard what points to what again; IntegrityError if something points nowhere meanwhile."""
    if connection.dialect.name != "sqlite":
        return
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    broken = cursor.execute("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise IntegrityError("PRAGMA foreign_key_check", None, ValueError(f"rows that point nowhere: {broken[:5]}"))
