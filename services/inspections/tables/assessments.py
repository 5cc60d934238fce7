"""The monthly assessment: where a month stands, its versions, the rows that each counted, objections and entries.

A version is never overwritten: a row counts from version ``since`` on, and no more from ``before`` on.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
)

from services.inspections.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

assessment = Table(
    "assessment",
    metadata,
    Column("month", Text, primary_key=True),  # 2026-11
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),  # 0 while the month is open
    Column("told", Integer, nullable=False),
    Column("computed_at", UtcDateTime, nullable=False),  # when, or by when it is to be
    Column("objections_until", UtcDateTime, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
)

assessment_edition = Table(
    "assessment_edition",
    metadata,
    Column("month", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("formula", JsonDocument, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("month", "version"),
)

assessment_unit = Table(
    "assessment_unit",
    metadata,
    Column("month", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("unit", Text, nullable=False),  # 9 digits of a subdistrict
    Column("points", Float),
    Column("is_last", Boolean, nullable=False),
    Column("is_very_last", Boolean, nullable=False),
    Column("document", JsonDocument, nullable=False),
    PrimaryKeyConstraint("month", "version", "unit"),
)

assessment_row = Table(
    "assessment_row",
    metadata,
    Column("month", Text, nullable=False),
    Column("indicator", Text, nullable=False),
    Column("thing_id", Id, nullable=False),
    Column("since", Integer, nullable=False),
    Column("before", Integer),
    Column("kind", Text, nullable=False),  # task, hazard, check
    Column("shown_id", Id, nullable=False),  # what a page opens: of a check its task
    Column("unit", Text, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("industry", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),  # 0 for none
    Column("times", SmallInteger, nullable=False),
    Column("is_done", Boolean, nullable=False),
    Column("score", Integer),  # of a self-check, in hundredths
    Column("due_on", Date, nullable=False),
    PrimaryKeyConstraint("month", "indicator", "thing_id", "since"),
)
Index("ix__assessment_row__unit", assessment_row.c.month, assessment_row.c.unit, assessment_row.c.indicator)

assessment_enterprise = Table(
    "assessment_enterprise",
    metadata,
    Column("month", Text, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("unit", Text, nullable=False),
    Column("industry", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    PrimaryKeyConstraint("month", "enterprise_id"),
)

assessment_entry = Table(
    "assessment_entry",
    metadata,
    Column("id", Id, primary_key=True),
    Column("month", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("deaths", SmallInteger, nullable=False),
    Column("points", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", Integer, nullable=False),
    Column("before", Integer),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
Index("ix__assessment_entry__month", assessment_entry.c.month)

assessment_objection = Table(
    "assessment_objection",
    metadata,
    Column("id", Id, primary_key=True),
    Column("month", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("indicator", Text, nullable=False),
    Column("thing_id", Id),  # None: against the whole figure
    Column("wanted", Text, nullable=False),
    Column("against", Integer, nullable=False),  # the edition
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("reply", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", UtcDateTime),
    Column("version", Integer),  # that it has led to
)
Index("ix__assessment_objection__month", assessment_objection.c.month, assessment_objection.c.id)
