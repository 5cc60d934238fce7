"""Violations and penalty decisions; of these the row is the lock, ``penalty_step`` keeps each step; persons sealed."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from services.credit.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

violation = Table(
    "violation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("act", Text, nullable=False),  # code of the catalogue
    Column("severity", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("found_on", Date, nullable=False),
    Column("recorded_on", Date, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("cause", Text, nullable=False),  # of the suggestion that it was confirmed from; empty: entered by hand
    Column("cause_id", Id),
)
Index("ix__violation__enterprise_id", violation.c.enterprise_id, violation.c.id)

penalty = Table(
    "penalty",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("violation_id", Id),
    Column("state", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("is_shown", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("subject_kind", Text, nullable=False),
    Column("subject_name", Text, nullable=False),  # of a natural person masked
    Column("subject_code", Text, nullable=False),
    Column("other_codes", JsonDocument, nullable=False),
    Column("personal", Text, nullable=False),  # sealed: names and numbers of persons
    Column("document_number", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("conduct", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("kinds", JsonDocument, nullable=False),
    Column("content", Text, nullable=False),
    Column("fine", BigInteger, nullable=False),
    Column("confiscated", BigInteger, nullable=False),
    Column("licence", Text, nullable=False),
    Column("decided_on", Date, nullable=False),
    Column("valid_until", Date),
    Column("authority", Text, nullable=False),
    Column("authority_code", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("origin_code", Text, nullable=False),
    Column("remark", Text, nullable=False),
    Column("is_simple", Boolean, nullable=False),
    Column("penalty_class", Text, nullable=False),
    Column("class_reason", Text, nullable=False),
    Column("regime", Text, nullable=False),
    Column("publish_by", Date, nullable=False),
    Column("shown_least_until", Date, nullable=False),
    Column("shown_until", Date, nullable=False),
    Column("is_warned", Boolean, nullable=False),
    Column("published_on", Date),
    Column("is_late", Boolean, nullable=False),  # published after the deadline, or withdrawn after it
    Column("settled_on", Date),
    Column("due_on", Date),  # of the repair that is under way
    Column("explanation", Text, nullable=False),  # why it was withdrawn, as the public reads it
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("is_misentered", Boolean, nullable=False),  # struck out: what it said was never decided so
)
Index(
    "ix__penalty__document_number",
    penalty.c.authority,
    penalty.c.document_number,
    unique=True,
    postgresql_where=text("NOT is_misentered"),
    sqlite_where=text("NOT is_misentered"),
)
Index("ix__penalty__enterprise_id", penalty.c.enterprise_id, penalty.c.decided_on)
Index("ix__penalty__is_shown", penalty.c.id, postgresql_where=text("is_shown"), sqlite_where=text("is_shown"))

penalty_step = Table(
    "penalty_step",
    metadata,
    Column("penalty_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("given", JsonDocument, nullable=False),
    PrimaryKeyConstraint("penalty_id", "version"),
)
