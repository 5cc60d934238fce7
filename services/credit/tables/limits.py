"""What is due: one row for each limit of a record, kept when it is over."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, Table, Text, text

from services.credit.tables.metadata import metadata
from shared.database import Id, UtcDateTime

due_limit = Table(
    "due_limit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("entity_id", Id, nullable=False),  # what has the limit: a penalty, a case, an objection, …
    Column("record_id", Id, nullable=False),  # the record that shows it: of an objection its exposure
    Column("enterprise_id", Id, nullable=False),
    Column("title", Text, nullable=False),  # how the record is called: a document, a measure
    Column("agency", Text, nullable=False),  # who has to answer, of restrictions
    Column("due_on", Date, nullable=False),  # the last day
    Column("warn_after", Date, nullable=False),  # somebody is warned when this day is over
    Column("state", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("is_missed", Boolean, nullable=False),  # also once it was done
    Column("is_told", Boolean, nullable=False),  # to other services
    Column("version", Integer, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)
Index(
    "ix__due_limit__is_open",
    due_limit.c.due_on,
    due_limit.c.id,
    postgresql_where=text("is_open"),
    sqlite_where=text("is_open"),
)
Index("ix__due_limit__entity_id", due_limit.c.entity_id)
Index("ix__due_limit__enterprise_id", due_limit.c.enterprise_id)
