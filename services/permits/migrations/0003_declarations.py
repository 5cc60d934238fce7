"""Declared work, its jobs and their steps, and work that nobody declared."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_declaration()
    _create_job()
    _create_step()
    _create_undeclared()


def downgrade() -> None:
    for table in ("undeclared_work", "declared_job_step", "declared_job", "declaration"):
        op.drop_table(table)


def _create_declaration() -> None:
    op.create_table(
        "declaration",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_nil", sa.Boolean(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("signed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__declaration"),
        sa.UniqueConstraint("enterprise_id", "day", name="uq__declaration__enterprise_id_day"),
    )
    op.create_index("ix__declaration__day", "declaration", ["day", "id"])


def _create_job() -> None:
    op.create_table(
        "declared_job",
        sa.Column("id", Id, nullable=False),
        sa.Column("declaration_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("permit_id", Id),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("place_id", Id),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("longitude", sa.Float()),
        sa.Column("latitude", sa.Float()),
        sa.Column("accuracy_m", sa.Float()),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("contractor", sa.Text(), nullable=False),
        sa.Column("people", JsonDocument, nullable=False),
        sa.Column("facts", JsonDocument, nullable=False),
        sa.Column("photos", JsonDocument, nullable=False),
        *_triage_columns(),
        *_way_columns(),
        sa.PrimaryKeyConstraint("id", name="pk__declared_job"),
    )
    op.create_index("ix__declared_job__day", "declared_job", ["day", "weight", "id"])
    op.create_index("ix__declared_job__enterprise_id", "declared_job", ["enterprise_id", "day"])
    op.create_index("ix__declared_job__contractor", "declared_job", ["enterprise_id", "contractor"])


def _triage_columns() -> list[sa.Column]:
    return [
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.Column("reasons", JsonDocument, nullable=False),
        sa.Column("open_rules", JsonDocument, nullable=False),
        sa.Column("is_visited", sa.Boolean(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
    ]


def _way_columns() -> list[sa.Column]:
    return [
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_overdue", sa.Boolean(), nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("declared_by", sa.Text(), nullable=False),
        sa.Column("declared_at", UtcDateTime, nullable=False),
    ]


def _create_step() -> None:
    op.create_table(
        "declared_job_step",
        sa.Column("job_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("given", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "version", name="pk__declared_job_step"),
    )


def _create_undeclared() -> None:
    op.create_table(
        "undeclared_work",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.Column("found_at", UtcDateTime, nullable=False),
        sa.Column("weighs_until", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__undeclared_work"),
    )
    op.create_index("ix__undeclared_work__enterprise_id", "undeclared_work", ["enterprise_id", "weighs_until"])
