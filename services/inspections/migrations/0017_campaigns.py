"""Campaigns of group service: team, a plan for each enterprise, what was ticked off."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_campaign()
    _create_campaign_member()
    _create_campaign_plan()
    _create_campaign_tick()


def downgrade() -> None:
    for table in ("campaign_tick", "campaign_plan", "campaign_member", "campaign"):
        op.drop_table(table)


def _create_campaign() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", Id, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("grouping", sa.Text(), nullable=False),
        sa.Column("groups", JsonDocument, nullable=False),
        sa.Column("levels", JsonDocument, nullable=False),
        sa.Column("densities", JsonDocument, nullable=False),
        sa.Column("offered", JsonDocument, nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("leader", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__campaign"),
    )
    op.create_index("ix__campaign__state", "campaign", ["state", "id"])


def _create_campaign_member() -> None:
    op.create_table(
        "campaign_member",
        sa.Column("campaign_id", Id, nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("skills", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "account_id", name="pk__campaign_member"),
    )
    op.create_index("ix__campaign_member__account_id", "campaign_member", ["account_id"])


def _create_campaign_plan() -> None:
    op.create_table(
        "campaign_plan",
        sa.Column("campaign_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("level", sa.SmallInteger()),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "enterprise_id", name="pk__campaign_plan"),
    )
    op.create_index("ix__campaign_plan__enterprise_id", "campaign_plan", ["enterprise_id"])


def _create_campaign_tick() -> None:
    op.create_table(
        "campaign_tick",
        sa.Column("campaign_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("hazard_id", Id),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "enterprise_id", "item", name="pk__campaign_tick"),
    )
