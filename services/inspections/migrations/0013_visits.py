"""Contracts with their visits a year, visits with steps, people, findings and marks; how many people work somewhere."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enterprise", sa.Column("headcount", sa.Integer()))
    _create_contract()
    _create_visit()
    _create_visit_step()
    _create_beside()


def downgrade() -> None:
    for table in ("visit_flag", "visit_finding", "visit_person", "visit_step", "visit", "service_contract"):
        op.drop_table(table)
    op.drop_column("enterprise", "headcount")


def _create_contract() -> None:
    op.create_table(
        "service_contract",
        sa.Column("contract_id", Id, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("intermediary_id", Id, nullable=False),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("visits_per_year", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("contract_id", name="pk__service_contract"),
    )
    op.create_index("ix__service_contract__enterprise_id", "service_contract", ["enterprise_id"])


def _create_visit() -> None:
    op.create_table(
        "visit",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("intermediary_id", Id, nullable=False),
        sa.Column("contract_id", Id, nullable=False),
        sa.Column("task_id", Id, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime),
        sa.Column("inspector", sa.Text(), nullable=False),
        sa.Column("people", JsonDocument, nullable=False),
        sa.Column("started_at", UtcDateTime),
        sa.Column("start_longitude", sa.Float()),
        sa.Column("start_latitude", sa.Float()),
        sa.Column("start_accuracy", sa.Float()),
        sa.Column("proposes_place", sa.Boolean(), nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("end_longitude", sa.Float()),
        sa.Column("end_latitude", sa.Float()),
        sa.Column("end_accuracy", sa.Float()),
        sa.Column("minutes", sa.Integer()),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("photos", JsonDocument, nullable=False),
        sa.Column("findings", sa.SmallInteger(), nullable=False),
        sa.Column("reported_at", UtcDateTime),
        sa.Column("countersigned_by", sa.Text(), nullable=False),
        sa.Column("countersigned_at", UtcDateTime),
        sa.Column("stars", sa.SmallInteger()),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__visit"),
    )
    op.create_index("ix__visit__enterprise_id", "visit", ["enterprise_id", "id"])
    op.create_index("ix__visit__intermediary_id", "visit", ["intermediary_id", "reported_at"])
    op.create_index("ix__visit__task_id", "visit", ["task_id"], unique=True)
    op.create_index("ix__visit__contract_id", "visit", ["contract_id", "state"])
    op.create_index("ix__visit__state", "visit", ["state", "id"])


def _create_visit_step() -> None:
    op.create_table(
        "visit_step",
        sa.Column("visit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tier", sa.SmallInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("given", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("visit_id", "version", name="pk__visit_step"),
    )


def _create_beside() -> None:
    op.create_table(
        "visit_person",
        sa.Column("visit_id", Id, nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("visit_id", "account_id", name="pk__visit_person"),
    )
    op.create_index("ix__visit_person__account_id", "visit_person", ["account_id"])
    op.create_table(
        "visit_finding",
        sa.Column("visit_id", Id, nullable=False),
        sa.Column("hazard_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("visit_id", "hazard_id", name="pk__visit_finding"),
    )
    op.create_table(
        "visit_flag",
        sa.Column("visit_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("facts", JsonDocument, nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("visit_id", "kind", name="pk__visit_flag"),
    )
    op.create_index("ix__visit_flag__kind", "visit_flag", ["kind"])
