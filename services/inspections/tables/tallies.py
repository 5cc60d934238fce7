"""How many hazards and open tasks there are in each place: changes that triggers write, summed up now and then.

Every change adds a row (`number` may be negative), so nobody waits for anybody; the sum is the count (docs/adr/0012).
"""

from sqlalchemy import BigInteger, Boolean, Column, Table, Text

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

task_tally = _of_place(
    "task_tally",
    Column("is_overdue", Boolean, nullable=False),
    Column("is_queued", Boolean, nullable=False),
)
