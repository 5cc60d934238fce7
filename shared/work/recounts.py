"""Figures that a service keeps beside its rows, counted anew from these."""

from datetime import datetime

from shared.database import Database
from shared.declarations import Declarations


def wrong_figures(database: Database, declarations: Declarations, *, repair: bool, now: datetime) -> int:
    """Return how many kept figures differ from their rows; with ``repair`` they are mended.

    They are counted in a snapshot beside those who write; only what differs then is counted again in their way.
    """
    with database.snapshot() as session:
        wrong = {one: one.handler(session, repair=False, now=now) for one in declarations.recounters}
    for recounter in (one for one, number in wrong.items() if number and repair):
        with database.transaction() as session:
            recounter.handler(session, repair=True, now=now)
    return sum(wrong.values())
