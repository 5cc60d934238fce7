"""Assessments of cards and the ledgers of risk points."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_assessment()
    _create_risk_point()


def downgrade() -> None:
    for table in ("risk_point", "assessment"):
        op.drop_table(table)


def _create_assessment() -> None:
    op.create_table(
        "assessment",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Text(), nullable=False),
        sa.Column("drafted_at", UtcDateTime, nullable=False),
        sa.Column("submitted_at", UtcDateTime),
        sa.Column("due_on", sa.Date()),
        sa.Column("reviewed_by", sa.Text()),
        sa.Column("reviewed_at", UtcDateTime),
        sa.Column("confirmed_by", sa.Text()),
        sa.Column("confirmed_at", UtcDateTime),
        sa.Column("valid_until", UtcDateTime),
        sa.Column("returned_reason", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk__assessment"),
    )
    op.create_index("ix__assessment__enterprise_id", "assessment", ["enterprise_id"])


def _create_risk_point() -> None:
    op.create_table(
        "risk_point",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("hazard", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("judged", sa.JSON(), nullable=False),
        sa.Column("product", sa.Float(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("confirmed_at", UtcDateTime, nullable=False),
        sa.Column("overdue_since", UtcDateTime),
        sa.Column("retired_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk__risk_point"),
    )
    op.create_index("ix__risk_point__enterprise_id", "risk_point", ["enterprise_id"])
