"""Tasks and checks: the row of a task is its lock, ``task_step`` keeps each step for ever."""

from sqlalchemy import Boolean, Column, Date, Float, Index, Integer, PrimaryKeyConstraint, SmallInteger, Table, Text

from services.inspections.tables.metadata import index_by_place, metadata, place_of_enterprise, steps_of
from shared.database import Id, JsonDocument, UtcDateTime

task = Table(
    "task",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("tier", SmallInteger, nullable=False),
    Column("origin", Text, nullable=False),  # the duty that makes it due, or adhoc
    Column("key", Text, nullable=False),  # tells the tasks of one enterprise and tier apart
    Column("cause", Text, nullable=False),  # why government supervision comes: the cap asks for it
    Column("basis", Text, nullable=False, server_default=""),  # what justifies a check that the cap does not count
    Column("authority", Text, nullable=False, server_default=""),  # the division for which government supervision comes
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
    *place_of_enterprise(),
)
index_by_place(task, "due_at", "id", flags=("is_open",))
Index("ix__task__hazard_id", task.c.hazard_id)
Index("ix__task__due", task.c.enterprise_id, task.c.tier, task.c.key, unique=True)
Index("ix__task__owner", task.c.owner, task.c.is_open, task.c.due_at, task.c.id)
Index(  # holds all that the assessment of a month asks of a task
    "ix__task__last_day",
    *(task.c[name] for name in ("tier", "last_day", "origin", "state", "is_overdue", "due_at", "submitted_at")),
    task.c.enterprise_id,
    task.c.id,
)
Index("ix__task__is_open", task.c.is_open, task.c.due_at, task.c.id)

task_step = steps_of("task", Column("owner", Text, nullable=False))

# Who goes along with the owner, drawn by lot with him: it is a task of theirs too.
task_officer = Table(
    "task_officer",
    metadata,
    Column("account_id", Text, nullable=False),
    Column("task_id", Id, nullable=False),
    PrimaryKeyConstraint("account_id", "task_id"),
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
    Column("sending_id", Id),  # the phone has chosen it: a check arrives once
    Column("finished_at", UtcDateTime),  # by the clock of the phone
    *place_of_enterprise(),
)
index_by_place(check_record, "id")
Index("ix__check_record__subdistrict__tier", check_record.c.subdistrict, check_record.c.tier, check_record.c.id)
Index("ix__check_record__grid__tier", check_record.c.grid, check_record.c.tier, check_record.c.id)
Index("ix__check_record__sending_id", check_record.c.sending_id, unique=True)
Index("ix__check_record__enterprise_id", check_record.c.enterprise_id, check_record.c.tier, check_record.c.id)
Index("ix__check_record__task_id", check_record.c.task_id)
Index(  # holds all that the assessment of a month asks of a self-check
    "ix__check_record__at",
    *(check_record.c[name] for name in ("tier", "at", "enterprise_id", "task_id", "score_hundredths", "id")),
)

# Several agencies come together, once: the task is what is counted, a part is what each agency did.
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
