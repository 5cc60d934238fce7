"""People of enterprises. Names, telephones and cards are sealed; equal ones are found by blind index."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Index, Table, Text, UniqueConstraint

from services.registry.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

person = Table(
    "person",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("key_index", Text, nullable=False),  # of card, telephone or name: who is the same person
    Column("sealed_name", Text, nullable=False),
    Column("sealed_phone", Text, nullable=False),
    Column("sealed_identity", Text, nullable=False),
    Column("name_index", Text, nullable=False),
    Column("phone_index", Text, nullable=False),
    Column("identity_index", Text, nullable=False),
    Column("posts", JsonDocument, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("joined_on", Date),
    Column("left_on", Date),
    Column("version", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("enterprise_id", "key_index", name="uq__person__enterprise_id"),
)
Index("ix__person__name_index", person.c.name_index)
Index("ix__person__phone_index", person.c.phone_index)
Index("ix__person__identity_index", person.c.identity_index)
