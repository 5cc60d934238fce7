"""Photos on their way: what the phone has said about each, and the parts that have arrived."""

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from services.inspections.tables.metadata import metadata
from shared.database import Id, UtcDateTime

upload = Table(
    "upload",
    metadata,
    Column("id", Id, primary_key=True),  # the phone has chosen it
    Column("author", Text, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("part_bytes", Integer, nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("longitude", Float),
    Column("latitude", Float),
    Column("accuracy", Float),
    Column("attachment_id", Id),  # once all has arrived
)
Index("ix__upload__author", upload.c.author, upload.c.attachment_id)

upload_part = Table(
    "upload_part",
    metadata,
    Column("upload_id", Id, nullable=False),
    Column("offset", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("upload_id", "offset"),
)
