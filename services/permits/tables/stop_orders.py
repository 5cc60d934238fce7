"""Orders to stop work: the row is the lock, ``stop_order_step`` keeps each step."""

from sqlalchemy import Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from services.permits.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

stop_order = Table(
    "stop_order",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("number", Text, nullable=False, unique=True),
    Column("year", Integer, nullable=False),
    Column("is_whole", Boolean, nullable=False),  # all dangerous work of the enterprise
    Column("permit_ids", JsonDocument, nullable=False),
    Column("job_ids", JsonDocument, nullable=False),
    Column("reason", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("signed_at", UtcDateTime, nullable=False),
    Column("second_by", Text, nullable=False),
    Column("alone_because", Text, nullable=False),
    Column("in_force_at", UtcDateTime),
    Column("lifted_by", Text, nullable=False),
    Column("lifted_because", Text, nullable=False),
    Column("lifted_at", UtcDateTime),
)
Index("ix__stop_order__enterprise_id", stop_order.c.enterprise_id, stop_order.c.id)
Index(
    "ix__stop_order__is_open",
    stop_order.c.enterprise_id,
    postgresql_where=text("is_open"),
    sqlite_where=text("is_open"),
)

stop_order_step = Table(
    "stop_order_step",
    metadata,
    Column("order_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("given", JsonDocument, nullable=False),
    PrimaryKeyConstraint("order_id", "version"),
)
