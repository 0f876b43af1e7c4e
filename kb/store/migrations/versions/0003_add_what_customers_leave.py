"""Add what customers leave and what admins choose: votes, inquiries, tallies, notices, settings, shortcuts."""

import sqlalchemy as sa
from alembic import op

from kb.store.base import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# What customers see is made of these; every change of a row moves the stamp (kb/store/stamp.py).
WATCHED = (
    *("attachments", "categories", "links", "notices", "outbox", "pages", "page_tags", "redirects"),
    *("revisions", "settings", "synonyms", "tags"),
)
DEEDS = ("INSERT", "UPDATE", "DELETE")


def _watch() -> None:
    op.execute("INSERT INTO content_stamp (id, number) VALUES (1, 1)")
    for table in WATCHED:
        for deed in DEEDS:
            op.execute(
                f"CREATE TRIGGER {table}_{deed.lower()}_moves_the_stamp AFTER {deed} ON {table} "
                "BEGIN UPDATE content_stamp SET number = number + 1; END"
            )


def upgrade() -> None:
    op.create_table(
        "tallies",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "name", "key", name="pk_tallies"),
    )
    op.create_index("ix_tallies_name_key_day", "tallies", ["name", "key", "day"], unique=False)
    op.create_table(
        "settings",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["updated_by_id"], ["users.id"], name="fk_settings_updated_by_id"),
        sa.PrimaryKeyConstraint("name", name="pk_settings"),
    )
    op.create_table(
        "inquiries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column(
            "language",
            sa.Enum("ja", "en", name="language", native_enum=False, create_constraint=True, length=12),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("mail", sa.String(length=254), nullable=False),
        sa.Column("offered", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open", "taken", "closed", name="inquirystate", native_enum=False, create_constraint=True, length=12
            ),
            nullable=False,
        ),
        sa.Column("handled_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["handled_by_id"], ["users.id"], name="fk_inquiries_handled_by_id"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_inquiries_page_id"),
        sa.PrimaryKeyConstraint("id", name="pk_inquiries"),
        sa.UniqueConstraint("number", name="uq_inquiries_number"),
    )
    op.create_index("ix_inquiries_expires_at", "inquiries", ["expires_at"], unique=False)
    op.create_index("ix_inquiries_state", "inquiries", ["state"], unique=False)
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column(
            "language",
            sa.Enum("ja", "en", name="language", native_enum=False, create_constraint=True, length=12),
            nullable=False,
        ),
        sa.Column(
            "audience",
            sa.Enum("public", "staff", "sv", name="audience", native_enum=False, create_constraint=True, length=12),
            nullable=False,
        ),
        sa.Column("page_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name="fk_notices_created_by_id"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_notices_page_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
    )
    op.create_table(
        "votes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("visitor", sa.String(length=64), nullable=False),
        sa.Column("is_helpful", sa.Boolean(), nullable=False),
        sa.Column(
            "shortcoming",
            sa.Enum(
                "unclear",
                "unsolved",
                "out_of_date",
                "off_topic",
                "other",
                name="shortcoming",
                native_enum=False,
                create_constraint=True,
                length=12,
            ),
            nullable=True,
        ),
        sa.Column("words", sa.String(length=600), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_votes_page_id"),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name="fk_votes_revision_id"),
        sa.PrimaryKeyConstraint("id", name="pk_votes"),
        sa.UniqueConstraint("revision_id", "visitor", name="uq_votes_revision_id_visitor"),
    )
    op.create_index("ix_votes_page_id", "votes", ["page_id"], unique=False)
    op.add_column("users", sa.Column("shortcuts", sa.JSON(), nullable=True))
    op.create_table(
        "content_stamp",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_content_stamp"),
    )
    if op.get_bind().dialect.name == "sqlite":
        _watch()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in WATCHED:
            for deed in DEEDS:
                op.execute(f"DROP TRIGGER {table}_{deed.lower()}_moves_the_stamp")
    op.drop_table("content_stamp")
    op.drop_column("users", "shortcuts")
    op.drop_index("ix_votes_page_id", table_name="votes")
    op.drop_table("votes")
    op.drop_table("notices")
    op.drop_index("ix_inquiries_state", table_name="inquiries")
    op.drop_index("ix_inquiries_expires_at", table_name="inquiries")
    op.drop_table("inquiries")
    op.drop_table("settings")
    op.drop_index("ix_tallies_name_key_day", table_name="tallies")
    op.drop_table("tallies")
