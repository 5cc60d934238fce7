"""The metadata that all tables of inspections belong to, and the one shape of the tables that keep steps."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, Text, text

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


def place_of_enterprise() -> tuple[Column[object], ...]:
    """Return the columns in which a row carries the place of its enterprise; triggers of the database fill them."""
    return tuple(Column(name, Text, nullable=False, server_default="") for name in ("subdistrict", "grid"))


def index_by_place(table: Table, *order: str, flags: tuple[str, ...] = ()) -> None:
    """Let a list of one place be one walk in its ``order``; with each of ``flags`` set, without the other rows."""
    for place in ("subdistrict", "grid"):
        columns = [table.c[name] for name in (place, *order)]
        Index(f"ix__{table.name}__{place}", *columns)
        for flag in flags:
            where = text(flag)
            Index(f"ix__{table.name}__{place}__{flag}", *columns, postgresql_where=where, sqlite_where=where)
