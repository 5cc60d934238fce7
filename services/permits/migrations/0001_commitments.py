"""Enterprises as others tell of them, what they owe, and their daily commitments."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_enterprise()
    _create_duties()
    _create_circumstances()
    _create_commitment()
    _create_history()


def downgrade() -> None:
    for table in ("commitment_step", "commitment_version", "commitment", "halt", "major_hazard", "duty_period",
                  "obligation", "standing", "merged_enterprise", "enterprise"):  # fmt: skip
        op.drop_table(table)


def _create_enterprise() -> None:
    op.create_table(
        "enterprise",
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("division", sa.Text(), nullable=False),
        sa.Column("subdistrict", sa.Text(), nullable=False),
        sa.Column("grid", sa.Text(), nullable=False),
        sa.Column("industry", sa.Text(), nullable=False),
        sa.Column("longitude", sa.Float()),
        sa.Column("latitude", sa.Float()),
        sa.Column("location_precision", sa.Text(), nullable=False),
        sa.Column("supervision", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("features", JsonDocument, nullable=False),
        sa.Column("headcount", sa.Integer()),
        sa.PrimaryKeyConstraint("enterprise_id", name="pk__enterprise"),
    )
    op.create_index("ix__enterprise__division", "enterprise", ["division"])
    op.create_table(
        "merged_enterprise",
        sa.Column("merged_id", Id, nullable=False),
        sa.Column("kept_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("merged_id", name="pk__merged_enterprise"),
    )


def _create_duties() -> None:
    op.create_table(
        "obligation",
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("obligations", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", name="pk__obligation"),
    )
    op.create_table(
        "duty_period",
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("known_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", "duty", "starts_on", name="pk__duty_period"),
    )
    op.create_index("ix__duty_period__duty", "duty_period", ["duty", "starts_on"])


def _create_circumstances() -> None:
    op.create_table(
        "standing",
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.SmallInteger()),
        sa.PrimaryKeyConstraint("enterprise_id", name="pk__standing"),
    )
    op.create_table(
        "major_hazard",
        sa.Column("hazard_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("hazard_id", name="pk__major_hazard"),
    )
    op.create_index("ix__major_hazard__enterprise_id", "major_hazard", ["enterprise_id"])
    op.create_table(
        "halt",
        sa.Column("order_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", name="pk__halt"),
    )
    op.create_index("ix__halt__enterprise_id", "halt", ["enterprise_id"])


def _create_commitment() -> None:
    op.create_table(
        "commitment",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("is_owed", sa.Boolean(), nullable=False),
        sa.Column("tiers", JsonDocument, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("edition", sa.SmallInteger(), nullable=False),
        sa.Column("content", JsonDocument, nullable=False),
        sa.Column("is_nil", sa.Boolean(), nullable=False),
        sa.Column("reminded_at", UtcDateTime),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("signed_at", UtcDateTime),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("offline_reason", sa.Text(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("is_missed", sa.Boolean(), nullable=False),
        sa.Column("misses_this_month", sa.SmallInteger(), nullable=False),
        sa.Column("computed_grade", sa.SmallInteger()),
        sa.Column("disputes", JsonDocument, nullable=False),
        sa.Column("is_disputed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__commitment"),
    )
    op.create_index("ix__commitment__day", "commitment", ["day", "enterprise_id"], unique=True)
    op.create_index("ix__commitment__enterprise_id", "commitment", ["enterprise_id", "day"])
    unsigned = sa.text("signed_at IS NULL")
    op.create_index("ix__commitment__unsigned", "commitment", ["day"], postgresql_where=unsigned, sqlite_where=unsigned)


def _create_history() -> None:
    op.create_table(
        "commitment_version",
        sa.Column("commitment_id", Id, nullable=False),
        sa.Column("edition", sa.SmallInteger(), nullable=False),
        sa.Column("content", JsonDocument, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("commitment_id", "edition", name="pk__commitment_version"),
    )
    op.create_table(
        "commitment_step",
        sa.Column("commitment_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("given", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("commitment_id", "version", name="pk__commitment_step"),
    )
