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
    Column("name", Text, nullable=False, server_default=""),
    Column("address", Text, nullable=False, server_default=""),
    Column("is_stopped", Boolean, nullable=False, server_default=text("false")),
    Column("adjustments", JSON(none_as_null=True)),  # what rules, override and risk points do; null: nothing
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

occurrence = Table(
    "occurrence",
    metadata,
    Column("enterprise_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("began_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("expires_at", UtcDateTime),
    Column("details", JSON, nullable=False),
    PrimaryKeyConstraint("enterprise_id", "kind", "key"),
)

applied_rule = Table(
    "applied_rule",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("rule", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("effects", JSON, nullable=False),
    Column("causes", JSON, nullable=False),
    Column("best", SmallInteger),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime),
    Column("applied_at", UtcDateTime, nullable=False),
    Column("lifted_at", UtcDateTime),
)
Index("ix__applied_rule__enterprise_id", applied_rule.c.enterprise_id, applied_rule.c.applied_at)

override = Table(
    "override",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", UtcDateTime),
    Column("decision_note", Text, nullable=False, server_default=""),
)
Index("ix__override__enterprise_id", override.c.enterprise_id)
