"""Tables of risk. ``enterprise`` is its own small copy of what grading needs; the row is also the lock of all the rest.

What the register suggests is not stored as facts: it is read from the copy, so that there is one truth.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
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
    Column("confirmed", JSON(none_as_null=True)),  # headcount, industry → who confirmed it when; null: nobody did
    Column("is_active", Boolean, nullable=False),
    Column("is_assessed", Boolean, nullable=False, server_default=text("false")),
    Column("name", Text, nullable=False, server_default=""),
    Column("address", Text, nullable=False, server_default=""),
    Column("is_stopped", Boolean, nullable=False, server_default=text("false")),
    Column("adjustments", JSON(none_as_null=True)),  # what rules, override and risk points do; null: nothing
)
Index("ix__enterprise__division", enterprise.c.division)

merged_enterprise = Table(  # entries that became part of another one: late events about them are about that one
    "merged_enterprise",
    metadata,
    Column("merged_id", Id, primary_key=True),
    Column("kept_id", Id, nullable=False),
)


def _fact_columns() -> list[Column[object]]:
    return [
        Column("version", Integer, nullable=False),
        Column("facts", JSON, nullable=False),
        Column("changed_at", UtcDateTime, nullable=False),
        Column("changed_by", Text, nullable=False),
    ]


fact_sheet = Table("fact_sheet", metadata, Column("enterprise_id", Id, primary_key=True), *_fact_columns())

fact_sheet_version = Table(
    "fact_sheet_version",
    metadata,
    Column("enterprise_id", Id, nullable=False),
    *_fact_columns(),
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
    Column("sequence", BigInteger, nullable=False, server_default=text("0")),  # of the event that told its beginning
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

policy_version = Table(
    "policy_version",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("based_on", Id),
    Column("content", JSON, nullable=False),
    Column("note", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("simulated_revision", Integer),
    Column("job_id", Id),
    Column("activated_by", Text),
    Column("activated_at", UtcDateTime),
    Column("effective_from", UtcDateTime),
)

policy_shift = Table(  # how many enterprises of a subdistrict go from one level to another; 0: grey
    "policy_shift",
    metadata,
    Column("policy_id", Id, nullable=False),
    Column("phase", Text, nullable=False),
    Column("subdistrict", Text, nullable=False),
    Column("before", SmallInteger, nullable=False),
    Column("after", SmallInteger, nullable=False),
    Column("enterprises", Integer, nullable=False),
    PrimaryKeyConstraint("policy_id", "phase", "subdistrict", "before", "after"),
)

assessment = Table(
    "assessment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("card", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("note", Text, nullable=False),
    Column("drafted_by", Text, nullable=False),
    Column("drafted_at", UtcDateTime, nullable=False),
    Column("submitted_at", UtcDateTime),
    Column("due_on", Date),
    Column("reviewed_by", Text),
    Column("reviewed_at", UtcDateTime),
    Column("confirmed_by", Text),
    Column("confirmed_at", UtcDateTime),
    Column("valid_until", UtcDateTime),
    Column("returned_reason", Text, nullable=False, server_default=""),
)
Index("ix__assessment__enterprise_id", assessment.c.enterprise_id)

risk_point = Table(
    "risk_point",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("place", Text, nullable=False),
    Column("hazard", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("judged", JSON, nullable=False),
    Column("product", Float, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("measure", Text, nullable=False),
    Column("post", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime, nullable=False),
    Column("overdue_since", UtcDateTime),
    Column("retired_at", UtcDateTime),
)
Index("ix__risk_point__enterprise_id", risk_point.c.enterprise_id)

supervision = Table(
    "supervision",
    metadata,
    Column("enterprise_id", Id, primary_key=True),
    Column("officer", Text, nullable=False),
    Column("subdistrict_person", Text, nullable=False),
    Column("named_by", Text, nullable=False),
    Column("named_at", UtcDateTime, nullable=False),
)

risk_report = Table(
    "risk_report",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("reported_by", Text, nullable=False),
    Column("reported_at", UtcDateTime, nullable=False),
)
Index("ix__risk_report__enterprise_id", risk_report.c.enterprise_id)

overdue_report = Table(
    "overdue_report",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("noted_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
)
Index("ix__overdue_report__enterprise_id", overdue_report.c.enterprise_id)

information_code = Table(
    "information_code",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("token", Text, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("revoked_by", Text),
    Column("revoked_at", UtcDateTime),
    Column("revoked_reason", Text),
)
Index("ix__information_code__enterprise_id", information_code.c.enterprise_id)
Index("ix__information_code__token", information_code.c.token, unique=True)

code_scan = Table(  # scans by people who are signed in
    "code_scan",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code_id", Id, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("scanned_by", Text, nullable=False),
    Column("scanned_at", UtcDateTime, nullable=False),
)
Index("ix__code_scan__enterprise_id", code_scan.c.enterprise_id, code_scan.c.scanned_at)

code_scan_count = Table(  # scans by anybody else, by business day
    "code_scan_count",
    metadata,
    Column("code_id", Id, nullable=False),
    Column("day", Date, nullable=False),
    Column("scans", Integer, nullable=False),
    PrimaryKeyConstraint("code_id", "day"),
)
