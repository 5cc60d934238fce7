"""Joint checks: several agencies come together, once; the task is what is counted, a part is what each agency did."""

from sqlalchemy import Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from services.inspections.tables.metadata import metadata
from shared.database import Id, UtcDateTime

joint_check = Table(
    "joint_check",
    metadata,
    Column("id", Id, primary_key=True),
    Column("task_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("begun_by", Text, nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
)
Index("ix__joint_check__task_id", joint_check.c.task_id, unique=True)

joint_part = Table(
    "joint_part",
    metadata,
    Column("joint_id", Id, nullable=False),
    Column("agency", Text, nullable=False),
    Column("is_lead", Boolean, nullable=False),
    Column("subject", Text, nullable=False),  # what the agency looks at
    Column("result", Text, nullable=False),  # empty until somebody has entered it
    Column("entered_by", Text, nullable=False),
    Column("entered_at", UtcDateTime),
    PrimaryKeyConstraint("joint_id", "agency"),
)
