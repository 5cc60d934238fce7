"""Proposals to close a business, and the open major hazards that they need."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Table, Text

from services.credit.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

closure = Table(
    "closure",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("state", Text, nullable=False),
    Column("span", Text, nullable=False),
    Column("penalty_ids", JsonDocument, nullable=False),
    Column("hazard_ids", JsonDocument, nullable=False),
    Column("proposed_on", Date, nullable=False),
    Column("document", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", UtcDateTime),
)
Index("ix__closure__enterprise_id", closure.c.enterprise_id, closure.c.id)

major_hazard = Table(  # as inspections tells; of one hazard the newest fact holds
    "major_hazard",
    metadata,
    Column("hazard_id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("is_open", Boolean, nullable=False),
)
Index("ix__major_hazard__enterprise_id", major_hazard.c.enterprise_id)
