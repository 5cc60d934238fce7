"""What is known of places beside the enterprises' own rows: transfers to other counties, parks."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Float, Index, Table, Text, UniqueConstraint

from services.registry.tables.metadata import metadata
from shared.database import Id, UtcDateTime

transfer = Table(
    "transfer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("county", Text, nullable=False),  # six digits, never the home district
    Column("state", Text, nullable=False),  # sent | accepted | returned
    Column("is_newest", Boolean, nullable=False),  # of its enterprise
    Column("sent_on", Date, nullable=False),
    Column("sent_by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("answered_on", Date),
    Column("answered_by", Text, nullable=False),
    Column("reason", Text, nullable=False),  # why it came back
)
Index("ix__transfer__enterprise_id", transfer.c.enterprise_id, transfer.c.is_newest)

park = Table(
    "park",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),  # park | shared_building
    Column("operator_id", Id),  # an enterprise
    Column("address", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("longitude", Float, nullable=False),
    Column("latitude", Float, nullable=False),
    Column("location_precision", Text, nullable=False),  # exact | address
    Column("status", Text, nullable=False),  # open | closed
    Column("version", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("division", "name", name="uq__park__name"),
)
