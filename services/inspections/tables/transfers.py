"""Transfers to other authorities: the row is the lock, ``transfer_step`` keeps each step for ever."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, SmallInteger, Table, Text

from services.inspections.tables.metadata import metadata, steps_of
from shared.database import Id, UtcDateTime

transfer = Table(
    "transfer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("hazard_id", Id, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("document_id", Id),  # the letter; None when it went without one
    Column("receiver", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("signed_for_by", Text, nullable=False),  # unit or person of the other authority
    Column("received_on", Date),
    Column("reply", Text, nullable=False),
    Column("replied_on", Date),
    Column("due_at", UtcDateTime),
    Column("is_overdue", Boolean, nullable=False),
    Column("reminders", SmallInteger, nullable=False),
)
Index("ix__transfer__hazard_id", transfer.c.hazard_id)
Index("ix__transfer__enterprise_id", transfer.c.enterprise_id, transfer.c.id)
Index("ix__transfer__is_open", transfer.c.is_open, transfer.c.id)

transfer_step = steps_of("transfer")
