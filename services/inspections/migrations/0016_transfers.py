"""Transfers to other authorities."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_transfer()
    op.create_table(
        "transfer_step",
        sa.Column("transfer_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("given", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("transfer_id", "version", name="pk__transfer_step"),
    )


def downgrade() -> None:
    op.drop_table("transfer_step")
    op.drop_table("transfer")


def _create_transfer() -> None:
    op.create_table(
        "transfer",
        sa.Column("id", Id, nullable=False),
        sa.Column("hazard_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("document_id", Id),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sent_at", UtcDateTime, nullable=False),
        sa.Column("signed_for_by", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date()),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("replied_on", sa.Date()),
        sa.Column("due_at", UtcDateTime),
        sa.Column("is_overdue", sa.Boolean(), nullable=False),
        sa.Column("reminders", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__transfer"),
    )
    op.create_index("ix__transfer__hazard_id", "transfer", ["hazard_id"])
    op.create_index("ix__transfer__enterprise_id", "transfer", ["enterprise_id", "id"])
    op.create_index("ix__transfer__is_open", "transfer", ["is_open", "id"])
