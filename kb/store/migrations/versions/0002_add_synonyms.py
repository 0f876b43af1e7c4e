"""Add the synonyms that supervisors keep."""

import sqlalchemy as sa
from alembic import op

from kb.store.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "synonyms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wordings", sa.JSON(), nullable=False),
        sa.Column("one_way", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name="fk_synonyms_created_by_id"),
        sa.ForeignKeyConstraint(["updated_by_id"], ["users.id"], name="fk_synonyms_updated_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_synonyms"),
    )


def downgrade() -> None:
    op.drop_table("synonyms")
