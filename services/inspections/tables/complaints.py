"""Complaints of enterprises about their intermediaries; the row is the lock, ``complaint_step`` keeps each step."""

from sqlalchemy import Boolean, Column, Index, Integer, SmallInteger, Table, Text

from services.inspections.tables.metadata import metadata, steps_of
from shared.database import Id, UtcDateTime

complaint = Table(
    "complaint",
    metadata,
    Column("id", Id, primary_key=True),
    Column("visit_id", Id, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("intermediary_id", Id, nullable=False),
    Column("subject", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
    Column("is_overdue", Boolean, nullable=False),
    Column("response", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("answered_by", Text, nullable=False),
    Column("answered_at", UtcDateTime),
)
Index("ix__complaint__enterprise_id", complaint.c.enterprise_id, complaint.c.id)
Index("ix__complaint__intermediary_id", complaint.c.intermediary_id, complaint.c.received_at)

complaint_step = steps_of("complaint", Column("tier", SmallInteger, nullable=False))
