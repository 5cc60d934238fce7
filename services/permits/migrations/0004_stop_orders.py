"""Orders to stop work, and each of their steps."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stop_order",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("permit_ids", JsonDocument, nullable=False),
        sa.Column("job_ids", JsonDocument, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_signatures(),
        sa.PrimaryKeyConstraint("id", name="pk__stop_order"),
        sa.UniqueConstraint("number", name="uq__stop_order__number"),
    )
    op.create_index("ix__stop_order__enterprise_id", "stop_order", ["enterprise_id", "id"])
    where = sa.text("is_open")
    op.create_index(
        "ix__stop_order__is_open", "stop_order", ["enterprise_id"], postgresql_where=where, sqlite_where=where
    )
    _create_step()


def downgrade() -> None:
    for table in ("stop_order_step", "stop_order"):
        op.drop_table(table)


def _signatures() -> list[sa.Column]:
    return [
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("signed_at", UtcDateTime, nullable=False),
        sa.Column("second_by", sa.Text(), nullable=False),
        sa.Column("alone_because", sa.Text(), nullable=False),
        sa.Column("in_force_at", UtcDateTime),
        sa.Column("lifted_by", sa.Text(), nullable=False),
        sa.Column("lifted_because", sa.Text(), nullable=False),
        sa.Column("lifted_at", UtcDateTime),
    ]


def _create_step() -> None:
    op.create_table(
        "stop_order_step",
        sa.Column("order_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("given", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("order_id", "version", name="pk__stop_order_step"),
    )
