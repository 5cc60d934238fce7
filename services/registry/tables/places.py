"""What is known of places beside the enterprises' own rows: transfers to other counties."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, Table, Text

from services.registry.tables.metadata import metadata
from shared.database import Id

transfer = Table(
    "transfer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("county", Text, nullable=False),  # six digits, never the home district
    Column("state", Text, nullable=False),  # sent | accepted | returned
    Column("is_newest", Boolean, nullable=False),  # of its enterprise
    Column("sent_on", Date, nullable=False),
    Column("sent_by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("answered_on", Date),
    Column("answered_by", Text, nullable=False),
    Column("reason", Text, nullable=False),  # why it came back
)
Index("ix__transfer__enterprise_id", transfer.c.enterprise_id, transfer.c.is_newest)
