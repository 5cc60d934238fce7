"""Permits: the row, every step, measures, analyses, signatures, the crew, and the numbers."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_permit()
    _create_permit_step()
    _create_permit_measure()
    _create_gas_test()
    _create_permit_signature()
    _create_permit_person()
    _create_permit_series()


def downgrade() -> None:
    for table in (
        "permit_series",
        "permit_person",
        "permit_signature",
        "gas_test",
        "permit_measure",
        "permit_step",
        "permit",
    ):
        op.drop_table(table)


def _create_permit() -> None:
    op.create_table(
        "permit",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("computed_level", sa.Text(), nullable=False),
        sa.Column("why", JsonDocument, nullable=False),
        sa.Column("ruleset", sa.Text(), nullable=False),
        sa.Column("ruleset_version", sa.Text(), nullable=False),
        sa.Column("terms", JsonDocument, nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("place_id", Id),
        sa.Column("longitude", sa.Float()),
        sa.Column("latitude", sa.Float()),
        sa.Column("accuracy_m", sa.Float()),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("facts", JsonDocument, nullable=False),
        sa.Column("form", JsonDocument, nullable=False),
        sa.Column("parent_id", Id),
        sa.Column("renews", Id),
        sa.Column("applied_by", sa.Text(), nullable=False),
        sa.Column("applied_at", UtcDateTime, nullable=False),
        sa.Column("is_frozen", sa.Boolean(), nullable=False),
        sa.Column("analysis", JsonDocument, nullable=False),
        sa.Column("approved_at", UtcDateTime),
        sa.Column("started_at", UtcDateTime),
        sa.Column("active_since", UtcDateTime),
        sa.Column("suspended_at", UtcDateTime),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("warned", JsonDocument, nullable=False),
        sa.Column("alerts", JsonDocument, nullable=False),
        sa.Column("is_alerting", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__permit"),
    )
    op.create_index("ix__permit__enterprise_id", "permit", ["enterprise_id", "id"])
    op.create_index(
        "ix__permit__is_open",
        "permit",
        ["enterprise_id", "ends_at"],
        postgresql_where=sa.text("is_open"),
        sqlite_where=sa.text("is_open"),
    )
    op.create_index("ix__permit__number", "permit", ["enterprise_id", "number"])
    op.create_index("ix__permit__parent_id", "permit", ["parent_id"])
    op.create_index("ix__permit__starts_at", "permit", ["starts_at", "id"])


def _create_permit_step() -> None:
    op.create_table(
        "permit_step",
        sa.Column("permit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("given", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("permit_id", "version", name="pk__permit_step"),
    )


def _create_permit_measure() -> None:
    op.create_table(
        "permit_measure",
        sa.Column("permit_id", Id, nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("is_involved", sa.Boolean()),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", UtcDateTime),
        sa.PrimaryKeyConstraint("permit_id", "number", name="pk__permit_measure"),
    )


def _create_gas_test() -> None:
    op.create_table(
        "gas_test",
        sa.Column("permit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("gas", sa.Text(), nullable=False),
        sa.Column("gas_group", sa.Text(), nullable=False),
        sa.Column("point", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("judged_value", sa.Float(), nullable=False),
        sa.Column("limit_value", sa.Float(), nullable=False),
        sa.Column("judged_unit", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("is_acceptable", sa.Boolean(), nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("sampled_at", UtcDateTime, nullable=False),
        sa.Column("device_at", UtcDateTime),
        sa.Column("entered_at", UtcDateTime, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("permit_id", "version", name="pk__gas_test"),
    )


def _create_permit_signature() -> None:
    op.create_table(
        "permit_signature",
        sa.Column("permit_id", Id, nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("device_at", UtcDateTime),
        sa.Column("longitude", sa.Float()),
        sa.Column("latitude", sa.Float()),
        sa.Column("distance_m", sa.Float()),
        sa.Column("remote_reason", sa.Text(), nullable=False),
        sa.Column("photo", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("permit_id", "stage", "role", name="pk__permit_signature"),
    )


def _create_permit_person() -> None:
    op.create_table(
        "permit_person",
        sa.Column("permit_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("is_in", sa.Boolean(), nullable=False),
        sa.Column("in_at", UtcDateTime),
        sa.Column("out_at", UtcDateTime),
        sa.PrimaryKeyConstraint("permit_id", "person_id", "role", name="pk__permit_person"),
    )
    op.create_index("ix__permit_person__person_id", "permit_person", ["person_id"])


def _create_permit_series() -> None:
    op.create_table(
        "permit_series",
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", "kind", "day", name="pk__permit_series"),
    )
