"""Policies of the credit grade that the bureau drafts and adopts itself."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rating_policy",
        sa.Column("id", Id, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("official", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("numbers", JsonDocument, nullable=False),
        sa.Column("written_by", JsonDocument, nullable=False),
        sa.Column("drafted_at", UtcDateTime, nullable=False),
        sa.Column("tried_revision", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date()),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("adopted_by", sa.Text(), nullable=False),
        sa.Column("adopted_at", UtcDateTime),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("ended_because", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__rating_policy"),
        sa.UniqueConstraint("version", name="uq__rating_policy__version"),
    )


def downgrade() -> None:
    op.drop_table("rating_policy")
