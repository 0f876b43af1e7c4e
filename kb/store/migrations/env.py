"""How Alembic runs: on the engine that kb/store/schema.py hands over."""

from alembic import context

from kb.store.base import Base, foreign_keys_asleep, foreign_keys_awake

engine = context.config.attributes["engine"]

with engine.connect() as connection:
    # SQLite changes a table by making it anew, which would empty the tables that point to it.
    foreign_keys_asleep(connection)
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    foreign_keys_awake(connection)
