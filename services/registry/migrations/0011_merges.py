"""Entries that became part of another one, and pairs that were told apart."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

IS_MERGED = sa.text("merged_into IS NOT NULL")


def upgrade() -> None:
    op.add_column("enterprise", sa.Column("merged_into", Id))
    op.create_index(
        "ix__enterprise__merged_into",
        "enterprise",
        ["merged_into"],
        postgresql_where=IS_MERGED,
        sqlite_where=IS_MERGED,
    )
    op.create_table(
        "enterprise_apart",
        sa.Column("first_id", Id, nullable=False),
        sa.Column("second_id", Id, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("told_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("first_id", "second_id", name="pk__enterprise_apart"),
    )


def downgrade() -> None:
    op.drop_table("enterprise_apart")
    op.drop_index("ix__enterprise__merged_into", "enterprise")
    op.drop_column("enterprise", "merged_into")
