"""Hazards: the row is the lock of everything that happens to one, ``hazard_step`` keeps each step for ever."""

from sqlalchemy import Boolean, Column, Date, Float, Index, Integer, SmallInteger, Table, Text

from services.inspections.tables.metadata import index_by_place, metadata, place_of_enterprise, steps_of
from shared.database import Id, UtcDateTime

hazard = Table(
    "hazard",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("told", Integer, nullable=False),  # events told so far: the sequence of the next one follows
    Column("state", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("level", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("longitude", Float),
    Column("latitude", Float),
    Column("found_by", Text, nullable=False),
    Column("found_tier", SmallInteger, nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    Column("reported_at", UtcDateTime, nullable=False),
    Column("is_reported_late", Boolean, nullable=False),
    Column("deadline", Date),
    Column("began_on", Date),
    Column("wanted_deadline", Date),
    Column("submitted_by", Text, nullable=False),
    Column("again", SmallInteger, nullable=False),
    Column("is_overdue", Boolean, nullable=False),
    Column("listed_on", Date),
    Column("was_halted", Boolean, nullable=False),
    Column("due_at", UtcDateTime),
    Column("repeats", Id),
    Column("closed_on", Date),
    *place_of_enterprise(),
)
index_by_place(hazard, "id", flags=("is_open", "is_overdue"))
Index("ix__hazard__enterprise_id", hazard.c.enterprise_id, hazard.c.id)
Index("ix__hazard__deadline", hazard.c.deadline)
Index("ix__hazard__state", hazard.c.state, hazard.c.id)

hazard_step = steps_of("hazard", Column("tier", SmallInteger, nullable=False))

halt_order = Table(
    "halt_order",
    metadata,
    Column("id", Id, primary_key=True),
    Column("hazard_id", Id, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("number", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("ordered_by", Text, nullable=False),
    Column("ordered_at", UtcDateTime, nullable=False),
    Column("resumed_at", UtcDateTime),
)
Index("ix__halt_order__hazard_id", halt_order.c.hazard_id)
