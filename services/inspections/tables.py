"""Tables of inspections. ``enterprise`` is its own small copy of what the register tells.

The row of a hazard is the lock of everything that happens to it; ``hazard_step`` keeps each step for ever.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
)

from shared.database import Id, JsonDocument, UtcDateTime, service_metadata

metadata = service_metadata()

enterprise = Table(
    "enterprise",
    metadata,
    Column("enterprise_id", Id, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("subdistrict", Text, nullable=False),
    Column("grid", Text, nullable=False),
    Column("industry", Text, nullable=False),
    Column("longitude", Float),
    Column("latitude", Float),
    Column("location_precision", Text, nullable=False),
    Column("supervision", Text, nullable=False),
    Column("is_active", Boolean, nullable=False),
)
Index("ix__enterprise__division", enterprise.c.division)

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
)
Index("ix__hazard__enterprise_id", hazard.c.enterprise_id, hazard.c.id)
Index("ix__hazard__state", hazard.c.state, hazard.c.id)

hazard_step = Table(
    "hazard_step",
    metadata,
    Column("hazard_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("tier", SmallInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("given", JsonDocument, nullable=False),
    PrimaryKeyConstraint("hazard_id", "version"),
)

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

public_report = Table(
    "public_report",
    metadata,
    Column("id", Id, primary_key=True),
    Column("receipt", Text, nullable=False),
    Column("enterprise_id", Id),
    Column("subject", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("expected_on", Date, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", UtcDateTime),
    Column("reply", Text, nullable=False),
)
Index("ix__public_report__receipt", public_report.c.receipt, unique=True)
