"""Add the review desk: what waits and why, messages, lineages, story sessions, voices, looks, and editors."""

import sqlalchemy as sa
from alembic import op

from kb.store.base import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OLD_ROLES = ("customer", "operator", "sv", "admin")
NEW_ROLES = ("customer", "operator", "editor", "sv", "admin")


def _roles(to: tuple[str, ...], was: tuple[str, ...]) -> None:
    def role(words: tuple[str, ...]) -> sa.Enum:
        return sa.Enum(*words, name="role", native_enum=False, create_constraint=True, length=12)

    with op.batch_alter_table("users") as batch:
        batch.alter_column("role", type_=role(to), existing_type=role(was), existing_nullable=False)


def upgrade() -> None:
    op.create_table(
        "reaches",
        sa.Column(
            "kind",
            sa.Enum(
                "help",
                "story",
                "edit",
                "flag",
                "gap",
                name="itemkind",
                native_enum=False,
                create_constraint=True,
                length=12,
            ),
            nullable=False,
        ),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "item_id", name="pk_reaches"),
    )
    op.create_table(
        "gaps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("words", sa.String(length=400), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "decision",
            sa.Enum(
                "page", "synonym", "dismissed", name="gapdecision", native_enum=False, create_constraint=True, length=12
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["closed_by_id"], ["users.id"], name="fk_gaps_closed_by_id"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_gaps_page_id"),
        sa.ForeignKeyConstraint(["taken_by_id"], ["users.id"], name="fk_gaps_taken_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_gaps"),
        sa.UniqueConstraint("key", name="uq_gaps_key"),
    )
    op.create_index("ix_gaps_closed_at_times", "gaps", ["closed_at", "times"], unique=False)
    op.create_index("ix_calls_story_id", "calls", ["story_id"], unique=False)
    op.create_index("ix_calls_outcome_started_at", "calls", ["outcome", "started_at"], unique=False)
    op.create_table(
        "owners",
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("group", sa.String(length=60), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_owners_page_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_owners_user_id"),
        sa.PrimaryKeyConstraint("page_id", name="pk_owners"),
    )
    op.create_table(
        "story_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "running",
                "ended",
                "cancelled",
                name="sessionstate",
                native_enum=False,
                create_constraint=True,
                length=12,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("minutes_a_story", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("story_began_at", UtcDateTime(), nullable=True),
        sa.Column("host_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("minutes_page_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["host_id"], ["users.id"], name="fk_story_sessions_host_id"),
        sa.ForeignKeyConstraint(["minutes_page_id"], ["pages.id"], name="fk_story_sessions_minutes_page_id"),
        sa.PrimaryKeyConstraint("id", name="pk_story_sessions"),
    )
    op.create_index("ix_story_sessions_starts_at", "story_sessions", ["starts_at"], unique=False)
    op.create_table(
        "confirmations",
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_confirmations_page_id"),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name="fk_confirmations_revision_id"),
        sa.PrimaryKeyConstraint("page_id", name="pk_confirmations"),
    )
    op.create_table(
        "lineages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("story_revision_id", sa.Integer(), nullable=False),
        sa.Column(
            "bond",
            sa.Enum("supports", "contradicts", name="bond", native_enum=False, create_constraint=True, length=12),
            nullable=False,
        ),
        sa.Column("passages", sa.JSON(), nullable=False),
        sa.Column("teller_id", sa.Integer(), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name="fk_lineages_made_by_id"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_lineages_page_id"),
        sa.ForeignKeyConstraint(["story_id"], ["pages.id"], name="fk_lineages_story_id"),
        sa.ForeignKeyConstraint(["story_revision_id"], ["revisions.id"], name="fk_lineages_story_revision_id"),
        sa.ForeignKeyConstraint(["teller_id"], ["users.id"], name="fk_lineages_teller_id"),
        sa.PrimaryKeyConstraint("id", name="pk_lineages"),
        sa.UniqueConstraint("page_id", "story_revision_id", "bond", name="uq_lineages_page_id_story_revision_id_bond"),
    )
    op.create_index("ix_lineages_story_id", "lineages", ["story_id"], unique=False)
    op.create_table(
        "looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("passage", sa.String(length=2000), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "keep", "change", "drop", name="lookdecision", native_enum=False, create_constraint=True, length=12
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name="fk_looks_by_id"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_looks_page_id"),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name="fk_looks_revision_id"),
        sa.PrimaryKeyConstraint("id", name="pk_looks"),
    )
    op.create_index("ix_looks_page_id_at", "looks", ["page_id", "at"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "taken",
                "returned",
                "published",
                "merged",
                "duplicate",
                "rejected",
                "replied",
                "mentioned",
                "used",
                "coached",
                "invited",
                "credited",
                "fixed",
                name="messagekind",
                native_enum=False,
                create_constraint=True,
                length=12,
            ),
            nullable=False,
        ),
        sa.Column("from_id", sa.Integer(), nullable=True),
        sa.Column("page_id", sa.Integer(), nullable=True),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["from_id"], ["users.id"], name="fk_messages_from_id"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_messages_page_id"),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name="fk_messages_revision_id"),
        sa.ForeignKeyConstraint(["session_id"], ["story_sessions.id"], name="fk_messages_session_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_messages_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
    )
    op.create_index("ix_messages_at", "messages", ["at"], unique=False)
    op.create_index("ix_messages_user_id_read_at", "messages", ["user_id", "read_at"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column(
            "way",
            sa.Enum("mail", "webhook", name="way", native_enum=False, create_constraint=True, length=12),
            nullable=False,
        ),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_deliveries_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("message_id", "way", name="uq_deliveries_message_id_way"),
    )
    op.create_index("ix_deliveries_due_at", "deliveries", ["due_at"], unique=False)
    op.create_table(
        "samples",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("drawn_at", UtcDateTime(), nullable=False),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("looked_by_id", sa.Integer(), nullable=True),
        sa.Column("looked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_samples_author_id"),
        sa.ForeignKeyConstraint(["looked_by_id"], ["users.id"], name="fk_samples_looked_by_id"),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name="fk_samples_revision_id"),
        sa.PrimaryKeyConstraint("id", name="pk_samples"),
        sa.UniqueConstraint("revision_id", name="uq_samples_revision_id"),
    )
    op.create_index("ix_samples_author_id_month", "samples", ["author_id", "month"], unique=False)
    op.create_table(
        "session_people",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("is_teller", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["story_sessions.id"], name="fk_session_people_session_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_session_people_user_id"),
        sa.PrimaryKeyConstraint("session_id", "user_id", name="pk_session_people"),
    )
    op.create_table(
        "session_stories",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.JSON(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_session_stories_page_id"),
        sa.ForeignKeyConstraint(["session_id"], ["story_sessions.id"], name="fk_session_stories_session_id"),
        sa.PrimaryKeyConstraint("session_id", "page_id", name="pk_session_stories"),
    )
    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name="fk_tasks_created_by_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_tasks_owner_id"),
        sa.ForeignKeyConstraint(["session_id"], ["story_sessions.id"], name="fk_tasks_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
    )
    op.create_index("ix_tasks_owner_id", "tasks", ["owner_id"], unique=False)
    op.create_table(
        "voices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open", "sent", "answered", name="voicestate", native_enum=False, create_constraint=True, length=12
            ),
            nullable=False,
        ),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("answer", sa.String(length=2000), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name="fk_voices_answered_by_id"),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name="fk_voices_created_by_id"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_voices_page_id"),
        sa.ForeignKeyConstraint(["session_id"], ["story_sessions.id"], name="fk_voices_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_voices"),
    )
    op.create_index("ix_voices_state", "voices", ["state"], unique=False)
    op.create_table(
        "session_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "fact", "feeling", "idea", "rule", name="notekind", native_enum=False, create_constraint=True, length=12
            ),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=36), nullable=True),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column(
            "fate",
            sa.Enum(
                "proposal",
                "story",
                "voice",
                "task",
                "nothing",
                name="fate",
                native_enum=False,
                create_constraint=True,
                length=12,
            ),
            nullable=True,
        ),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.Column("voice_id", sa.Integer(), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name="fk_session_notes_by_id"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_session_notes_page_id"),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name="fk_session_notes_revision_id"),
        sa.ForeignKeyConstraint(["session_id"], ["story_sessions.id"], name="fk_session_notes_session_id"),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name="fk_session_notes_task_id"),
        sa.ForeignKeyConstraint(["voice_id"], ["voices.id"], name="fk_session_notes_voice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_session_notes"),
        sa.UniqueConstraint("key", name="uq_session_notes_key"),
    )
    op.create_index("ix_session_notes_session_id", "session_notes", ["session_id"], unique=False)
    op.add_column("comments", sa.Column("quote", sa.Text(), server_default="", nullable=False))
    op.add_column("comments", sa.Column("mentions", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("help_requests", sa.Column("taken_at", UtcDateTime(), nullable=True))
    op.add_column("users", sa.Column("mail", sa.String(length=254), server_default="", nullable=False))
    op.add_column("users", sa.Column("language", sa.String(length=2), server_default="ja", nullable=False))
    with op.batch_alter_table("flags") as batch:
        batch.add_column(sa.Column("taken_by_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("taken_at", UtcDateTime(), nullable=True))
        batch.create_foreign_key("fk_flags_taken_by_id", "users", ["taken_by_id"], ["id"])
    _roles(NEW_ROLES, OLD_ROLES)


def downgrade() -> None:

    op.execute("UPDATE users SET role = 'operator' WHERE role = 'editor'")
    _roles(OLD_ROLES, NEW_ROLES)
    with op.batch_alter_table("flags") as batch:
        batch.drop_constraint("fk_flags_taken_by_id", type_="foreignkey")
        batch.drop_column("taken_at")
        batch.drop_column("taken_by_id")

    op.drop_column("users", "language")
    op.drop_column("users", "mail")
    op.drop_column("help_requests", "taken_at")
    op.drop_column("comments", "mentions")
    op.drop_column("comments", "quote")
    op.drop_index("ix_session_notes_session_id", table_name="session_notes")
    op.drop_table("session_notes")
    op.drop_index("ix_voices_state", table_name="voices")
    op.drop_table("voices")
    op.drop_index("ix_tasks_owner_id", table_name="tasks")
    op.drop_table("tasks")
    op.drop_table("session_stories")
    op.drop_table("session_people")
    op.drop_index("ix_samples_author_id_month", table_name="samples")
    op.drop_table("samples")
    op.drop_index("ix_deliveries_due_at", table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_index("ix_messages_user_id_read_at", table_name="messages")
    op.drop_index("ix_messages_at", table_name="messages")
    op.drop_table("messages")
    op.drop_index("ix_looks_page_id_at", table_name="looks")
    op.drop_table("looks")
    op.drop_index("ix_lineages_story_id", table_name="lineages")
    op.drop_table("lineages")
    op.drop_table("confirmations")
    op.drop_index("ix_story_sessions_starts_at", table_name="story_sessions")
    op.drop_table("story_sessions")
    op.drop_table("owners")
    op.drop_index("ix_calls_outcome_started_at", table_name="calls")
    op.drop_index("ix_calls_story_id", table_name="calls")
    op.drop_index("ix_gaps_closed_at_times", table_name="gaps")
    op.drop_table("gaps")
    op.drop_table("reaches")
