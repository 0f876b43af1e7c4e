"""Create the tables."""

import sqlalchemy as sa
from alembic import op

from kb.store.base import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Nobody rewrites what happened: the database itself refuses to change or delete an event.
APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events "
        "BEGIN SELECT RAISE(ABORT, 'events are append only'); END",
        "CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events "
        "BEGIN SELECT RAISE(ABORT, 'events are append only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'events are append only'; END $$",
        "CREATE TRIGGER events_are_append_only BEFORE UPDATE OR DELETE ON events "
        "FOR EACH ROW EXECUTE FUNCTION refuse_event_change()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "categories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("name_ja", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("description_ja", sa.String(length=200), nullable=False),
        sa.Column("description_en", sa.String(length=200), nullable=False),
        sa.Column("icon", sa.String(length=20), nullable=False),
        sa.Column(
            "audience",
            sa.Enum("public", "staff", "sv", name="audience", native_enum=False, create_constraint=True, length=12),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_categories"),
        sa.UniqueConstraint("key", name="uq_categories_key"),
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_tries"),
    )
    op.create_index("ix_sign_in_tries_name_device_at", "sign_in_tries", ["name", "device", "at"], unique=False)

    op.create_table(
        "tags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tags"),
        sa.UniqueConstraint("name", name="uq_tags_name"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=60), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "customer", "operator", "sv", "admin", name="role", native_enum=False, create_constraint=True, length=12
            ),
            nullable=False,
        ),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("disabled_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name", name="uq_users_name"),
    )
    op.create_table(
        "pages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=120), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "faq", "case", "procedure", "script", name="kind", native_enum=False, create_constraint=True, length=12
            ),
            nullable=False,
        ),
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
        sa.Column(
            "confidence",
            sa.Enum(
                "unvalidated", "validated", name="confidence", native_enum=False, create_constraint=True, length=12
            ),
            nullable=False,
        ),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("current_revision_id", sa.Integer(), nullable=True),
        sa.Column("story_revision_id", sa.Integer(), nullable=True),
        sa.Column("translates_id", sa.Integer(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("validated_at", UtcDateTime(), nullable=True),
        sa.Column("validated_by_id", sa.Integer(), nullable=True),
        sa.Column("archived_at", UtcDateTime(), nullable=True),
        sa.Column("moved_to_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name="fk_pages_category_id"),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name="fk_pages_created_by_id"),
        sa.ForeignKeyConstraint(
            ["current_revision_id"], ["revisions.id"], name="fk_pages_current_revision_id", use_alter=True
        ),
        sa.ForeignKeyConstraint(["moved_to_id"], ["pages.id"], name="fk_pages_moved_to_id"),
        sa.ForeignKeyConstraint(
            ["story_revision_id"], ["revisions.id"], name="fk_pages_story_revision_id", use_alter=True
        ),
        sa.ForeignKeyConstraint(["translates_id"], ["pages.id"], name="fk_pages_translates_id"),
        sa.ForeignKeyConstraint(["validated_by_id"], ["users.id"], name="fk_pages_validated_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pages"),
        sa.UniqueConstraint("external_id", name="uq_pages_external_id"),
    )
    op.create_index("ix_pages_category_id", "pages", ["category_id"], unique=False)
    op.create_index("ix_pages_language_kind", "pages", ["language", "kind"], unique=False)
    op.create_index("ix_pages_translates_id", "pages", ["translates_id"], unique=False)
    op.create_index("ix_pages_updated_at", "pages", ["updated_at"], unique=False)

    op.create_table(
        "attachments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("storage_name", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=150), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("is_image", sa.Boolean(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_attachments_page_id"),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["users.id"], name="fk_attachments_uploaded_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
        sa.UniqueConstraint("storage_name", name="uq_attachments_storage_name"),
    )
    op.create_index("ix_attachments_page_id", "attachments", ["page_id"], unique=False)

    op.create_table(
        "links",
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("title_key", sa.String(length=400), nullable=False),
        sa.Column(
            "audience",
            sa.Enum("public", "staff", "sv", name="audience", native_enum=False, create_constraint=True, length=12),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_links_page_id"),
        sa.PrimaryKeyConstraint("page_id", "title_key", name="pk_links"),
    )
    op.create_index("ix_links_title_key", "links", ["title_key"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_outbox_page_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_table(
        "page_tags",
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_page_tags_page_id"),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name="fk_page_tags_tag_id"),
        sa.PrimaryKeyConstraint("page_id", "tag_id", name="pk_page_tags"),
    )
    op.create_index("ix_page_tags_tag_id", "page_tags", ["tag_id"], unique=False)

    op.create_table(
        "redirects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column(
            "language",
            sa.Enum("ja", "en", name="language", native_enum=False, create_constraint=True, length=12),
            nullable=False,
        ),
        sa.Column("title_key", sa.String(length=400), nullable=False),
        sa.Column("is_old", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_redirects_page_id"),
        sa.PrimaryKeyConstraint("id", name="pk_redirects"),
        sa.UniqueConstraint("page_id", "title_key", name="uq_redirects_page_id_title_key"),
    )
    op.create_index("ix_redirects_page_id", "redirects", ["page_id"], unique=False)
    op.create_index("ix_redirects_title_key", "redirects", ["language", "title_key"], unique=False)

    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("phrases", sa.JSON(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum("public", "staff", "sv", name="audience", native_enum=False, create_constraint=True, length=12),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "in_review",
                "approved",
                "returned",
                "rejected",
                "merged",
                "duplicate",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=12,
            ),
            nullable=False,
        ),
        sa.Column(
            "significance",
            sa.Enum(
                "typo", "change", "advice", name="significance", native_enum=False, create_constraint=True, length=12
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("thanks", sa.Text(), nullable=False),
        sa.Column("outcome_page_id", sa.Integer(), nullable=True),
        sa.Column("author_seen_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("number > 0", name="ck_revisions_number"),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_revisions_author_id"),
        sa.ForeignKeyConstraint(["base_id"], ["revisions.id"], name="fk_revisions_base_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name="fk_revisions_decided_by_id"),
        sa.ForeignKeyConstraint(["outcome_page_id"], ["pages.id"], name="fk_revisions_outcome_page_id"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_revisions_page_id"),
        sa.ForeignKeyConstraint(["taken_by_id"], ["users.id"], name="fk_revisions_taken_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_revisions"),
        sa.UniqueConstraint("page_id", "number", name="uq_revisions_page_id_number"),
    )
    op.create_index("ix_revisions_author_id", "revisions", ["author_id"], unique=False)
    op.create_index("ix_revisions_page_id", "revisions", ["page_id"], unique=False)
    op.create_index("ix_revisions_state_submitted_at", "revisions", ["state", "submitted_at"], unique=False)

    op.create_table(
        "comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_comments_author_id"),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name="fk_comments_revision_id"),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
    )
    op.create_index("ix_comments_revision_id", "comments", ["revision_id"], unique=False)

    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["base_id"], ["revisions.id"], name="fk_drafts_base_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_drafts_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
        sa.UniqueConstraint("user_id", "place", name="uq_drafts_user_id_place"),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=True),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name="fk_events_actor_id"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_events_page_id"),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name="fk_events_revision_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_events_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_page_id_at", "events", ["page_id", "at"], unique=False)
    op.create_index("ix_events_verb", "events", ["verb"], unique=False)

    for statement in APPEND_ONLY.get(op.get_bind().dialect.name, ()):
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_event_change CASCADE")
    op.drop_index("ix_events_verb", "events")
    op.drop_index("ix_events_page_id_at", "events")

    op.drop_table("events")
    op.drop_table("drafts")
    op.drop_index("ix_comments_revision_id", "comments")

    op.drop_table("comments")
    op.drop_index("ix_revisions_state_submitted_at", "revisions")
    op.drop_index("ix_revisions_page_id", "revisions")
    op.drop_index("ix_revisions_author_id", "revisions")

    op.drop_table("revisions")
    op.drop_index("ix_redirects_title_key", "redirects")
    op.drop_index("ix_redirects_page_id", "redirects")

    op.drop_table("redirects")
    op.drop_index("ix_page_tags_tag_id", "page_tags")

    op.drop_table("page_tags")
    op.drop_table("outbox")
    op.drop_index("ix_links_title_key", "links")

    op.drop_table("links")
    op.drop_index("ix_attachments_page_id", "attachments")

    op.drop_table("attachments")
    op.drop_index("ix_pages_updated_at", "pages")
    op.drop_index("ix_pages_translates_id", "pages")
    op.drop_index("ix_pages_language_kind", "pages")
    op.drop_index("ix_pages_category_id", "pages")

    op.drop_table("pages")
    op.drop_table("users")
    op.drop_table("tags")
    op.drop_index("ix_sign_in_tries_name_device_at", "sign_in_tries")

    op.drop_table("sign_in_tries")
    op.drop_table("categories")
