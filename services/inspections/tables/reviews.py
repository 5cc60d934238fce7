"""Draws of reports, and the reports that are looked at again."""

from sqlalchemy import Column, Index, Integer, Table, Text

from services.inspections.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

sample_draw = Table(  # with its seed and its pool anybody can draw again
    "sample_draw",
    metadata,
    Column("id", Id, primary_key=True),
    Column("half_year", Text, nullable=False),
    Column("intermediary_id", Id, nullable=False),
    Column("algorithm", Text, nullable=False),
    Column("seed", Text, nullable=False),
    Column("pool", JsonDocument, nullable=False),
    Column("pool_digest", Text, nullable=False),
    Column("drawn", Integer, nullable=False),
    Column("reported", Integer, nullable=False),
    Column("percent", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
Index("ix__sample_draw__half_year", sample_draw.c.half_year, sample_draw.c.intermediary_id)

review = Table(
    "review",
    metadata,
    Column("id", Id, primary_key=True),
    Column("draw_id", Id, nullable=False),
    Column("visit_id", Id, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("intermediary_id", Id, nullable=False),
    Column("half_year", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("ground", Text, nullable=False),
    Column("remark", Text, nullable=False),
    Column("photos", JsonDocument, nullable=False),
    Column("by", Text, nullable=False),
    Column("decided_at", UtcDateTime),
)
Index("ix__review__visit_id", review.c.visit_id, unique=True)
Index("ix__review__half_year", review.c.half_year, review.c.intermediary_id, review.c.state)
