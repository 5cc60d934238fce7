"""Obligations, their changes, and decisions about many."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "obligation",
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", "duty", name="pk__obligation"),
    )
    op.create_index("ix__obligation__duty__ends_on", "obligation", ["duty", "ends_on"])
    op.create_table(
        "obligation_history",
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("decision_id", Id),
        sa.Column("obligations", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", "version", name="pk__obligation_history"),
    )
    op.create_table(
        "decision",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", JsonDocument, nullable=False),
        sa.Column("selection", JsonDocument, nullable=False),
        sa.Column("jurisdiction", JsonDocument, nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk__decision"),
    )


def downgrade() -> None:
    for table in ("decision", "obligation_history", "obligation"):
        op.drop_table(table)
