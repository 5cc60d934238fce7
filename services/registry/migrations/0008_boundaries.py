"""Boundaries of divisions."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import JsonDocument, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "division_boundary",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("area", JsonDocument, nullable=False),
        sa.Column("crs", sa.Text(), nullable=False),
        sa.Column("positions", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk__division_boundary"),
    )


def downgrade() -> None:
    op.drop_table("division_boundary")
