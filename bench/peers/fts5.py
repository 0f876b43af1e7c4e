"""SQLite FTS5: an index without the text, bm25 with a weight a column."""

import sqlite3
from pathlib import Path

from bench.peers import TITLE, TOP, Ask, Tokens, rows

NAME = "SQLite FTS5"
_FILE = "fts5.db"
# Everything but white space is part of a word, so that terms stay what they are.
_TABLE = (
    "CREATE VIRTUAL TABLE pages USING fts5(title, body, content='', "
    "tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* P* S* M* C*'\")"
)
_SEARCH = f"SELECT rowid FROM pages WHERE pages MATCH ? AND rank MATCH 'bm25({TITLE}, 1.0)' ORDER BY rank LIMIT {TOP}"


def build(folder: Path, pages: Tokens) -> None:
    database = sqlite3.connect(folder / _FILE)
    with database:
        database.execute(_TABLE)
        database.executemany(
            "INSERT INTO pages(rowid, title, body) VALUES (?, ?, ?)",
            ((page, " ".join(title), " ".join(body)) for page, title, body in rows(pages)),
        )
        database.execute("INSERT INTO pages(pages) VALUES ('optimize')")
    database.execute("VACUUM")
    database.close()


def opened(folder: Path) -> Ask:
    database = sqlite3.connect(folder / _FILE)

    def ask(terms: list[str]) -> list[int]:
        words = " OR ".join(f'"{term.replace(chr(34), chr(34) * 2)}"' for term in terms)
        return [page for (page,) in database.execute(_SEARCH, (words,))] if terms else []

    return ask
