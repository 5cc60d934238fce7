"""Answers that arrived when their task could take none any more: kept beside it, counted nowhere."""

from sqlalchemy import Column, Float, Index, Integer, Table, Text

from services.inspections.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

late_check = Table(
    "late_check",
    metadata,
    Column("id", Id, primary_key=True),  # the phone has chosen it
    Column("task_id", Id, nullable=False),
    Column("reason", Text, nullable=False),
    Column("checklist", Text, nullable=False),
    Column("checklist_version", Integer, nullable=False),
    Column("answers", JsonDocument, nullable=False),
    Column("photos", JsonDocument, nullable=False),
    Column("notes", JsonDocument, nullable=False),
    Column("longitude", Float),
    Column("latitude", Float),
    Column("finished_at", UtcDateTime),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
Index("ix__late_check__task_id", late_check.c.task_id, late_check.c.id)
