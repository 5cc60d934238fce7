"""What enterprises did wrong, as an officer recorded it."""

from sqlalchemy import Column, Date, Index, Table, Text

from services.credit.tables.metadata import metadata
from shared.database import Id, UtcDateTime

violation = Table(
    "violation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("act", Text, nullable=False),  # code of the catalogue
    Column("severity", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("found_on", Date, nullable=False),
    Column("recorded_on", Date, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("cause", Text, nullable=False),  # of the suggestion that it was confirmed from; empty: entered by hand
    Column("cause_id", Id),
)
Index("ix__violation__enterprise_id", violation.c.enterprise_id, violation.c.id)
