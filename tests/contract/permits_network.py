"""Permits with its neighbours on each bus: what they tell it, what it tells, and what others make of that."""

from sqlalchemy import select

from services.gateway.tables import commitment_mark, live_work
from services.inspections.tables import task
from tests.contract import wires
from tests.contract.wires import Cast, node_of, wire_of

CAST = Cast("permits", handling=("gateway", "inspections", "permits"), others=("monitoring", "registry", "training"))
TOLD = CAST.told
MARKS = ("is_late", "is_missed", "made", "disputed")  # of a commitment, as the gateway keeps them


class Wire(wires.Wire):
    """The bus with the databases of permits, of who speaks to it, and of who listens."""

    def tasks_of(self, enterprise_id: str, origin: str) -> list[tuple[str, int]]:
        """Return key and tier of the tasks of this origin that inspections has for an enterprise."""
        with self.databases["inspections"].reading() as session:
            own = (task.c.enterprise_id == enterprise_id, task.c.origin == origin)
            wanted = select(task.c.key, task.c.tier).where(*own)
            return [(row.key, row.tier) for row in session.execute(wanted.order_by(task.c.id))]

    def seen_of(self, enterprise_id: str) -> set[str]:
        """Return what the gateway has for the map of an enterprise: states of its works, marks of its commitments."""
        works = select(live_work.c.state).where(live_work.c.enterprise_id == enterprise_id)
        marks = select(*(commitment_mark.c[name] for name in MARKS))
        with self.databases["gateway"].reading() as session:
            states = set(session.scalars(works))
            rows = session.execute(marks.where(commitment_mark.c.enterprise_id == enterprise_id)).mappings().all()
        return states | {name for row in rows for name in MARKS if row[name]}


node, wire = node_of(CAST), wire_of(CAST, Wire)  # fixtures
