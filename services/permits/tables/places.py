"""The ledger of places of each enterprise, and the doings there that need no permit but count beside one."""

from sqlalchemy import Column, Date, Float, Index, Integer, Table, Text

from services.permits.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

place = Table(
    "place",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("number", Text, nullable=False),  # unique among the places of the enterprise that are not removed
    Column("title", Text, nullable=False),
    Column("whereabouts", Text, nullable=False),
    Column("within_id", Id),
    Column("medium", Text, nullable=False),
    Column("hazards", JsonDocument, nullable=False),
    Column("risk_place", Text, nullable=False),  # yes, no, unknown
    Column("longitude", Float),
    Column("latitude", Float),
    Column("accuracy_m", Float),
    Column("found_by", Text, nullable=False),  # map, plan, gps; empty without a position
    Column("radius_m", Float, nullable=False),  # how far it reaches from its middle
    Column("assessed_on", Date),  # fixed hot-work areas
    Column("risk_distance_m", Float),
    Column("version", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
)
Index("ix__place__enterprise_id", place.c.enterprise_id, place.c.id)

doing = Table(
    "doing",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("place_id", Id),
    Column("description", Text, nullable=False),
    Column("longitude", Float),
    Column("latitude", Float),
    Column("accuracy_m", Float),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),  # earlier than planned when it was ended
    Column("ended_by", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
Index("ix__doing__enterprise_id", doing.c.enterprise_id, doing.c.ends_at)
