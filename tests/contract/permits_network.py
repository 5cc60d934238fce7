"""Permits with its neighbours on each bus: what they tell it, what it tells, and what inspections makes of that."""

from sqlalchemy import select

from services.inspections.tables import task
from tests.contract import wires
from tests.contract.wires import Cast, node_of, wire_of

CAST = Cast("permits", handling=("inspections", "permits"), others=("monitoring", "training"))
TOLD = CAST.told


class Wire(wires.Wire):
    """The bus with the databases of permits, of who speaks to it, and of who listens."""

    def tasks_of(self, enterprise_id: str, origin: str) -> list[tuple[str, int]]:
        """Return key and tier of the tasks of this origin that inspections has for an enterprise."""
        with self.databases["inspections"].reading() as session:
            own = (task.c.enterprise_id == enterprise_id, task.c.origin == origin)
            wanted = select(task.c.key, task.c.tier).where(*own)
            return [(row.key, row.tier) for row in session.execute(wanted.order_by(task.c.id))]


node, wire = node_of(CAST), wire_of(CAST, Wire)  # fixtures
