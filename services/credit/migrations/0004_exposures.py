"""Public exposures with their steps and objections, and accidents."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_exposure()
    _create_beside()
    op.create_table(
        "accident",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.Column("serious_injuries", sa.Integer(), nullable=False),
        sa.Column("loss", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("is_mainly_responsible", sa.Boolean(), nullable=False),
        sa.Column("has_social_impact", sa.Boolean(), nullable=False),
        sa.Column("is_concealed", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__accident"),
    )
    op.create_index("ix__accident__enterprise_id", "accident", ["enterprise_id", "occurred_on"])
    op.create_index("ix__accident__occurred_on", "accident", ["occurred_on"])


def downgrade() -> None:
    for table in ("accident", "exposure_objection", "exposure_step", "exposure"):
        op.drop_table(table)


def _create_exposure() -> None:
    op.create_table(
        "exposure",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("penalty_id", Id),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", UtcDateTime, nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("published_on", sa.Date()),
        sa.Column("shown_until", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk__exposure"),
    )
    op.create_index("ix__exposure__enterprise_id", "exposure", ["enterprise_id", "id"])
    where = sa.text("is_shown")
    op.create_index("ix__exposure__is_shown", "exposure", ["id"], postgresql_where=where, sqlite_where=where)


def _create_beside() -> None:
    op.create_table(
        "exposure_step",
        sa.Column("exposure_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("given", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("exposure_id", "version", name="pk__exposure_step"),
    )
    op.create_table(
        "exposure_objection",
        sa.Column("id", Id, nullable=False),
        sa.Column("exposure_id", Id, nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("replied_by", sa.Text(), nullable=False),
        sa.Column("replied_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk__exposure_objection"),
    )
    op.create_index("ix__exposure_objection__exposure_id", "exposure_objection", ["exposure_id", "id"])
