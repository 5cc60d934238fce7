"""Permits: the row is the lock of everything that happens to one, ``permit_step`` keeps each step for ever."""

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
    text,
)

from services.permits.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

permit = Table(
    "permit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("number", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("told", Integer, nullable=False),  # events told so far: the sequence of the next one follows
    Column("state", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("is_live", Boolean, nullable=False),
    Column("kind", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("computed_level", Text, nullable=False),  # before holidays, nights and the like raised it
    Column("why", JsonDocument, nullable=False),
    Column("ruleset", Text, nullable=False),
    Column("ruleset_version", Text, nullable=False),
    Column("terms", JsonDocument, nullable=False),  # what the rules of that version ask of it
    Column("description", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("place_id", Id),
    Column("longitude", Float),
    Column("latitude", Float),
    Column("accuracy_m", Float),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("facts", JsonDocument, nullable=False),  # answers and numbers of the form
    Column("form", JsonDocument, nullable=False),  # its words
    Column("parent_id", Id),
    Column("renews", Id),
    Column("applied_by", Text, nullable=False),
    Column("applied_at", UtcDateTime, nullable=False),
    Column("is_frozen", Boolean, nullable=False),
    Column("analysis", JsonDocument, nullable=False),
    Column("approved_at", UtcDateTime),
    Column("started_at", UtcDateTime),
    Column("active_since", UtcDateTime),
    Column("suspended_at", UtcDateTime),
    Column("cause", Text, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("reason", Text, nullable=False),
    Column("reason_code", Text, nullable=False),  # empty where somebody wrote the reason
    Column("reason_about", JsonDocument, nullable=False),
    Column("warned", JsonDocument, nullable=False),  # what was told, with the moment
    Column("alerts", JsonDocument, nullable=False),  # what of it still holds
    Column("is_alerting", Boolean, nullable=False),
)
Index("ix__permit__enterprise_id", permit.c.enterprise_id, permit.c.id)
Index("ix__permit__number", permit.c.enterprise_id, permit.c.number)
Index("ix__permit__parent_id", permit.c.parent_id)
Index("ix__permit__starts_at", permit.c.starts_at, permit.c.id)
Index(
    "ix__permit__is_open",
    permit.c.enterprise_id,
    permit.c.ends_at,
    postgresql_where=text("is_open"),
    sqlite_where=text("is_open"),
)

permit_step = Table(
    "permit_step",
    metadata,
    Column("permit_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("given", JsonDocument, nullable=False),
    PrimaryKeyConstraint("permit_id", "version"),
)

permit_measure = Table(
    "permit_measure",
    metadata,
    Column("permit_id", Id, nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("is_involved", Boolean),  # empty until a person decides
    Column("answered_by", Text, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("note", Text),  # numbers and names that the row leaves blank, or the other measure
    PrimaryKeyConstraint("permit_id", "number"),
)

gas_test = Table(
    "gas_test",
    metadata,
    Column("permit_id", Id, nullable=False),
    Column("version", Integer, nullable=False),  # the step that entered it
    Column("gas", Text, nullable=False),
    Column("gas_group", Text, nullable=False),
    Column("point", Text, nullable=False),
    Column("value", Float, nullable=False),
    Column("unit", Text, nullable=False),
    Column("judged_value", Float, nullable=False),
    Column("limit_value", Float, nullable=False),
    Column("judged_unit", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("is_acceptable", Boolean, nullable=False),
    Column("is_verified", Boolean, nullable=False),
    Column("sampled_at", UtcDateTime, nullable=False),
    Column("device_at", UtcDateTime),  # what the clock of the phone said
    Column("entered_at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    PrimaryKeyConstraint("permit_id", "version"),
)

permit_signature = Table(
    "permit_signature",
    metadata,
    Column("permit_id", Id, nullable=False),
    Column("stage", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("position", SmallInteger, nullable=False),
    Column("opinion", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("device_at", UtcDateTime),
    Column("longitude", Float),
    Column("latitude", Float),
    Column("distance_m", Float),
    Column("remote_reason", Text, nullable=False),
    Column("photo", Text, nullable=False),
    PrimaryKeyConstraint("permit_id", "stage", "role"),
)

permit_person = Table(
    "permit_person",
    metadata,
    Column("permit_id", Id, nullable=False),
    Column("person_id", Id, nullable=False),
    Column("role", Text, nullable=False),
    Column("is_in", Boolean, nullable=False),
    Column("in_at", UtcDateTime),
    Column("out_at", UtcDateTime),
    Column("seen_at", UtcDateTime),  # when a guardian has last reported where it is,
    Column("distance_m", Float),  # how far from the work that was,
    Column("away_since", UtcDateTime),  # and since when it is outside the fence
    PrimaryKeyConstraint("permit_id", "person_id", "role"),
)
Index("ix__permit_person__person_id", permit_person.c.person_id)

permit_series = Table(  # the last number of an enterprise and kind on a day
    "permit_series",
    metadata,
    Column("enterprise_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("enterprise_id", "kind", "day"),
)
