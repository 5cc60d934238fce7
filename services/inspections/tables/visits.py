"""Visits of intermediaries: the row is the lock, ``visit_step`` keeps each step; contracts as the register tells."""

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

from services.inspections.tables.metadata import metadata, steps_of
from shared.database import Id, JsonDocument, UtcDateTime

service_contract = Table(
    "service_contract",
    metadata,
    Column("contract_id", Id, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("intermediary_id", Id, nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("visits_per_year", Integer, nullable=False),
)
Index("ix__service_contract__enterprise_id", service_contract.c.enterprise_id)

visit = Table(
    "visit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("intermediary_id", Id, nullable=False),
    Column("contract_id", Id, nullable=False),
    Column("task_id", Id, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("told", Integer, nullable=False),  # events told so far: the sequence of the next one follows
    Column("due_at", UtcDateTime),
    Column("inspector", Text, nullable=False),
    Column("people", JsonDocument, nullable=False),
    Column("started_at", UtcDateTime),
    Column("start_longitude", Float),
    Column("start_latitude", Float),
    Column("start_accuracy", Float),
    Column("proposes_place", Boolean, nullable=False),  # nobody knew where the enterprise is: the phone says it
    Column("ended_at", UtcDateTime),
    Column("end_longitude", Float),
    Column("end_latitude", Float),
    Column("end_accuracy", Float),
    Column("minutes", Integer),
    Column("conclusion", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("photos", JsonDocument, nullable=False),
    Column("findings", SmallInteger, nullable=False),
    Column("reported_at", UtcDateTime),
    Column("countersigned_by", Text, nullable=False),
    Column("countersigned_at", UtcDateTime),
    Column("stars", SmallInteger),
    Column("opinion", Text, nullable=False),
)
Index("ix__visit__enterprise_id", visit.c.enterprise_id, visit.c.id)
Index("ix__visit__intermediary_id", visit.c.intermediary_id, visit.c.reported_at)
Index("ix__visit__task_id", visit.c.task_id, unique=True)
Index("ix__visit__contract_id", visit.c.contract_id, visit.c.state)
Index("ix__visit__state", visit.c.state, visit.c.id)

visit_step = steps_of("visit", Column("tier", SmallInteger, nullable=False))

visit_person = Table(
    "visit_person",
    metadata,
    Column("visit_id", Id, nullable=False),
    Column("account_id", Text, nullable=False),
    PrimaryKeyConstraint("visit_id", "account_id"),
)
Index("ix__visit_person__account_id", visit_person.c.account_id)

visit_finding = Table(
    "visit_finding",
    metadata,
    Column("visit_id", Id, nullable=False),
    Column("hazard_id", Id, nullable=False),
    PrimaryKeyConstraint("visit_id", "hazard_id"),
)

visit_flag = Table(
    "visit_flag",
    metadata,
    Column("visit_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("facts", JsonDocument, nullable=False),
    Column("explanation", Text, nullable=False),
    Column("outcome", Text, nullable=False),  # upheld | dismissed, empty while nobody has decided
    Column("settled_by", Text, nullable=False),
    Column("remark", Text, nullable=False),
    PrimaryKeyConstraint("visit_id", "kind"),
)
Index("ix__visit_flag__kind", visit_flag.c.kind)
