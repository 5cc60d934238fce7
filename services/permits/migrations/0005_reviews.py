"""Pilots of the review, and what was answered."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pilot",
        sa.Column("id", Id, nullable=False),
        sa.Column("division", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("colours", JsonDocument, nullable=False),
        sa.Column("kinds", JsonDocument, nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime, nullable=False),
        sa.Column("is_ended", sa.Boolean(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_because", sa.Text(), nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk__pilot"),
    )
    op.create_table(
        "review",
        sa.Column("id", Id, nullable=False),
        sa.Column("pilot_id", Id, nullable=False),
        sa.Column("job_id", Id, nullable=False),
        sa.Column("permit_id", Id),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", UtcDateTime),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__review"),
        sa.UniqueConstraint("job_id", name="uq__review__job_id"),
    )
    op.create_index("ix__review__enterprise_id", "review", ["enterprise_id", "id"])


def downgrade() -> None:
    for table in ("review", "pilot"):
        op.drop_table(table)
