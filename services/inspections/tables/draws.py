"""Dual-random draws: the row of a draw is its lock; who was in its pool and what was drawn stay for ever."""

from sqlalchemy import Column, Date, Index, Integer, PrimaryKeyConstraint, SmallInteger, Table, Text

from services.inspections.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

draw = Table(
    "draw",
    metadata,
    Column("id", Id, primary_key=True),
    Column("state", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("selection", JsonDocument, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("number", Integer, nullable=False),  # how many are drawn
    Column("team", SmallInteger, nullable=False),
    Column("algorithm", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("pool_hash", Text, nullable=False),
    Column("pool_size", Integer, nullable=False),
    Column("excluded", Integer, nullable=False),
    Column("seed", Text, nullable=False),  # empty until the pool is drawn from
    Column("prepared_by", Text, nullable=False),
    Column("prepared_at", UtcDateTime, nullable=False),
    Column("drawn_by", Text, nullable=False),
    Column("drawn_at", UtcDateTime),
    Column("ended_by", Text, nullable=False),  # who published it, or cancelled it
    Column("ended_at", UtcDateTime),
    Column("reason", Text, nullable=False),
)
Index("ix__draw__state", draw.c.state, draw.c.id)

draw_candidate = Table(
    "draw_candidate",
    metadata,
    Column("draw_id", Id, nullable=False),
    Column("enterprise_id", Id, nullable=False),  # as it was then: a merge changes no record
    Column("level", SmallInteger),
    Column("credit", Text, nullable=False),
    Column("weight", Integer, nullable=False),
    Column("reason", Text, nullable=False),  # why it may not be drawn
    Column("place", Integer),  # in the order of the draw
    Column("officers", JsonDocument, nullable=False),
    Column("task_id", Id),
    PrimaryKeyConstraint("draw_id", "enterprise_id"),
)
Index("ix__draw_candidate__place", draw_candidate.c.draw_id, draw_candidate.c.place)

draw_officer = Table(
    "draw_officer",
    metadata,
    Column("draw_id", Id, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("avoids", JsonDocument, nullable=False),
    PrimaryKeyConstraint("draw_id", "account_id"),
)

avoidance = Table(
    "avoidance",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("relation", Text, nullable=False),
    Column("declared_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)
Index("ix__avoidance__account_id", avoidance.c.account_id, avoidance.c.enterprise_id)
