"""Sums the counts up anew, now and then: few rows to read again, and whatever two changes at once have blurred."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from services.inspections.tables import enterprise, hazard, hazard_tally, task, task_tally
from shared.database.bulk import replace_rows
from shared.work.timers import schedule

SUM_UP, EVERY = "sum_up", timedelta(minutes=10)
HAZARDS: dict[str, ColumnElement[Any]] = {name: hazard.c[name] for name in ("state", "level", "is_overdue")}
TASKS: dict[str, ColumnElement[Any]] = {"is_overdue": task.c.is_overdue, "is_queued": task.c.owner.contains(":")}


def sum_up(session: Session, entity: str, *, now: datetime) -> None:
    """Count hazards and open tasks of each place anew, and again in ten minutes."""
    for table, tally, key, is_counted in (
        (hazard, hazard_tally, HAZARDS, true()),
        (task, task_tally, TASKS, task.c.is_open),
    ):
        columns = {"division": enterprise.c.division, "grid": enterprise.c.grid, **key}
        joined = table.join(enterprise, enterprise.c.enterprise_id == table.c.enterprise_id)
        counted = select(*columns.values(), func.count()).select_from(joined).where(is_counted)
        replace_rows(session, tally, columns=[*columns, "number"], selected=counted.group_by(*columns.values()))
    schedule(session, SUM_UP, entity, due_at=now + EVERY)
