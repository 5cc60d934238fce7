"""What other agencies are asked to do about a listing, what they answered, and what they asked us."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, PrimaryKeyConstraint, Table, Text

from services.credit.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

restriction = Table(
    "restriction",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, nullable=False),
    Column("listing_id", Id, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("code", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("effect", Text, nullable=False),  # RESTRICT or ADVISORY, as the gate said when it was pushed
    Column("basis_doc", Text, nullable=False),
    Column("basis_article", Text, nullable=False),
    Column("measure_list_version", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("told", Integer, nullable=False),
    Column("reminders", Integer, nullable=False),
    Column("pushed_at", UtcDateTime, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),  # of the push, or of the wish to lift it
    Column("measure", Text, nullable=False),
    Column("applied_on", Date),
    Column("handler", Text, nullable=False),
    Column("reason", Text, nullable=False),
)
Index("ix__restriction__listing_id", restriction.c.listing_id)
Index("ix__restriction__agency", restriction.c.agency, restriction.c.id)
Index("ix__restriction__enterprise_id", restriction.c.enterprise_id)

restriction_step = Table(
    "restriction_step",
    metadata,
    Column("restriction_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("agency_id", Text, nullable=False, server_default=""),  # for which it was answered by its own; empty: bureau
    Column("at", UtcDateTime, nullable=False),
    Column("given", JsonDocument, nullable=False),
    PrimaryKeyConstraint("restriction_id", "version"),
)

check_receipt = Table(  # one row for each question, whatever the answer
    "check_receipt",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("agency_id", Text, nullable=False, server_default=""),  # for which it was asked; empty: for the bureau
    Column("purpose", Text, nullable=False),
    Column("kind", Text, nullable=False),  # code, batch or name
    Column("asked", Integer, nullable=False),
    Column("hits", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("answer", JsonDocument, nullable=False),
)
Index("ix__check_receipt__by", check_receipt.c.by, check_receipt.c.id)
Index("ix__check_receipt__agency_id", check_receipt.c.agency_id, check_receipt.c.id)

watched = Table(  # 重点监管对象: without any effect on other agencies
    "watched",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("by", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("ended_on", Date),
    Column("ended_because", Text, nullable=False),
)
Index("ix__watched__enterprise_id", watched.c.enterprise_id)
