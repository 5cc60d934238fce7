"""Papers of permits: what was printed, fixed by its digest."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from services.permits.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

permit_paper = Table(
    "permit_paper",
    metadata,
    Column("permit_id", Id, nullable=False),
    Column("version", Integer, nullable=False),  # of the permit
    Column("code", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("content", JsonDocument, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("permit_id", "version"),
)
Index("ix__permit_paper__code", permit_paper.c.code, unique=True)
