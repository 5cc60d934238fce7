"""Cases of the list: the row is the lock, ``listing_step`` keeps each step; persons are sealed."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, PrimaryKeyConstraint, Table, Text

from services.credit.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

listing_case = Table(
    "listing_case",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("told", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("condition", Text, nullable=False),
    Column("penalty_id", Id, nullable=False),
    Column("penalty", JsonDocument, nullable=False),  # number, clause, day, whether it is ours: as proposed
    Column("accidents", JsonDocument, nullable=False),  # grade and day of each, as recorded when proposed
    Column("facts", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("notice_served_on", Date),
    Column("statement", Text, nullable=False),
    Column("decision", JsonDocument, nullable=False),  # the parts of the written decision
    Column("decided_on", Date),
    Column("decided_by", Text, nullable=False),
    Column("system_number", Text, nullable=False),
    Column("listing_id", Id),  # of the present period; a restored listing is a new one
    Column("listed_on", Date),
    Column("managed_until", Date),
    Column("published_at", UtcDateTime),
    Column("ban_until", Date),
    Column("applied_on", Date),
    Column("accepted_on", Date),
    Column("removal", Text, nullable=False),  # early, expiry, correction
    Column("removal_number", Text, nullable=False),
    Column("removal_on", Date),
    Column("is_system_updated", Boolean, nullable=False),
    Column("earlier_case_id", Id),
)
Index("ix__listing_case__enterprise_id", listing_case.c.enterprise_id, listing_case.c.id)
Index("ix__listing_case__penalty_id", listing_case.c.penalty_id)

listing_step = Table(
    "listing_step",
    metadata,
    Column("case_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("given", JsonDocument, nullable=False),
    PrimaryKeyConstraint("case_id", "version"),
)

listing_person = Table(
    "listing_person",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, nullable=False),
    Column("role", Text, nullable=False),
    Column("sealed_name", Text, nullable=False),
    Column("sealed_identity", Text, nullable=False),
)
Index("ix__listing_person__case_id", listing_person.c.case_id)

listing_delivery = Table(
    "listing_delivery",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, nullable=False),
    Column("document", Text, nullable=False),
    Column("addressee", Text, nullable=False),  # firm, or the id of a person of the case
    Column("method", Text, nullable=False),
    Column("proof", Text, nullable=False),
    Column("served_on", Date, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
Index("ix__listing_delivery__case_id", listing_delivery.c.case_id)
