"""How many hazards and open tasks there are in each place: changes that triggers write, summed up now and then.

Every change adds a row (`number` may be negative), so nobody waits for anybody; the sum is the count (docs/adr/0012).
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, SmallInteger, Table, Text

from services.inspections.tables.metadata import metadata


def _of_place(name: str, *key: Column[object]) -> Table:
    place = (Column("division", Text, nullable=False), Column("grid", Text, nullable=False))
    return Table(name, metadata, *place, *key, Column("number", BigInteger, nullable=False))


hazard_tally = _of_place(
    "hazard_tally",
    Column("state", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("is_overdue", Boolean, nullable=False),
)

Index("ix__hazard_tally__grid", hazard_tally.c.grid)

# The same by subdistrict, as a trigger on the rows above keeps it: who sees whole subdistricts reads no single places.
hazard_area_tally = Table(
    "hazard_area_tally",
    metadata,
    Column("division", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("is_overdue", Boolean, nullable=False),
    Column("number", BigInteger, nullable=False),
)

task_tally = _of_place(
    "task_tally",
    Column("is_overdue", Boolean, nullable=False),
    Column("is_queued", Boolean, nullable=False),
)


def _of_unit(thing: str, *key: Column[object], sums: tuple[str, ...] = ("number",)) -> Table:
    """Return the table of what the months count in a subdistrict (docs/adr/0012)."""
    unit = Column("unit", Text, nullable=False)
    added = [Column(name, BigInteger, nullable=False) for name in sums]
    return Table(f"month_{thing}_tally", metadata, unit, *key, *added)


def _month() -> Column[object]:
    return Column("month", Text, nullable=False)  # 2026-11


month_task_tally = _of_unit(
    "task",
    _month(),
    Column("tier", SmallInteger, nullable=False),
    Column("origin", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("is_overdue", Boolean, nullable=False),
    Column("is_in_time", Boolean, nullable=False),
)

month_hazard_tally = _of_unit(
    "hazard",
    _month(),
    Column("found_tier", SmallInteger, nullable=False),
    Column("level", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("is_closed", Boolean, nullable=False),
    Column("is_in_time", Boolean, nullable=False),
)

month_check_record_tally = _of_unit(
    "check_record",
    _month(),
    Column("tier", SmallInteger, nullable=False),
    sums=("number", "refuted", "score", "scored"),
)

month_enterprise_tally = _of_unit("enterprise")
