"""Official documents: the row is the lock; numbers run without gaps by kind and year, nothing is ever deleted."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, SmallInteger, Table, Text

from services.inspections.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

document = Table(
    "document",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("check_id", Id),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", JsonDocument, nullable=False),
    Column("sha256", Text, nullable=False),  # of the content: what everybody signs
    Column("code", Text, nullable=False),  # with it anyone sees whether a paper is genuine
    Column("drawn_up_by", Text, nullable=False),
    Column("drawn_up_at", UtcDateTime, nullable=False),
    Column("issued_at", UtcDateTime),
    Column("attachment_id", Id),  # the file, as it was when everybody had signed
    Column("file_sha256", Text, nullable=False),
    Column("replaces", Id),
    Column("ended_by", Text, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("end_reason", Text, nullable=False),
)
Index("ix__document__number", document.c.number, unique=True)
Index("ix__document__code", document.c.code, unique=True)
Index("ix__document__enterprise_id", document.c.enterprise_id, document.c.id)
Index("ix__document__state", document.c.state, document.c.id)
Index("ix__document__check_id", document.c.check_id)
Index("ix__document__replaces", document.c.replaces)

document_hazard = Table(
    "document_hazard",
    metadata,
    Column("document_id", Id, nullable=False),
    Column("hazard_id", Id, nullable=False),
    PrimaryKeyConstraint("document_id", "hazard_id"),
)
Index("ix__document_hazard__hazard_id", document_hazard.c.hazard_id)

document_signature = Table(
    "document_signature",
    metadata,
    Column("document_id", Id, nullable=False),
    Column("position", SmallInteger, nullable=False),
    Column("place", Text, nullable=False),  # officer or present
    Column("account_id", Text, nullable=False),  # who signed, or recorded the signature of who has no account
    Column("name", Text, nullable=False),
    Column("post", Text, nullable=False),  # the post, or the number of an officer's certificate
    Column("method", Text, nullable=False),  # drawn, pin or refused
    Column("image_id", Id),
    Column("reason", Text, nullable=False),
    Column("witness", Text, nullable=False),
    Column("sha256", Text, nullable=False),  # of the content that was signed
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("document_id", "position"),
)

document_series = Table(
    "document_series",
    metadata,
    Column("kind", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("kind", "year"),
)
