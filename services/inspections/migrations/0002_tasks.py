"""Levels, obligations and staff as others tell of them; tasks with their steps; records of checks."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_copies()
    _create_task()
    _create_task_step()
    _create_check_record()


def downgrade() -> None:
    for table in ("check_record", "task_step", "task", "staff", "obligation", "standing"):
        op.drop_table(table)


def _create_copies() -> None:
    op.create_table(
        "standing",
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.SmallInteger()),
        sa.PrimaryKeyConstraint("enterprise_id", name="pk__standing"),
    )
    op.create_table(
        "obligation",
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("obligations", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", name="pk__obligation"),
    )
    op.create_table(
        "staff",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("roles", JsonDocument, nullable=False),
        sa.Column("divisions", JsonDocument, nullable=False),
        sa.Column("grids", JsonDocument, nullable=False),
        sa.Column("skills", JsonDocument, nullable=False),
        sa.Column("enterprise_id", sa.Text(), nullable=False),
        sa.Column("intermediary_id", sa.Text(), nullable=False),
        sa.Column("is_available", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk__staff"),
    )


def _create_task() -> None:
    op.create_table(
        "task",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("tier", sa.SmallInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("rung", sa.Text(), nullable=False),
        sa.Column("climbed", sa.SmallInteger(), nullable=False),
        sa.Column("checklist", sa.Text(), nullable=False),
        sa.Column("checklist_version", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("is_overdue", sa.Boolean(), nullable=False),
        sa.Column("submitted_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk__task"),
    )
    op.create_index("ix__task__due", "task", ["enterprise_id", "tier", "key"], unique=True)
    op.create_index("ix__task__owner", "task", ["owner", "is_open", "due_at", "id"])
    op.create_index("ix__task__is_open", "task", ["is_open", "due_at", "id"])


def _create_task_step() -> None:
    op.create_table(
        "task_step",
        sa.Column("task_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("given", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("task_id", "version", name="pk__task_step"),
    )


def _create_check_record() -> None:
    op.create_table(
        "check_record",
        sa.Column("id", Id, nullable=False),
        sa.Column("task_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("tier", sa.SmallInteger(), nullable=False),
        sa.Column("checklist", sa.Text(), nullable=False),
        sa.Column("checklist_version", sa.Integer(), nullable=False),
        sa.Column("answers", JsonDocument, nullable=False),
        sa.Column("meanings", JsonDocument, nullable=False),
        sa.Column("notes", JsonDocument, nullable=False),
        sa.Column("score_hundredths", sa.Integer()),
        sa.Column("hazards", JsonDocument, nullable=False),
        sa.Column("refuted", JsonDocument, nullable=False),
        sa.Column("longitude", sa.Float()),
        sa.Column("latitude", sa.Float()),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__check_record"),
    )
    op.create_index("ix__check_record__enterprise_id", "check_record", ["enterprise_id", "tier", "id"])
    op.create_index("ix__check_record__task_id", "check_record", ["task_id"])
