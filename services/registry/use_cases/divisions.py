"""The bureau's own divisions: names, former names and points that stand above the shipped ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.registry.domain.enterprise import known
from services.registry.domain.geometry import Area, positions_of
from services.registry.domain.places import is_code
from services.registry.queries.divisions import rules_in_force
from services.registry.tables import division, division_boundary, enterprise
from services.registry.use_cases.recording import Change, changed_row, is_news, record
from shared.database.bulk import upsert_rows
from shared.errors import NotFound, Refused
from shared.work.jobs import ROWS_PER_STEP, Job, JobStep, enqueue

PLACE_AGAIN = "registry.place_again"


class DivisionMalformed(Refused):
    code = "division_malformed"


class DivisionNotFound(NotFound):
    code = "division_not_found"


class BoundaryNotFound(NotFound):
    code = "boundary_not_found"


def put_division(session: Session, code: str, given: Mapping[str, Any], *, now: datetime) -> None:
    """Keep a division as `given` (name, names, short, former, longitude, latitude) and place all enterprises again.

    Raises `DivisionMalformed` for a code that no level has (2, 4, 6, 9 or 12 digits).
    """
    if not is_code(code):
        raise DivisionMalformed("A division code has 2, 4, 6, 9 or 12 digits.", division=code)
    version = session.scalar(select(division.c.version).where(division.c.code == code)) or 0
    upsert_rows(session, division, [{"code": code, **given, "version": version + 1, "updated_at": now}], key=["code"])
    enqueue(session, PLACE_AGAIN, {}, now=now)


def put_boundary(session: Session, code: str, area: Area, *, crs: str, actor: str, now: datetime) -> None:
    """Keep the boundary of a known division, WGS-84, instead of the one before; raises `DivisionNotFound`.

    `crs` is the system that it was given in, for those who wonder later. A boundary is drawn and places nobody.
    """
    if code not in rules_in_force(session).gazetteer.divisions:
        raise DivisionNotFound("There is no such division: add it first.", division=code)
    version = session.scalar(select(division_boundary.c.version).where(division_boundary.c.code == code)) or 0
    row = {
        "code": code,
        "area": area,
        "crs": crs,
        "positions": positions_of(area),
        "version": version + 1,
        "updated_by": actor,
        "updated_at": now,
    }
    upsert_rows(session, division_boundary, [row], key=["code"])


def drop_boundary(session: Session, code: str) -> None:
    """Forget the boundary of a division; raises `BoundaryNotFound`."""
    result: Any = session.execute(delete(division_boundary).where(division_boundary.c.code == code))
    if not result.rowcount:
        raise BoundaryNotFound("This division has no boundary.", division=code)


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
