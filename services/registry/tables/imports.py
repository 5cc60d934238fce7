"""Imports: what came in, row by row, and what was refused or corrected."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, PrimaryKeyConstraint, Table, Text

from services.registry.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

import_batch = Table(
    "import_batch",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False, server_default=""),  # where the file comes from, as its sender names it
    Column("state", Text, nullable=False),  # running | completed | failed
    Column("is_dry_run", Boolean, nullable=False),
    Column("upload_id", Id, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("columns", JsonDocument, nullable=False),
    Column("position", BigInteger, nullable=False),  # bytes of the file that have been read
    Column("rows", Integer, nullable=False),
    Column("created", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("corrected", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("problem_code", Text, nullable=False),
    Column("problem_detail", Text, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
)

import_row = Table(
    "import_row",
    metadata,
    Column("import_id", Id, nullable=False),
    Column("key", Text, nullable=False),  # x
    Column("row", Integer, nullable=False),
    Column("outcome", Text, nullable=False),  # created | changed | unchanged
    Column("digest", BigInteger, nullable=False),
    PrimaryKeyConstraint("import_id", "key"),
)

import_error = Table(
    "import_error",
    metadata,
    Column("import_id", Id, nullable=False),
    Column("row", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("field", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("code", Text, nullable=False),
    PrimaryKeyConstraint("import_id", "row", "number"),
)

import_correction = Table(
    "import_correction",
    metadata,
    Column("import_id", Id, nullable=False),
    Column("row", Integer, nullable=False),
    Column("field", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    PrimaryKeyConstraint("import_id", "row"),
)
