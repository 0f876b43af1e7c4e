"""Add calls, what happens in them, flags, help requests, and what each person at work keeps."""

import sqlalchemy as sa
from alembic import op

from kb.store.base import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shifts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_shifts_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shifts"),
    )
    op.create_index("ix_shifts_user_id_last_at", "shifts", ["user_id", "last_at"], unique=False)
    op.create_table(
        "calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("external_id", sa.String(length=120), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "phone",
                "mail",
                "chat",
                "sns",
                "store",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=12,
            ),
            nullable=False,
        ),
        sa.Column(
            "direction",
            sa.Enum("inbound", "outbound", name="direction", native_enum=False, create_constraint=True, length=12),
            nullable=False,
        ),
        sa.Column(
            "customer",
            sa.Enum(
                "individual",
                "business",
                "partner",
                "internal",
                name="customer",
                native_enum=False,
                create_constraint=True,
                length=12,
            ),
            nullable=True,
        ),
        sa.Column("inquiry_type", sa.String(length=20), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("ticket", sa.String(length=60), nullable=False),
        sa.Column("ivr", sa.String(length=60), nullable=False),
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("memo", sa.String(length=300), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "solved",
                "callback",
                "handed_over",
                "unsolved",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=12,
            ),
            nullable=True,
        ),
        sa.Column("story_id", sa.Integer(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("harassment_at", UtcDateTime(), nullable=True),
        sa.Column("harassment_over_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("wrapped_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["story_id"], ["pages.id"], name="fk_calls_story_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_calls_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
        sa.UniqueConstraint("external_id", name="uq_calls_external_id"),
        sa.UniqueConstraint("key", name="uq_calls_key"),
    )
    op.create_index("ix_calls_started_at", "calls", ["started_at"], unique=False)
    op.create_index("ix_calls_user_id_started_at", "calls", ["user_id", "started_at"], unique=False)
    op.create_table(
        "favourites",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_favourites_page_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_favourites_user_id"),
        sa.PrimaryKeyConstraint("user_id", "page_id", name="pk_favourites"),
    )
    op.create_table(
        "call_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "search",
                "open",
                "use",
                "copy",
                "purpose",
                "ask",
                "done",
                "gap",
                "demand",
                "boundary",
                name="stepkind",
                native_enum=False,
                create_constraint=True,
                length=12,
            ),
            nullable=False,
        ),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("words", sa.String(length=400), nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("page_id", sa.Integer(), nullable=True),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_call_steps_call_id"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_call_steps_page_id"),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name="fk_call_steps_revision_id"),
        sa.PrimaryKeyConstraint("id", name="pk_call_steps"),
        sa.UniqueConstraint("call_id", "key", name="uq_call_steps_call_id_key"),
    )
    op.create_index("ix_call_steps_kind_at", "call_steps", ["kind", "at"], unique=False)
    op.create_index(
        "ix_call_steps_page_id_kind_at",
        "call_steps",
        ["page_id", "kind", "at", "undone_at", "call_id"],
        unique=False,
    )
    op.create_table(
        "change_reads",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name="fk_change_reads_revision_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_change_reads_user_id"),
        sa.PrimaryKeyConstraint("user_id", "revision_id", name="pk_change_reads"),
    )
    op.create_table(
        "flags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "fault",
            sa.Enum(
                "wrong", "unclear", "out_of_date", name="fault", native_enum=False, create_constraint=True, length=12
            ),
            nullable=False,
        ),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("reply", sa.String(length=300), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_flags_call_id"),
        sa.ForeignKeyConstraint(["closed_by_id"], ["users.id"], name="fk_flags_closed_by_id"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_flags_page_id"),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name="fk_flags_revision_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_flags_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_flags"),
    )
    op.create_index("ix_flags_closed_at", "flags", ["closed_at"], unique=False)
    op.create_index("ix_flags_page_id", "flags", ["page_id"], unique=False)
    op.create_table(
        "help_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "question",
                "handover",
                "harassment",
                name="helpkind",
                native_enum=False,
                create_constraint=True,
                length=12,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "taken",
                "answered",
                "withdrawn",
                name="helpstate",
                native_enum=False,
                create_constraint=True,
                length=12,
            ),
            nullable=False,
        ),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=400), nullable=False),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=2000), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name="fk_help_requests_asked_by_id"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_help_requests_call_id"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_help_requests_page_id"),
        sa.ForeignKeyConstraint(["taken_by_id"], ["users.id"], name="fk_help_requests_taken_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_help_requests"),
    )
    op.create_index("ix_help_requests_asked_by_id", "help_requests", ["asked_by_id"], unique=False)
    op.create_index("ix_help_requests_state_created_at", "help_requests", ["state", "created_at"], unique=False)
    op.create_table(
        "notice_reads",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_notice_reads_notice_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_notice_reads_user_id"),
        sa.PrimaryKeyConstraint("user_id", "notice_id", name="pk_notice_reads"),
    )


def downgrade() -> None:
    op.drop_table("notice_reads")
    op.drop_index("ix_help_requests_state_created_at", table_name="help_requests")
    op.drop_index("ix_help_requests_asked_by_id", table_name="help_requests")
    op.drop_table("help_requests")
    op.drop_index("ix_flags_page_id", table_name="flags")
    op.drop_index("ix_flags_closed_at", table_name="flags")
    op.drop_table("flags")
    op.drop_table("change_reads")
    op.drop_index("ix_call_steps_page_id_kind_at", table_name="call_steps")
    op.drop_index("ix_call_steps_kind_at", table_name="call_steps")
    op.drop_table("call_steps")
    op.drop_table("favourites")
    op.drop_index("ix_calls_user_id_started_at", table_name="calls")
    op.drop_index("ix_calls_started_at", table_name="calls")
    op.drop_table("calls")
    op.drop_index("ix_shifts_user_id_last_at", table_name="shifts")
    op.drop_table("shifts")
