"""The present credit grade of each enterprise that anything is recorded of."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rating",
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("by_score", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("reasons", JsonDocument, nullable=False),
        sa.Column("rated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", name="pk__rating"),
    )
    op.create_index("ix__rating__grade", "rating", ["grade", "enterprise_id"])


def downgrade() -> None:
    op.drop_table("rating")
