"""Enterprises as the register tells of them, hazards with their steps, halt orders, and reports from the public."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_enterprise()
    _create_hazard()
    _create_hazard_step()
    _create_halt_order()
    _create_public_report()


def downgrade() -> None:
    for table in ("public_report", "halt_order", "hazard_step", "hazard", "enterprise"):
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
        sa.PrimaryKeyConstraint("enterprise_id", name="pk__enterprise"),
    )
    op.create_index("ix__enterprise__division", "enterprise", ["division"])


def _create_hazard() -> None:
    op.create_table(
        "hazard",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("longitude", sa.Float()),
        sa.Column("latitude", sa.Float()),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.Column("found_tier", sa.SmallInteger(), nullable=False),
        sa.Column("found_at", UtcDateTime, nullable=False),
        sa.Column("reported_at", UtcDateTime, nullable=False),
        sa.Column("is_reported_late", sa.Boolean(), nullable=False),
        sa.Column("deadline", sa.Date()),
        sa.Column("began_on", sa.Date()),
        sa.Column("wanted_deadline", sa.Date()),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        sa.Column("again", sa.SmallInteger(), nullable=False),
        sa.Column("is_overdue", sa.Boolean(), nullable=False),
        sa.Column("listed_on", sa.Date()),
        sa.Column("was_halted", sa.Boolean(), nullable=False),
        sa.Column("due_at", UtcDateTime),
        sa.Column("repeats", Id),
        sa.Column("closed_on", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk__hazard"),
    )
    op.create_index("ix__hazard__enterprise_id", "hazard", ["enterprise_id", "id"])
    op.create_index("ix__hazard__state", "hazard", ["state", "id"])


def _create_hazard_step() -> None:
    op.create_table(
        "hazard_step",
        sa.Column("hazard_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("tier", sa.SmallInteger(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("given", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("hazard_id", "version", name="pk__hazard_step"),
    )


def _create_halt_order() -> None:
    op.create_table(
        "halt_order",
        sa.Column("id", Id, nullable=False),
        sa.Column("hazard_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("ordered_by", sa.Text(), nullable=False),
        sa.Column("ordered_at", UtcDateTime, nullable=False),
        sa.Column("resumed_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk__halt_order"),
    )
    op.create_index("ix__halt_order__hazard_id", "halt_order", ["hazard_id"])


def _create_public_report() -> None:
    op.create_table(
        "public_report",
        sa.Column("id", Id, nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("enterprise_id", Id),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", UtcDateTime),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__public_report"),
    )
    op.create_index("ix__public_report__receipt", "public_report", ["receipt"], unique=True)
