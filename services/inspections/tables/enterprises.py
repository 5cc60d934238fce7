"""What other services tell about enterprises and staff; the newest sequence wins."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Float, Index, Integer, SmallInteger, Table, Text

from services.inspections.tables.metadata import metadata
from shared.database import Id, JsonDocument

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
    Column("features", JsonDocument),  # hazard features that it has; null until the register tells again
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

credit_fact = Table(  # what an enterprise did, in the order in which it is told: what has ended stays ended
    "credit_fact",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("kind", Text, nullable=False),  # penalty, listing, accident
    Column("step", SmallInteger, nullable=False),  # 1: it counts; 2: withdrawn, or delisted
    Column("happened_on", Date),
    Column("ends_on", Date),
    Column("deaths", SmallInteger, nullable=False),
)
Index("ix__credit_fact__enterprise_id", credit_fact.c.enterprise_id, credit_fact.c.kind)

staff = Table(
    "staff",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("roles", JsonDocument, nullable=False),
    Column("divisions", JsonDocument, nullable=False),
    Column("grids", JsonDocument, nullable=False),
    Column("skills", JsonDocument, nullable=False),
    Column("enterprise_id", Text, nullable=False),
    Column("intermediary_id", Text, nullable=False),
    Column("is_available", Boolean, nullable=False),
    Column("licence_until", Text, nullable=False),  # the last day of the licence to enforce, ISO 8601; empty: none
    Column("is_enabled", Boolean, nullable=False),
    Column("is_absent", Boolean, nullable=False),
)
