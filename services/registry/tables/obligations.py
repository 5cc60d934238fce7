"""Obligations of enterprises, every change of them, and the decisions that many of them rest on."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Index, Integer, PrimaryKeyConstraint, Table, Text

from services.registry.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

obligation = Table(
    "obligation",
    metadata,
    Column("enterprise_id", Id, nullable=False),
    Column("duty", Text, nullable=False),
    Column("rule", Text, nullable=False),  # id of the default, or "decision"
    Column("basis", Text, nullable=False),
    Column("frequency", Text, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),  # the first day on which it is owed no more
    Column("end_reason", Text, nullable=False),  # "" | supervision | decision
    PrimaryKeyConstraint("enterprise_id", "duty"),
)
Index("ix__obligation__duty__ends_on", obligation.c.duty, obligation.c.ends_on)

obligation_history = Table(
    "obligation_history",
    metadata,
    Column("enterprise_id", Id, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("decision_id", Id),
    Column("obligations", JsonDocument, nullable=False),  # all of them after the change
    PrimaryKeyConstraint("enterprise_id", "version"),
)

decision = Table(
    "decision",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),  # supervision | start | end
    Column("content", JsonDocument, nullable=False),
    Column("selection", JsonDocument, nullable=False),  # the filter that names the enterprises
    Column("jurisdiction", JsonDocument, nullable=False),  # divisions and grids of the one who decided
    Column("basis", Text, nullable=False),
    Column("state", Text, nullable=False),  # running | completed
    Column("expected", Integer, nullable=False),  # enterprises that change, as the preview counted them
    Column("changed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
)
