"""Production accidents, also of earlier years."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, Table, Text

from services.credit.tables.metadata import metadata
from shared.database import Id, UtcDateTime

accident = Table(
    "accident",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("occurred_on", Date, nullable=False),
    Column("kind", Text, nullable=False),
    Column("grade", Text, nullable=False),
    Column("deaths", Integer, nullable=False),
    Column("serious_injuries", Integer, nullable=False),
    Column("loss", BigInteger, nullable=False),
    Column("place", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("is_mainly_responsible", Boolean, nullable=False),
    Column("has_social_impact", Boolean, nullable=False),
    Column("is_concealed", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
)
Index("ix__accident__enterprise_id", accident.c.enterprise_id, accident.c.occurred_on)
Index("ix__accident__occurred_on", accident.c.occurred_on)
