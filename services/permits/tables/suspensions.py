"""What others tell that work has to stop for: alarms, and who is on the list of the severely untrustworthy."""

from sqlalchemy import Column, Index, SmallInteger, Table, Text

from services.permits.tables.metadata import metadata
from shared.database import Id, UtcDateTime

alarm = Table(  # level 0: only its end was heard of
    "alarm",
    metadata,
    Column("occurrence_id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("quantity", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("raised_at", UtcDateTime),
    Column("cleared_at", UtcDateTime),
)
Index("ix__alarm__enterprise_id", alarm.c.enterprise_id)

listing = Table(
    "listing",
    metadata,
    Column("listing_id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("listed_at", UtcDateTime),
    Column("delisted_at", UtcDateTime),
)
Index("ix__listing__enterprise_id", listing.c.enterprise_id)
