"""A stamp of the database: as long as it stays the same, nobody has changed anything that customers could see."""

import sqlite3
import threading
import weakref

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kb.store.base import ONLY_READS, Base, Store

# Tables whose changes no customer's page shows. Every other one has triggers that move the stamp (migration 0003):
# views are counted all day, and drafts are saved every few seconds, and neither may cost anybody a kept page.
UNSEEN = frozenset(
    {"call_steps", "calls", "change_reads", "comments", "confirmations", "content_stamp", "drafts", "events"}
    | {"favourites", "flags", "gaps", "help_requests", "inquiries", "lineages", "looks", "messages", "notice_reads"}
    | {"deliveries"}
    | {"owners", "reaches", "samples", "session_notes", "session_people", "session_stories", "shifts"}
    | {"sign_in_tries", "story_sessions", "tallies", "tasks", "users", "voices", "votes"}
)


class ContentStamp(Base):
    """One row, whose number goes up with every change of what customers see; on SQLite alone."""

    __tablename__ = "content_stamp"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]


_NUMBER = select(ContentStamp.__table__.c.number)


def number(db: Session) -> int | None:
    """The stamp as this transaction sees it, asked for once; None where the database has none.

    A session that writes is told none: its own stamp may yet be taken back, and then belong to another change.
    """
    if ONLY_READS not in db.info:
        return None
    transaction = db.get_transaction()
    known: tuple[object, int | None] | None = db.info.get("stamp")
    if known is None or transaction is None or known[0] is not transaction:
        known = db.info["stamp"] = db.get_transaction(), db.connection().scalar(_NUMBER)
    return known[1]


class Stamp:
    """Ask it for the stamp of this moment: a number, or None where the database has none (it is not SQLite).

    One connection stays open for it, because SQLite tells each connection whether others have committed
    (https://www.sqlite.org/pragma.html#pragma_data_version), and that is quicker than any query. For many threads.
    """

    def __init__(self, store: Store) -> None:
        url = store.reader.url
        is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
        self._path = url.database if is_file else None
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._known: tuple[int, int | None] = (-1, None)

    def __call__(self) -> int | None:
        if self._path is None:
            return None
        try:
            with self._lock:
                if self._connection is None:
                    self._connection = self._opened(self._path)
                version = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
                if version != self._known[0]:
                    row = self._connection.execute("SELECT number FROM content_stamp").fetchone()
                    self._known = version, int(row[0]) if row else None
                return self._known[1]
        except sqlite3.Error:
            return None

    def _opened(self, path: str) -> sqlite3.Connection:
        connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        weakref.finalize(self, connection.close)
        connection.execute("PRAGMA query_only = ON")
        return connection
