"""Violations, and penalty decisions with each of their steps."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "violation",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("cause_id", Id),
        sa.PrimaryKeyConstraint("id", name="pk__violation"),
    )
    op.create_index("ix__violation__enterprise_id", "violation", ["enterprise_id", "id"])
    op.create_table(
        "penalty",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("violation_id", Id),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_decision(),
        *_publicity(),
        sa.PrimaryKeyConstraint("id", name="pk__penalty"),
        sa.UniqueConstraint("authority", "document_number", name="uq__penalty__authority_document_number"),
    )
    op.create_index("ix__penalty__enterprise_id", "penalty", ["enterprise_id", "decided_on"])
    where = sa.text("is_shown")
    op.create_index("ix__penalty__is_shown", "penalty", ["id"], postgresql_where=where, sqlite_where=where)
    _create_step()


def downgrade() -> None:
    for table in ("penalty_step", "penalty", "violation"):
        op.drop_table(table)


def _decision() -> list[sa.Column]:
    return [
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_name", sa.Text(), nullable=False),
        sa.Column("subject_code", sa.Text(), nullable=False),
        sa.Column("other_codes", JsonDocument, nullable=False),
        sa.Column("personal", sa.Text(), nullable=False),
        sa.Column("document_number", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("conduct", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("kinds", JsonDocument, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("fine", sa.BigInteger(), nullable=False),
        sa.Column("confiscated", sa.BigInteger(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date()),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("authority_code", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("is_simple", sa.Boolean(), nullable=False),
    ]


def _publicity() -> list[sa.Column]:
    return [
        sa.Column("penalty_class", sa.Text(), nullable=False),
        sa.Column("class_reason", sa.Text(), nullable=False),
        sa.Column("regime", sa.Text(), nullable=False),
        sa.Column("publish_by", sa.Date(), nullable=False),
        sa.Column("shown_least_until", sa.Date(), nullable=False),
        sa.Column("shown_until", sa.Date(), nullable=False),
        sa.Column("is_warned", sa.Boolean(), nullable=False),
        sa.Column("published_on", sa.Date()),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("settled_on", sa.Date()),
        sa.Column("due_on", sa.Date()),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
    ]


def _create_step() -> None:
    op.create_table(
        "penalty_step",
        sa.Column("penalty_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("given", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("penalty_id", "version", name="pk__penalty_step"),
    )
