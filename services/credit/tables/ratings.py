"""The present credit grade of each enterprise that anything is recorded of."""

from sqlalchemy import Column, Index, Integer, Table, Text

from services.credit.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

rating = Table(
    "rating",
    metadata,
    Column("enterprise_id", Id, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("grade", Text, nullable=False),
    Column("by_score", Text, nullable=False),
    Column("score", Integer, nullable=False),
    Column("policy", Text, nullable=False),
    Column("reasons", JsonDocument, nullable=False),
    Column("rated_at", UtcDateTime, nullable=False),
)
Index("ix__rating__grade", rating.c.grade, rating.c.enterprise_id)
