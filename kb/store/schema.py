"""Create, migrate and compare the database schema by the Alembic migrations beside this file."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from kb.store import (
    attachments,
    base,
    calls,
    categories,
    comments,
    drafts,
    events,
    flags,
    gaps,
    help_requests,
    inquiries,
    lineages,
    links,
    looks,
    messages,
    notices,
    outbox,
    pages,
    reaches,
    settings,
    shifts,
    story_sessions,
    synonyms,
    tallies,
    users,
    voices,
    votes,
)
from kb.store.base import Store

# Every module with tables, so that the metadata is whole wherever the schema is looked at.
NOUNS = (
    attachments,
    base,
    calls,
    categories,
    comments,
    drafts,
    events,
    flags,
    gaps,
    help_requests,
    inquiries,
    lineages,
    links,
    looks,
    messages,
    notices,
    outbox,
    pages,
    reaches,
    settings,
    shifts,
    story_sessions,
    synonyms,
    tallies,
    users,
    voices,
    votes,
)
FOLDER = Path(__file__).parent / "migrations"


def _config(engine: Engine | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    if engine is not None:
        config.attributes["engine"] = engine
    return config


def newest() -> str | None:
    """The newest migration that this version of the program knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def present(store: Store) -> str | None:
    """The migration that the database stands at; None for an empty one."""
    with store.writer.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_current(store: Store) -> bool:
    """Whether the database needs no migration."""
    return present(store) == newest()


def upgrade(store: Store) -> None:
    """Bring the database to the newest schema; each migration is one transaction."""
    command.upgrade(_config(store.writer), "head")


def downgrade(store: Store, target: str) -> None:
    """Take the database back to `target`; for tests and emergencies."""
    command.downgrade(_config(store.writer), target)
