"""Enterprises, fact sheets and grades."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_enterprise()
    _create_fact_sheets()
    op.create_table(
        "grade",
        sa.Column("enterprise_id", Id, nullable=False),
        *_grade_columns(),
        sa.PrimaryKeyConstraint("enterprise_id", name="pk__grade"),
    )
    op.create_table(
        "grade_history",
        sa.Column("enterprise_id", Id, nullable=False),
        *_grade_columns(),
        sa.Column("registry_sequence", sa.BigInteger(), nullable=False),
        sa.Column("fact_version", sa.Integer(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", "sequence", name="pk__grade_history"),
    )


def downgrade() -> None:
    for table in ("grade_history", "grade", "fact_sheet_version", "fact_sheet", "enterprise"):
        op.drop_table(table)


def _create_enterprise() -> None:
    op.create_table(
        "enterprise",
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("division", sa.Text(), nullable=False),
        sa.Column("grid", sa.Text(), nullable=False),
        sa.Column("industry", sa.Text(), nullable=False),
        sa.Column("headcount", sa.Integer()),
        sa.Column("features", sa.JSON(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_assessed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", name="pk__enterprise"),
    )
    op.create_index("ix__enterprise__division", "enterprise", ["division"], unique=False)


def _create_fact_sheets() -> None:
    op.create_table(
        "fact_sheet",
        sa.Column("enterprise_id", Id, nullable=False),
        *_fact_columns(),
        sa.PrimaryKeyConstraint("enterprise_id", name="pk__fact_sheet"),
    )
    op.create_table(
        "fact_sheet_version",
        sa.Column("enterprise_id", Id, nullable=False),
        *_fact_columns(),
        sa.PrimaryKeyConstraint("enterprise_id", "version", name="pk__fact_sheet_version"),
    )


def _fact_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
    ]


def _grade_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.SmallInteger()),
        sa.Column("score_tenths", sa.SmallInteger()),
        sa.Column("worst_level", sa.SmallInteger()),
        sa.Column("known", sa.SmallInteger(), nullable=False),
        sa.Column("total", sa.SmallInteger(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("card_version", sa.Text(), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("previous_level", sa.SmallInteger()),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("graded_at", UtcDateTime, nullable=False),
    ]
