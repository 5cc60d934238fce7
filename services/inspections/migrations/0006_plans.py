"""Annual plans with their versions, lines and visits."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_plan()
    _create_lines()


def downgrade() -> None:
    for table in ("plan_visit", "plan_line", "plan_step", "plan"):
        op.drop_table(table)


def _create_plan() -> None:
    op.create_table(
        "plan",
        sa.Column("id", Id, nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("replaces", Id),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        sa.Column("capacity", JsonDocument, nullable=False),
        sa.Column("quotas", JsonDocument, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("published_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk__plan"),
    )
    op.create_index("ix__plan__number", "plan", ["year", "authority", "number"], unique=True)
    op.create_table(
        "plan_step",
        sa.Column("plan_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("given", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "version", name="pk__plan_step"),
    )


def _create_lines() -> None:
    op.create_table(
        "plan_line",
        sa.Column("plan_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("musts", JsonDocument, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("visits", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "enterprise_id", name="pk__plan_line"),
    )
    op.create_index("ix__plan_line__enterprise_id", "plan_line", ["enterprise_id", "plan_id"])
    op.create_table(
        "plan_visit",
        sa.Column("id", Id, nullable=False),
        sa.Column("plan_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("month", sa.SmallInteger(), nullable=False),
        sa.Column("task_id", Id),
        sa.Column("dropped", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__plan_visit"),
    )
    op.create_index("ix__plan_visit__month", "plan_visit", ["plan_id", "enterprise_id", "month"], unique=True)
