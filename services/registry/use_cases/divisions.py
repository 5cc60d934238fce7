"""The bureau's own divisions: names, former names and points that stand above the shipped ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.domain.enterprise import known
from services.registry.domain.places import is_code
from services.registry.queries.divisions import rules_in_force
from services.registry.tables import division, enterprise
from services.registry.use_cases.recording import Change, changed_row, is_news, record
from shared.database.bulk import upsert_rows
from shared.errors import Refused
from shared.work.jobs import ROWS_PER_STEP, Job, JobStep, enqueue

PLACE_AGAIN = "registry.place_again"


class DivisionMalformed(Refused):
    code = "division_malformed"


def put_division(session: Session, code: str, given: Mapping[str, Any], *, now: datetime) -> None:
    """Keep a division as `given` (name, names, short, former, longitude, latitude) and place all enterprises again.

    Raises `DivisionMalformed` for a code that no level has (2, 4, 6, 9 or 12 digits).
    """
    if not is_code(code):
        raise DivisionMalformed("A division code has 2, 4, 6, 9 or 12 digits.", division=code)
    version = session.scalar(select(division.c.version).where(division.c.code == code)) or 0
    upsert_rows(session, division, [{"code": code, **given, "version": version + 1, "updated_at": now}], key=["code"])
    enqueue(session, PLACE_AGAIN, {}, now=now)


def place_again_step(session: Session, job: Job, *, now: datetime) -> JobStep:
    """Read the next thousand enterprises again with the rules in force; only what changes is written."""
    rules = rules_in_force(session)
    statement = select(enterprise).order_by(enterprise.c.id).limit(ROWS_PER_STEP).with_for_update()
    if after := job.cursor.get("after"):
        statement = statement.where(enterprise.c.id > after)
    rows = [dict(row) for row in session.execute(statement).mappings()]
    changes = []
    for row in rows:
        facts = known(row, {}, origin="inferred", rules=rules)
        if is_news(row, facts):
            changes.append(Change(row, changed_row(row, facts, digest=row["source_digest"], now=now)))
    record(session, changes, actor="", reason="placed_again", now=now)
    is_last = len(rows) < ROWS_PER_STEP
    cursor = {"after": rows[-1]["id"]} if rows else dict(job.cursor)
    return JobStep(cursor, job.done + len(rows), finished=is_last)
