"""Pilots in which the subdistrict answers declared work, and what was answered; a review belongs to one job."""

from sqlalchemy import Boolean, Column, Date, Index, Table, Text

from services.permits.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

pilot = Table(
    "pilot",
    metadata,
    Column("id", Id, primary_key=True),
    Column("division", Text, nullable=False),
    Column("document", Text, nullable=False),  # title and number of what the pilot rests on
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("colours", JsonDocument, nullable=False),
    Column("kinds", JsonDocument, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("is_ended", Boolean, nullable=False),
    Column("ended_by", Text, nullable=False),
    Column("ended_because", Text, nullable=False),
    Column("ended_at", UtcDateTime),
)

review = Table(
    "review",
    metadata,
    Column("id", Id, primary_key=True),
    Column("pilot_id", Id, nullable=False),
    Column("job_id", Id, nullable=False, unique=True),
    Column("permit_id", Id),
    Column("enterprise_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("colour", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("answered_by", Text, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("reason", Text, nullable=False),
)
Index("ix__review__enterprise_id", review.c.enterprise_id, review.c.id)
