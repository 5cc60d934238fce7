"""Public exposures with each of their steps, and the objections beside them."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from services.credit.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

exposure = Table(
    "exposure",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("penalty_id", Id),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("months", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("is_shown", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("published_on", Date),
    Column("shown_until", Date),
)
Index("ix__exposure__enterprise_id", exposure.c.enterprise_id, exposure.c.id)
Index("ix__exposure__is_shown", exposure.c.id, postgresql_where=text("is_shown"), sqlite_where=text("is_shown"))

exposure_step = Table(
    "exposure_step",
    metadata,
    Column("exposure_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("given", JsonDocument, nullable=False),
    PrimaryKeyConstraint("exposure_id", "version"),
)

exposure_objection = Table(
    "exposure_objection",
    metadata,
    Column("id", Id, primary_key=True),
    Column("exposure_id", Id, nullable=False),
    Column("statement", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("reply", Text, nullable=False),
    Column("replied_by", Text, nullable=False),
    Column("replied_at", UtcDateTime),
)
Index("ix__exposure_objection__exposure_id", exposure_objection.c.exposure_id, exposure_objection.c.id)
