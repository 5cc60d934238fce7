"""What waits for the bureau: suggested violations, one for each thing that others told, and proposals to close."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Table, Text, UniqueConstraint

from services.credit.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

suggestion = Table(
    "suggestion",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),  # what it is about: a hazard, a check, a month of an enterprise
    Column("details", JsonDocument, nullable=False),
    Column("state", Text, nullable=False),
    Column("suggested_at", UtcDateTime, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("reason", Text, nullable=False),
    Column("violation_id", Id),
    UniqueConstraint("kind", "key"),
)
Index("ix__suggestion__enterprise_id", suggestion.c.enterprise_id, suggestion.c.id)

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
