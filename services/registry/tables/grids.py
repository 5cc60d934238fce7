"""Grids, their teams, and what the registry has to know of accounts."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, PrimaryKeyConstraint, Table, Text

from services.registry.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

grid = Table(
    "grid",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Text, nullable=False, unique=True),  # what enterprises, accounts and tokens call it
    Column("name", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("status", Text, nullable=False),  # open | closed
    Column("area", JsonDocument, nullable=False),  # polygons: outer ring, then holes; empty without an outline
    Column("west", Float),
    Column("south", Float),
    Column("east", Float),
    Column("north", Float),
    Column("digest", Text, nullable=False),  # of division and area
    Column("version", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)
Index("ix__grid__division__code", grid.c.division, grid.c.code)

grid_member = Table(
    "grid_member",
    metadata,
    Column("grid_id", Id, nullable=False),
    Column("account_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    PrimaryKeyConstraint("grid_id", "account_id", "kind"),
)
Index("ix__grid_member__account_id", grid_member.c.account_id)

staff = Table(
    "staff",
    metadata,
    Column("account_id", Id, primary_key=True),
    Column("username_digest", Text, nullable=False),  # finds the account that a file names
    Column("roles", JsonDocument, nullable=False),
    Column("intermediary_id", Text, nullable=False),
    Column("is_enabled", Boolean, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)
Index("ix__staff__username_digest", staff.c.username_digest)
