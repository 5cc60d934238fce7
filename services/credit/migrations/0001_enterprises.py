"""What the register tells about enterprises."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enterprise",
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("division", sa.Text(), nullable=False),
        sa.Column("subdistrict", sa.Text(), nullable=False),
        sa.Column("grid", sa.Text(), nullable=False),
        sa.Column("industry", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", name="pk__enterprise"),
    )
    op.create_index("ix__enterprise__division", "enterprise", ["division"])
    op.create_index("ix__enterprise__uscc", "enterprise", ["uscc"])
    op.create_table(
        "merged_enterprise",
        sa.Column("merged_id", Id, nullable=False),
        sa.Column("kept_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("merged_id", name="pk__merged_enterprise"),
    )


def downgrade() -> None:
    for table in ("merged_enterprise", "enterprise"):
        op.drop_table(table)
