"""Enterprises with their history, and where they lie: divisions, transfers to other counties, parks."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from services.registry.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

enterprise = Table(
    "enterprise",
    metadata,
    Column("id", Id, primary_key=True),
    Column("uscc", Text, nullable=False, unique=True),
    Column("code_override", Text, nullable=False),  # the reason why a code with a wrong check digit was let in
    Column("version", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("enterprise_type", Text, nullable=False),
    Column("registered_on", Date),
    Column("capital", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("province", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("supervision", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("subdistrict", Text, nullable=False),
    Column("neighbour", Text, nullable=False),  # the county that the address names when it is not the home district
    Column("placement", Text, nullable=False),
    Column("grid", Text, nullable=False),
    Column("stated_grid", Text, nullable=False),  # what a file or a person said
    Column("grid_basis", Text, nullable=False),  # polygon | person | file | division | "": why it is this grid
    Column("longitude", Float),
    Column("latitude", Float),
    Column("location_precision", Text, nullable=False),
    Column("park_id", Id),  # while it is a tenant, position and precision above are those of the park …
    Column("park_division", Text, nullable=False, server_default=""),
    Column("park_precision", Text, nullable=False, server_default=""),
    Column("own_longitude", Float),  # … and its own ones wait here
    Column("own_latitude", Float),
    Column("industry", Text, nullable=False),
    Column("industry_section", Text, nullable=False),
    Column("headcount", Integer),
    Column("scale", Text, nullable=False),
    Column("features", JsonDocument, nullable=False),
    Column("origins", JsonDocument, nullable=False),  # fact → person | file | inferred
    Column("confirmations", JsonDocument, nullable=False, server_default="{}"),  # fact of a person → by, role, on
    Column("hints", JsonDocument, nullable=False),  # fact → the words that suggested it
    Column("contact_name", Text, nullable=False),  # sealed by shared.security.personal
    Column("contact_phone", Text, nullable=False),  # sealed by shared.security.personal
    Column("source_digest", BigInteger, nullable=False),  # of the register row that was imported last
    Column("survey_rank", Integer, nullable=False, server_default="0"),
    Column("survey_outcome", Text, nullable=False, server_default=""),  # of the newest survey; "": none yet
    Column("surveyed_at", UtcDateTime),
    Column("merged_into", Id),  # the entry that stays, once this one became part of it
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)
Index("ix__enterprise__division__name", enterprise.c.division, enterprise.c.name)
Index("ix__enterprise__name__id", enterprise.c.name, enterprise.c.id)
# Only what stands out is looked for; SQLite would not see that a value that is wanted implies the condition.
Index("ix__enterprise__grid__name", enterprise.c.grid, enterprise.c.name, postgresql_where=text("grid <> ''"))
Index(
    "ix__enterprise__survey_outcome",
    enterprise.c.survey_outcome,
    enterprise.c.survey_rank,
    enterprise.c.id,
    postgresql_where=text("survey_outcome <> ''"),
)
Index("ix__enterprise__placement", enterprise.c.placement, postgresql_where=text("placement <> 'placed'"))
Index(
    "ix__enterprise__park_id",
    enterprise.c.park_id,
    enterprise.c.id,
    postgresql_where=text("park_id IS NOT NULL"),
    sqlite_where=text("park_id IS NOT NULL"),
)
_IS_MERGED = text("merged_into IS NOT NULL")
Index(
    "ix__enterprise__merged_into",
    enterprise.c.merged_into,
    postgresql_where=_IS_MERGED,
    sqlite_where=_IS_MERGED,
)

enterprise_apart = Table(  # pairs that somebody compared and found to be different
    "enterprise_apart",
    metadata,
    Column("first_id", Id, nullable=False),
    Column("second_id", Id, nullable=False),
    Column("reason", Text, nullable=False),
    Column("told_by", Text, nullable=False),
    Column("told_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("first_id", "second_id"),
)

enterprise_history = Table(
    "enterprise_history",
    metadata,
    Column("enterprise_id", Id, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),  # registered | imported | amended | deregistered | …
    Column("import_id", Id),
    Column("import_row", Integer),
    Column("changes", JsonDocument, nullable=False),  # {field: [old, new]}; empty for the first version
    PrimaryKeyConstraint("enterprise_id", "version"),
)

division = Table(
    "division",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("names", JsonDocument, nullable=False),
    Column("short", JsonDocument, nullable=False),
    Column("former", JsonDocument, nullable=False),
    Column("longitude", Float),
    Column("latitude", Float),
    Column("version", BigInteger, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

division_boundary = Table(
    "division_boundary",
    metadata,
    Column("code", Text, primary_key=True),
    Column("area", JsonDocument, nullable=False),  # polygons in WGS-84
    Column("crs", Text, nullable=False),  # the system it was given in
    Column("positions", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("updated_by", Text, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

transfer = Table(
    "transfer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("county", Text, nullable=False),  # six digits, never the home district
    Column("state", Text, nullable=False),  # sent | accepted | returned
    Column("is_newest", Boolean, nullable=False),  # of its enterprise
    Column("sent_on", Date, nullable=False),
    Column("sent_by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("answered_on", Date),
    Column("answered_by", Text, nullable=False),
    Column("reason", Text, nullable=False),  # why it came back
)
Index("ix__transfer__enterprise_id", transfer.c.enterprise_id, transfer.c.is_newest)

park = Table(
    "park",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),  # park | shared_building
    Column("operator_id", Id),  # an enterprise
    Column("address", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("longitude", Float, nullable=False),
    Column("latitude", Float, nullable=False),
    Column("location_precision", Text, nullable=False),  # exact | address
    Column("status", Text, nullable=False),  # open | closed
    Column("version", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("division", "name", name="uq__park__name"),
)
