"""The daily commitment of each enterprise that owes one: a row a day, every version, every step."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, PrimaryKeyConstraint, SmallInteger, Table, Text, text

from services.permits.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

commitment = Table(
    "commitment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("day", Date, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("is_owed", Boolean, nullable=False),
    Column("tiers", JsonDocument, nullable=False),  # who judges before the principal signs
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("told", Integer, nullable=False),
    Column("edition", SmallInteger, nullable=False),  # of the published content; 0 before
    Column("content", JsonDocument, nullable=False),
    Column("is_nil", Boolean, nullable=False),
    Column("reminded_at", UtcDateTime),
    Column("signed_by", Text, nullable=False),
    Column("signed_at", UtcDateTime),  # the first signature; an amendment does not move it
    Column("letter", Text, nullable=False),  # the written delegation under which somebody else signed
    Column("offline_reason", Text, nullable=False),
    Column("is_late", Boolean, nullable=False),
    Column("is_missed", Boolean, nullable=False),
    Column("misses_this_month", SmallInteger, nullable=False),
    Column("computed_grade", SmallInteger),
    Column("disputes", JsonDocument, nullable=False),
    Column("is_disputed", Boolean, nullable=False),
)
Index("ix__commitment__day", commitment.c.day, commitment.c.enterprise_id, unique=True)
Index("ix__commitment__enterprise_id", commitment.c.enterprise_id, commitment.c.day)
Index(
    "ix__commitment__unsigned",
    commitment.c.day,
    postgresql_where=text("signed_at IS NULL"),
    sqlite_where=text("signed_at IS NULL"),
)

commitment_version = Table(
    "commitment_version",
    metadata,
    Column("commitment_id", Id, nullable=False),
    Column("edition", SmallInteger, nullable=False),
    Column("content", JsonDocument, nullable=False),
    Column("reason", Text, nullable=False),
    Column("letter", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("commitment_id", "edition"),
)

commitment_step = Table(
    "commitment_step",
    metadata,
    Column("commitment_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("tier", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("given", JsonDocument, nullable=False),
    PrimaryKeyConstraint("commitment_id", "version"),
)
