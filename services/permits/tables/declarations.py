"""Declared work: a row for each enterprise and day, its jobs, each of their steps, and work that nobody declared."""

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
    UniqueConstraint,
)

from services.permits.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

declaration = Table(
    "declaration",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("day", Date, nullable=False),
    Column("is_nil", Boolean, nullable=False),  # there will be no dangerous work that day: an answer, too
    Column("signed_by", Text, nullable=False),
    Column("signed_at", UtcDateTime, nullable=False),
    UniqueConstraint("enterprise_id", "day"),
)
Index("ix__declaration__day", declaration.c.day, declaration.c.id)

declared_job = Table(
    "declared_job",
    metadata,
    Column("id", Id, primary_key=True),
    Column("declaration_id", Id, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("day", Date, nullable=False),
    Column("permit_id", Id),
    Column("kind", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("place_id", Id),
    Column("place", Text, nullable=False),
    Column("longitude", Float),
    Column("latitude", Float),
    Column("accuracy_m", Float),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("contractor", Text, nullable=False),
    Column("people", JsonDocument, nullable=False),  # ids of persons: workers and guardian
    Column("facts", JsonDocument, nullable=False),  # what was answered, and what follows from the time
    Column("photos", JsonDocument, nullable=False),
    Column("colour", Text, nullable=False),
    Column("weight", SmallInteger, nullable=False),  # 0 is the gravest colour
    Column("reasons", JsonDocument, nullable=False),
    Column("open_rules", JsonDocument, nullable=False),
    Column("is_visited", Boolean, nullable=False),
    Column("is_late", Boolean, nullable=False),  # declared after it had begun
    Column("state", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("is_overdue", Boolean, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("declared_by", Text, nullable=False),
    Column("declared_at", UtcDateTime, nullable=False),
)
Index("ix__declared_job__day", declared_job.c.day, declared_job.c.weight, declared_job.c.id)
Index("ix__declared_job__enterprise_id", declared_job.c.enterprise_id, declared_job.c.day)
Index("ix__declared_job__contractor", declared_job.c.enterprise_id, declared_job.c.contractor)

declared_job_step = Table(
    "declared_job_step",
    metadata,
    Column("job_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("given", JsonDocument, nullable=False),
    PrimaryKeyConstraint("job_id", "version"),
)

undeclared_work = Table(
    "undeclared_work",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("finding", Text, nullable=False),  # how it came to light
    Column("kind", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("found_by", Text, nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    Column("weighs_until", UtcDateTime, nullable=False),
)
Index("ix__undeclared_work__enterprise_id", undeclared_work.c.enterprise_id, undeclared_work.c.weighs_until)
