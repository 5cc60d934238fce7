"""The monthly assessment: months, editions, units, counted rows, entries, objections; what is due in a month."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_assessment()
    _create_assessment_edition()
    _create_assessment_unit()
    _create_assessment_row()
    _create_assessment_enterprise()
    _create_assessment_entry()
    _create_assessment_objection()
    of_task = ("tier", "last_day", "origin", "state", "is_overdue", "due_at", "submitted_at", "enterprise_id", "id")
    op.create_index("ix__task__last_day", "task", list(of_task))
    op.create_index("ix__hazard__deadline", "hazard", ["deadline"])
    of_check = ("tier", "at", "enterprise_id", "task_id", "score_hundredths", "id")
    op.create_index("ix__check_record__at", "check_record", list(of_check))
    _set_first_timer()


def downgrade() -> None:
    op.execute("DELETE FROM timer WHERE kind = 'assess_month'")
    op.drop_index("ix__check_record__at", "check_record")
    op.drop_index("ix__hazard__deadline", "hazard")
    op.drop_index("ix__task__last_day", "task")
    for table in (
        "assessment_objection",
        "assessment_entry",
        "assessment_enterprise",
        "assessment_row",
        "assessment_unit",
        "assessment_edition",
        "assessment",
    ):
        op.drop_table(table)


def _set_first_timer() -> None:
    """Where duties run already, the clock begins at once; elsewhere the first duty starts it."""
    op.execute(
        "INSERT INTO timer (kind, entity, due_at, attempts) "
        "SELECT 'assess_month', '', CURRENT_TIMESTAMP, 0 WHERE EXISTS (SELECT 1 FROM obligation)"
    )


def _create_assessment() -> None:
    op.create_table(
        "assessment",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("computed_at", UtcDateTime, nullable=False),
        sa.Column("objections_until", UtcDateTime, nullable=False),
        sa.Column("published_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("month", name="pk__assessment"),
    )


def _create_assessment_edition() -> None:
    op.create_table(
        "assessment_edition",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("formula", JsonDocument, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("month", "version", name="pk__assessment_edition"),
    )


def _create_assessment_unit() -> None:
    op.create_table(
        "assessment_unit",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("points", sa.Float()),
        sa.Column("is_last", sa.Boolean(), nullable=False),
        sa.Column("is_very_last", sa.Boolean(), nullable=False),
        sa.Column("document", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("month", "version", "unit", name="pk__assessment_unit"),
    )


def _create_assessment_row() -> None:
    op.create_table(
        "assessment_row",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("thing_id", Id, nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("before", sa.Integer()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("shown_id", Id, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("industry", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("times", sa.SmallInteger(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Integer()),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("month", "indicator", "thing_id", "since", name="pk__assessment_row"),
    )
    op.create_index("ix__assessment_row__unit", "assessment_row", ["month", "unit", "indicator"])


def _create_assessment_enterprise() -> None:
    op.create_table(
        "assessment_enterprise",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("industry", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month", "enterprise_id", name="pk__assessment_enterprise"),
    )


def _create_assessment_entry() -> None:
    op.create_table(
        "assessment_entry",
        sa.Column("id", Id, nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("deaths", sa.SmallInteger(), nullable=False),
        sa.Column("points", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("before", sa.Integer()),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__assessment_entry"),
    )
    op.create_index("ix__assessment_entry__month", "assessment_entry", ["month"])


def _create_assessment_objection() -> None:
    op.create_table(
        "assessment_objection",
        sa.Column("id", Id, nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("thing_id", Id),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("against", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", UtcDateTime),
        sa.Column("version", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk__assessment_objection"),
    )
    op.create_index("ix__assessment_objection__month", "assessment_objection", ["month", "id"])
