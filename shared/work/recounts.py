"""Figures that a service keeps beside its rows, counted anew from these."""

from shared.database import Database
from shared.declarations import Declarations, Recounter


def wrong_figures(database: Database, declarations: Declarations, *, repair: bool) -> int:
    """Return how many kept figures differ from their rows; with ``repair`` they are mended.

    They are counted in a snapshot beside those who write; only what differs then is counted again in their way.
    """
    return sum(_recounted(database, one, repair=repair) for one in declarations.recounters)


def _recounted(database: Database, recounter: Recounter, *, repair: bool) -> int:
    with database.snapshot() as session:
        wrong = recounter.handler(session, repair=False)
    if wrong and repair:
        with database.transaction() as session:
            recounter.handler(session, repair=True)
    return wrong
