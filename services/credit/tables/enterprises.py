"""What the register tells about enterprises; the newest sequence wins."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text

from services.credit.tables.metadata import metadata
from shared.database import Id

enterprise = Table(
    "enterprise",
    metadata,
    Column("enterprise_id", Id, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("uscc", Text, nullable=False),  # not unique: an override may repeat a code
    Column("name", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("subdistrict", Text, nullable=False),
    Column("grid", Text, nullable=False),
    Column("industry", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("is_active", Boolean, nullable=False),
)
Index("ix__enterprise__division", enterprise.c.division)
Index("ix__enterprise__uscc", enterprise.c.uscc)

merged_enterprise = Table(  # entries that became part of another one: what is told of them is about that one
    "merged_enterprise",
    metadata,
    Column("merged_id", Id, primary_key=True),
    Column("kept_id", Id, nullable=False),
)
