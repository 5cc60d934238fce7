"""What the public reports."""

from sqlalchemy import Column, Date, Index, Integer, Table, Text

from services.inspections.tables.metadata import metadata
from shared.database import Id, UtcDateTime

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
