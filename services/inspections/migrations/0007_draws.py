"""Dual-random draws with their pools; why an officer may not be drawn."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("licence_until", sa.Text(), nullable=False, server_default=""))
    op.add_column("staff", sa.Column("is_enabled", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("staff", sa.Column("is_absent", sa.Boolean(), nullable=False, server_default=sa.false()))
    _create_draw()
    _create_draw_candidate()
    _create_draw_officer()
    _create_avoidance()


def downgrade() -> None:
    for table in ("avoidance", "draw_officer", "draw_candidate", "draw"):
        op.drop_table(table)
    for column in ("is_absent", "is_enabled", "licence_until"):
        op.drop_column("staff", column)


def _create_draw() -> None:
    op.create_table(
        "draw",
        sa.Column("id", Id, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("division", sa.Text(), nullable=False),
        sa.Column("selection", JsonDocument, nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("team", sa.SmallInteger(), nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("pool_hash", sa.Text(), nullable=False),
        sa.Column("pool_size", sa.Integer(), nullable=False),
        sa.Column("excluded", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("prepared_by", sa.Text(), nullable=False),
        sa.Column("prepared_at", UtcDateTime, nullable=False),
        sa.Column("drawn_by", sa.Text(), nullable=False),
        sa.Column("drawn_at", UtcDateTime),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__draw"),
    )
    op.create_index("ix__draw__state", "draw", ["state", "id"])


def _create_draw_candidate() -> None:
    op.create_table(
        "draw_candidate",
        sa.Column("draw_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("level", sa.SmallInteger()),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer()),
        sa.Column("officers", JsonDocument, nullable=False),
        sa.Column("task_id", Id),
        sa.PrimaryKeyConstraint("draw_id", "enterprise_id", name="pk__draw_candidate"),
    )
    op.create_index("ix__draw_candidate__place", "draw_candidate", ["draw_id", "place"])


def _create_draw_officer() -> None:
    op.create_table(
        "draw_officer",
        sa.Column("draw_id", Id, nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("avoids", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("draw_id", "account_id", name="pk__draw_officer"),
    )


def _create_avoidance() -> None:
    op.create_table(
        "avoidance",
        sa.Column("id", Id, nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("declared_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk__avoidance"),
    )
    op.create_index("ix__avoidance__account_id", "avoidance", ["account_id", "enterprise_id"])
