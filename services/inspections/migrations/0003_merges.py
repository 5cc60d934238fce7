"""Entries of the register that became part of another one."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "merged_enterprise",
        sa.Column("merged_id", Id, nullable=False),
        sa.Column("kept_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("merged_id", name="pk__merged_enterprise"),
    )


def downgrade() -> None:
    op.drop_table("merged_enterprise")
