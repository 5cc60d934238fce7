"""Versions of checklists: what was published stays as it was; and which list is for whom, decision by decision."""

from sqlalchemy import Column, Index, Integer, Table, Text

from services.inspections.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

checklist_version = Table(
    "checklist_version",
    metadata,
    Column("id", Id, primary_key=True),
    Column("checklist", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),  # draft, published, retired, discarded
    Column("revision", Integer, nullable=False),  # grows while it is a draft
    Column("based_on", Id),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("content", JsonDocument, nullable=False),  # sections, items and response sets, as a rule table has them
    Column("note", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("published_by", Text),
    Column("effective_from", UtcDateTime),
    Column("retired_at", UtcDateTime),
)
Index("ix__checklist_version__number", checklist_version.c.checklist, checklist_version.c.number, unique=True)
Index("ix__checklist_version__state", checklist_version.c.state, checklist_version.c.id)

checklist_choice = Table(
    "checklist_choice",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("rules", JsonDocument, nullable=False),
    Column("note", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
