"""The metadata that all tables of inspections belong to, and the one shape of the tables that keep steps."""

from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Table, Text

from shared.database import Id, JsonDocument, UtcDateTime, service_metadata

metadata = service_metadata()


def steps_of(thing: str, *own: Column[object]) -> Table:
    """Return the table that keeps each step of a ``thing`` for ever; ``own`` are columns that only it has."""
    return Table(
        f"{thing}_step",
        metadata,
        Column(f"{thing}_id", Id, nullable=False),
        Column("version", Integer, nullable=False),
        Column("event", Text, nullable=False),
        Column("rule", Text, nullable=False),
        Column("state", Text, nullable=False),
        *own,
        Column("by", Text, nullable=False),
        Column("at", UtcDateTime, nullable=False),
        Column("given", JsonDocument, nullable=False),
        PrimaryKeyConstraint(f"{thing}_id", "version"),
    )
