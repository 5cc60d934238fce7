"""What other services tell about enterprises; the newest sequence wins."""

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

from services.permits.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

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
    Column("features", JsonDocument, nullable=False),  # hazard features that it has
    Column("headcount", Integer),
)
Index("ix__enterprise__division", enterprise.c.division)

merged_enterprise = Table(  # entries that became part of another one: what is told of them is about that one
    "merged_enterprise",
    metadata,
    Column("merged_id", Id, primary_key=True),
    Column("kept_id", Id, nullable=False),
)

standing = Table(
    "standing",
    metadata,
    Column("enterprise_id", Id, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("level", SmallInteger),
)

obligation = Table(
    "obligation",
    metadata,
    Column("enterprise_id", Id, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("obligations", JsonDocument, nullable=False),
)

duty_period = Table(  # the same by duty: owed from the first day up to, not including, the end
    "duty_period",
    metadata,
    Column("duty", Text, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("known_at", UtcDateTime, nullable=False),  # nobody owes what was decided after the hour had passed
    PrimaryKeyConstraint("enterprise_id", "duty", "starts_on"),
)
Index("ix__duty_period__duty", duty_period.c.duty, duty_period.c.starts_on)

major_hazard = Table(
    "major_hazard",
    metadata,
    Column("hazard_id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("is_open", Boolean, nullable=False),
)
Index("ix__major_hazard__enterprise_id", major_hazard.c.enterprise_id)

halt = Table(
    "halt",
    metadata,
    Column("order_id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("order_number", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
)
Index("ix__halt__enterprise_id", halt.c.enterprise_id)
