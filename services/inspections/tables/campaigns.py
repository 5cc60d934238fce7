"""Campaigns of group service: the team, a plan for each enterprise, each item of a plan."""

from sqlalchemy import Column, Date, Index, Integer, PrimaryKeyConstraint, SmallInteger, Table, Text

from services.inspections.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

campaign = Table(
    "campaign",
    metadata,
    Column("id", Id, primary_key=True),
    Column("title", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("grouping", Text, nullable=False),
    Column("groups", JsonDocument, nullable=False),
    Column("levels", JsonDocument, nullable=False),
    Column("densities", JsonDocument, nullable=False),  # of the chosen groups, as they were then
    Column("offered", JsonDocument, nullable=False),
    Column("rules", Text, nullable=False),
    Column("leader", Text, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("ended_by", Text, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("summary", Text, nullable=False),  # what came of it, or why it was cancelled
)
Index("ix__campaign__state", campaign.c.state, campaign.c.id)

campaign_member = Table(
    "campaign_member",
    metadata,
    Column("campaign_id", Id, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("skills", JsonDocument, nullable=False),
    PrimaryKeyConstraint("campaign_id", "account_id"),
)
Index("ix__campaign_member__account_id", campaign_member.c.account_id)

campaign_plan = Table(
    "campaign_plan",
    metadata,
    Column("campaign_id", Id, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("level", SmallInteger),
    Column("wanted", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("findings", Integer, nullable=False),
    PrimaryKeyConstraint("campaign_id", "enterprise_id"),
)
Index("ix__campaign_plan__enterprise_id", campaign_plan.c.enterprise_id)

campaign_tick = Table(
    "campaign_tick",
    metadata,
    Column("campaign_id", Id, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("item", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("hazard_id", Id),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("campaign_id", "enterprise_id", "item"),
)
