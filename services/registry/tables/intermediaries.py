"""Intermediaries with documents and staff, and their contracts with enterprises."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, Table, Text, UniqueConstraint

from services.registry.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

intermediary = Table(
    "intermediary",
    metadata,
    Column("id", Id, primary_key=True),
    Column("uscc", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("premises", Integer),  # square metres
    Column("services", JsonDocument, nullable=False),
    Column("contact_name", Text, nullable=False),  # sealed by shared.security.personal
    Column("contact_phone", Text, nullable=False),  # sealed by shared.security.personal
    Column("is_stopped", Boolean, nullable=False),  # by hand, with the reason below
    Column("stop_reason", Text, nullable=False),
    Column("status", Text, nullable=False),  # registered | suspended, follows from documents and is_stopped
    Column("reason", Text, nullable=False),  # by_hand | document_missing | document_expired
    Column("reason_document", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)
Index("ix__intermediary__name__id", intermediary.c.name, intermediary.c.id)

intermediary_document = Table(
    "intermediary_document",
    metadata,
    Column("id", Id, primary_key=True),
    Column("intermediary_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("attachment_id", Id),  # the scan
    UniqueConstraint("intermediary_id", "kind", "number", name="uq__intermediary_document__number"),
)

intermediary_staff = Table(
    "intermediary_staff",
    metadata,
    Column("id", Id, primary_key=True),
    Column("intermediary_id", Id, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("sealed_name", Text, nullable=False),
    Column("identity_index", Text, nullable=False),  # blind index of the identity card: one intermediary at a time
    Column("certificate", Text, nullable=False),
    Column("is_full_time", Boolean, nullable=False),
    Column("joined_on", Date, nullable=False),
    Column("left_on", Date),
)
Index("ix__intermediary_staff__intermediary_id", intermediary_staff.c.intermediary_id)
Index("ix__intermediary_staff__identity_index", intermediary_staff.c.identity_index)

service_contract = Table(
    "service_contract",
    metadata,
    Column("id", Id, primary_key=True),
    Column("intermediary_id", Id, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("number", Text, nullable=False),
    Column("services", JsonDocument, nullable=False),
    Column("visits_per_year", Integer, nullable=False),
    Column("fee", Integer),  # yuan a year
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("phase", Text, nullable=False),  # planned | live | ended
    Column("end_reason", Text, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("version", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("intermediary_id", "number", name="uq__service_contract__number"),
)
Index("ix__service_contract__enterprise_id", service_contract.c.enterprise_id)
Index("ix__service_contract__ends_on__id", service_contract.c.ends_on, service_contract.c.id)
