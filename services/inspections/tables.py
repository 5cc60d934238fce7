"""Tables of inspections. ``enterprise``, ``standing``, ``obligation`` and ``staff`` are what other services tell.

The row of a hazard or a task is the lock of everything that happens to it; ``hazard_step`` and ``task_step`` keep each
step for ever.
"""

from sqlalchemy import (
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
)

from shared.database import Id, JsonDocument, UtcDateTime, service_metadata

metadata = service_metadata()


enterprise = Table(
    "enterprise",
    metadata,
    Column("enterprise_id", Id, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("subdistrict", Text, nullable=False),
    Column("grid", Text, nullable=False),
    Column("industry", Text, nullable=False),
    Column("longitude", Float),
    Column("latitude", Float),
    Column("location_precision", Text, nullable=False),
    Column("supervision", Text, nullable=False),
    Column("is_active", Boolean, nullable=False),
)
Index("ix__enterprise__division", enterprise.c.division)

merged_enterprise = Table(  # entries that became part of another one: what is told of them is about that one
    "merged_enterprise",
    metadata,
    Column("merged_id", Id, primary_key=True),
    Column("kept_id", Id, nullable=False),
)

hazard = Table(
    "hazard",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("told", Integer, nullable=False),  # events told so far: the sequence of the next one follows
    Column("state", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("level", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("longitude", Float),
    Column("latitude", Float),
    Column("found_by", Text, nullable=False),
    Column("found_tier", SmallInteger, nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    Column("reported_at", UtcDateTime, nullable=False),
    Column("is_reported_late", Boolean, nullable=False),
    Column("deadline", Date),
    Column("began_on", Date),
    Column("wanted_deadline", Date),
    Column("submitted_by", Text, nullable=False),
    Column("again", SmallInteger, nullable=False),
    Column("is_overdue", Boolean, nullable=False),
    Column("listed_on", Date),
    Column("was_halted", Boolean, nullable=False),
    Column("due_at", UtcDateTime),
    Column("repeats", Id),
    Column("closed_on", Date),
)
Index("ix__hazard__enterprise_id", hazard.c.enterprise_id, hazard.c.id)
Index("ix__hazard__state", hazard.c.state, hazard.c.id)

hazard_step = Table(
    "hazard_step",
    metadata,
    Column("hazard_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("tier", SmallInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("given", JsonDocument, nullable=False),
    PrimaryKeyConstraint("hazard_id", "version"),
)

halt_order = Table(
    "halt_order",
    metadata,
    Column("id", Id, primary_key=True),
    Column("hazard_id", Id, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("number", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("ordered_by", Text, nullable=False),
    Column("ordered_at", UtcDateTime, nullable=False),
    Column("resumed_at", UtcDateTime),
)
Index("ix__halt_order__hazard_id", halt_order.c.hazard_id)

public_report = Table(
    "public_report",
    metadata,
    Column("id", Id, primary_key=True),
    Column("receipt", Text, nullable=False),
    Column("enterprise_id", Id),
    Column("subject", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("expected_on", Date, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", UtcDateTime),
    Column("reply", Text, nullable=False),
)
Index("ix__public_report__receipt", public_report.c.receipt, unique=True)


standing = Table(
    "standing",
    metadata,
    Column("enterprise_id", Id, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("level", SmallInteger),
)

obligation = Table(
    "obligation",
    metadata,
    Column("enterprise_id", Id, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("obligations", JsonDocument, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("roles", JsonDocument, nullable=False),
    Column("divisions", JsonDocument, nullable=False),
    Column("grids", JsonDocument, nullable=False),
    Column("skills", JsonDocument, nullable=False),
    Column("enterprise_id", Text, nullable=False),
    Column("intermediary_id", Text, nullable=False),
    Column("is_available", Boolean, nullable=False),
)

task = Table(
    "task",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("tier", SmallInteger, nullable=False),
    Column("origin", Text, nullable=False),  # the duty that makes it due, or adhoc
    Column("key", Text, nullable=False),  # tells the tasks of one enterprise and tier apart
    Column("cause", Text, nullable=False),  # why government supervision comes: the cap asks for it
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("told", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("rung", Text, nullable=False),  # how far the routing had to go
    Column("climbed", SmallInteger, nullable=False),  # rungs of the ladder that are behind it
    Column("checklist", Text, nullable=False),
    Column("checklist_version", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("is_overdue", Boolean, nullable=False),
    Column("submitted_at", UtcDateTime),
    Column("hazard_id", Id),  # the hazard that asked for it
)
Index("ix__task__hazard_id", task.c.hazard_id)
Index("ix__task__due", task.c.enterprise_id, task.c.tier, task.c.key, unique=True)
Index("ix__task__owner", task.c.owner, task.c.is_open, task.c.due_at, task.c.id)
Index("ix__task__is_open", task.c.is_open, task.c.due_at, task.c.id)

task_step = Table(
    "task_step",
    metadata,
    Column("task_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("given", JsonDocument, nullable=False),
    PrimaryKeyConstraint("task_id", "version"),
)

check_record = Table(
    "check_record",
    metadata,
    Column("id", Id, primary_key=True),
    Column("task_id", Id, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("tier", SmallInteger, nullable=False),
    Column("checklist", Text, nullable=False),
    Column("checklist_version", Integer, nullable=False),
    Column("answers", JsonDocument, nullable=False),
    Column("meanings", JsonDocument, nullable=False),
    Column("notes", JsonDocument, nullable=False),
    Column("score_hundredths", Integer),
    Column("hazards", JsonDocument, nullable=False),
    Column("refuted", JsonDocument, nullable=False),
    Column("longitude", Float),
    Column("latitude", Float),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
Index("ix__check_record__enterprise_id", check_record.c.enterprise_id, check_record.c.tier, check_record.c.id)
Index("ix__check_record__task_id", check_record.c.task_id)
