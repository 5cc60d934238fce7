"""Suggested violations, one for each thing that others told."""

from sqlalchemy import Column, Index, Table, Text, UniqueConstraint

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
