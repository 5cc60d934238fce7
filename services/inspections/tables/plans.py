"""Annual plans: each version a row that locks its lines; a line is an enterprise, a visit one month of it."""

from sqlalchemy import Boolean, Column, Index, Integer, PrimaryKeyConstraint, SmallInteger, Table, Text, false

from services.inspections.tables.metadata import metadata, steps_of
from shared.database import Id, JsonDocument, UtcDateTime

plan = Table(
    "plan",
    metadata,
    Column("id", Id, primary_key=True),
    Column("year", SmallInteger, nullable=False),
    Column("authority", Text, nullable=False),  # the division whose authority inspects
    Column("number", SmallInteger, nullable=False),
    Column("agency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("replaces", Id),
    Column("author", Text, nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("capacity", JsonDocument, nullable=False),  # {} until somebody has entered it
    Column("quotas", JsonDocument, nullable=False),  # level → percent, pool and visits drawn by lot
    Column("created_at", UtcDateTime, nullable=False),
    Column("published_at", UtcDateTime),
)
Index("ix__plan__number", plan.c.year, plan.c.authority, plan.c.number, unique=True)

plan_step = steps_of("plan")

plan_line = Table(
    "plan_line",
    metadata,
    Column("plan_id", Id, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("musts", JsonDocument, nullable=False),  # why it has to be in the plan
    Column("note", Text, nullable=False),  # why it is in, or why it is left out
    Column("visits", SmallInteger, nullable=False),
    Column("is_joint", Boolean, nullable=False, server_default=false()),  # other agencies come along
    PrimaryKeyConstraint("plan_id", "enterprise_id"),
)
Index("ix__plan_line__enterprise_id", plan_line.c.enterprise_id, plan_line.c.plan_id)

plan_visit = Table(
    "plan_visit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("plan_id", Id, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("month", SmallInteger, nullable=False),
    Column("task_id", Id),
    Column("dropped", Text, nullable=False),  # why no task was made when its month began
)
Index("ix__plan_visit__month", plan_visit.c.plan_id, plan_visit.c.enterprise_id, plan_visit.c.month, unique=True)
