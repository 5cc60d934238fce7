"""Tables of risk. ``enterprise`` is its own small copy of what grading needs; the row is also the lock of all the rest.

What the register suggests is not stored as facts: it is read from the copy, so that there is one truth.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)

from shared.database import Id, UtcDateTime, service_metadata

metadata = service_metadata()

enterprise = Table(
    "enterprise",
    metadata,
    Column("enterprise_id", Id, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("division", Text, nullable=False),
    Column("grid", Text, nullable=False),
    Column("industry", Text, nullable=False),
    Column("headcount", Integer),
    Column("features", JSON, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("is_assessed", Boolean, nullable=False, server_default=text("false")),
)
Index("ix__enterprise__division", enterprise.c.division)

fact_sheet = Table(
    "fact_sheet",
    metadata,
    Column("enterprise_id", Id, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", Text, nullable=False),
)

fact_sheet_version = Table(
    "fact_sheet_version",
    metadata,
    Column("enterprise_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", Text, nullable=False),
    PrimaryKeyConstraint("enterprise_id", "version"),
)


def _grade_columns() -> list[Column[object]]:
    return [
        Column("sequence", BigInteger, nullable=False),
        Column("level", SmallInteger),
        Column("score_tenths", SmallInteger),
        Column("worst_level", SmallInteger),
        Column("known", SmallInteger, nullable=False),
        Column("total", SmallInteger, nullable=False),
        Column("card", Text, nullable=False),
        Column("card_version", Text, nullable=False),
        Column("is_provisional", Boolean, nullable=False),
        Column("reasons", JSON, nullable=False),
        Column("previous_level", SmallInteger),
        Column("since", UtcDateTime, nullable=False),
        Column("graded_at", UtcDateTime, nullable=False),
    ]


grade = Table("grade", metadata, Column("enterprise_id", Id, primary_key=True), *_grade_columns())

grade_history = Table(
    "grade_history",
    metadata,
    Column("enterprise_id", Id, nullable=False),
    *_grade_columns(),
    Column("registry_sequence", BigInteger, nullable=False),
    Column("fact_version", Integer, nullable=False),
    Column("inputs", JSON, nullable=False),
    PrimaryKeyConstraint("enterprise_id", "sequence"),
)
