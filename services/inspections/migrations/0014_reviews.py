"""Draws of reports, the reports that are looked at again, and complaints about intermediaries."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_draw()
    _create_review()
    _create_complaint()


def downgrade() -> None:
    for table in ("complaint_step", "complaint", "review", "sample_draw"):
        op.drop_table(table)


def _create_draw() -> None:
    op.create_table(
        "sample_draw",
        sa.Column("id", Id, nullable=False),
        sa.Column("half_year", sa.Text(), nullable=False),
        sa.Column("intermediary_id", Id, nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("pool", JsonDocument, nullable=False),
        sa.Column("pool_digest", sa.Text(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.Column("reported", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__sample_draw"),
    )
    op.create_index("ix__sample_draw__half_year", "sample_draw", ["half_year", "intermediary_id"])


def _create_review() -> None:
    op.create_table(
        "review",
        sa.Column("id", Id, nullable=False),
        sa.Column("draw_id", Id, nullable=False),
        sa.Column("visit_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("intermediary_id", Id, nullable=False),
        sa.Column("half_year", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("photos", JsonDocument, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk__review"),
    )
    op.create_index("ix__review__visit_id", "review", ["visit_id"], unique=True)
    op.create_index("ix__review__half_year", "review", ["half_year", "intermediary_id", "state"])


def _create_complaint() -> None:
    op.create_table(
        "complaint",
        sa.Column("id", Id, nullable=False),
        sa.Column("visit_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("intermediary_id", Id, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime),
        sa.Column("is_overdue", sa.Boolean(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk__complaint"),
    )
    op.create_index("ix__complaint__enterprise_id", "complaint", ["enterprise_id", "id"])
    op.create_index("ix__complaint__intermediary_id", "complaint", ["intermediary_id", "received_at"])
    op.create_table(
        "complaint_step",
        sa.Column("complaint_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tier", sa.SmallInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("given", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("complaint_id", "version", name="pk__complaint_step"),
    )
