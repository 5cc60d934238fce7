"""Rows of other counties on their way to them."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transfer",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_newest", sa.Boolean(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answered_on", sa.Date()),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__transfer"),
    )
    op.create_index("ix__transfer__enterprise_id", "transfer", ["enterprise_id", "is_newest"])


def downgrade() -> None:
    op.drop_table("transfer")
