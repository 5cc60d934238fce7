"""Grids: drawn, changed, imported; the enterprises follow their polygons in a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from services.registry.domain.drafts import Draft
from services.registry.domain.geometry import Area, area_from, bounds_of
from services.registry.domain.grids import GridExists, Member, check_grid, grid_of, member_kinds
from services.registry.queries.divisions import rules_in_force
from services.registry.queries.grids import grid_index, members_of
from services.registry.tables import enterprise, grid
from services.registry.use_cases.recording import Change, ImportRun, Verdict, changed_row, record, refused
from shared.contracts.registry import GridChanged
from shared.database.bulk import insert_rows, upsert_rows
from shared.errors import SiseError
from shared.events.outbox import publish_all
from shared.ids import new_id
from shared.work.jobs import ROWS_PER_STEP, Job, JobStep, enqueue

REGRID = "registry.regrid"
_SIDES = ("west", "south", "east", "north")


def create_grid(session: Session, given: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """Make a grid of `given` (code, name, division, area) and let the enterprises find it; returns its row.

    Raises `GridMalformed`, `GridExists`.
    """
    check_grid(given["code"], given["division"], home=_home(session))
    if session.scalar(select(grid.c.id).where(grid.c.code == given["code"])):
        raise GridExists("There is a grid with this code already: change that one instead.", code=given["code"])
    area: Area = given.get("area", [])
    row = {
        **_outlined(given["division"], area),
        "id": new_id(),
        "code": given["code"],
        "name": given["name"],
        "status": "open",
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    record_grids(session, [(None, row)], now=now)
    return row


def change_grid(
    session: Session, current: Mapping[str, Any], changes: Mapping[str, Any], *, now: datetime
) -> dict[str, Any]:
    """Change name, division, area or status of the locked row `current`; returns the row as it is now.

    Raises `GridMalformed`.
    """
    division, area = changes.get("division", current["division"]), changes.get("area", current["area"])
    check_grid(current["code"], division, home=_home(session))
    plain = {name: changes[name] for name in ("name", "status") if name in changes}
    row = {**current, **plain, **_outlined(division, area)}
    if row == dict(current):
        return row
    row |= {"version": current["version"] + 1, "updated_at": now}
    record_grids(session, [(current, row)], now=now)
    return row


def regrid_step(session: Session, job: Job, *, now: datetime) -> JobStep:
    """Let the next thousand enterprises that a changed grid can concern find their grid; only changes are written."""
    index = grid_index(session)
    statement = select(enterprise).where(_concerned(job.arguments)).order_by(enterprise.c.id)
    if after := job.cursor.get("after"):
        statement = statement.where(enterprise.c.id > after)
    rows = [dict(row) for row in session.execute(statement.limit(ROWS_PER_STEP).with_for_update()).mappings()]
    changes = []
    for row in rows:
        code, basis = grid_of(row, index)
        if (code, basis) != (row["grid"], row["grid_basis"]):
            facts = {"grid": code, "grid_basis": basis}
            changes.append(Change(row, changed_row(row, facts, digest=row["source_digest"], now=now)))
    record(session, changes, actor="", reason="grid_changed", now=now)
    cursor = {"after": rows[-1]["id"]} if rows else dict(job.cursor)
    return JobStep(cursor, job.done + len(rows), finished=len(rows) < ROWS_PER_STEP)


def import_grids(session: Session, run: ImportRun, *, drafts: Sequence[Draft]) -> list[Verdict]:
    """Take over a list of grids, told by code; an empty outline leaves the known one."""
    statement = select(grid).where(grid.c.code.in_([draft.key for draft in drafts])).order_by(grid.c.id)
    known = {row["code"]: dict(row) for row in session.execute(statement.with_for_update()).mappings()}
    changes: list[tuple[Mapping[str, Any] | None, dict[str, Any]]] = []
    verdicts: list[Verdict] = []
    for draft in drafts:
        before = known.get(draft.key)
        try:
            after = _brought_up_to(draft.given, before, home=run.rules.gazetteer.home, now=run.now)
        except SiseError as refusal:
            verdicts.append(refused(draft, refusal.code))
            continue
        verdicts.append("created" if before is None else "unchanged" if after == before else "changed")
        changes += [] if after == before else [(before, after)]
    record_grids(session, changes, now=run.now)
    return verdicts


def record_grids(
    session: Session, changes: Sequence[tuple[Mapping[str, Any] | None, dict[str, Any]]], *, now: datetime
) -> None:
    """Write rows and events of grids, each before (None: new) and after, and let the enterprises follow in one job."""
    insert_rows(session, grid, [after for before, after in changes if before is None])
    upsert_rows(session, grid, [after for before, after in changes if before is not None], key=["id"])
    teams = members_of(session, [after["id"] for _, after in changes])
    events = [(grid_changed(after, teams[after["id"]]), after["version"]) for _, after in changes]
    publish_all(session, events, at=now)
    moved = [(before, after) for before, after in changes if before is None or _has_moved(before, after)]
    if moved:
        enqueue(session, REGRID, _arguments(moved), now=now)


def grid_changed(row: Mapping[str, Any], team: Sequence[Member]) -> GridChanged:
    """Return the whole state of a grid as its event."""
    kinds = member_kinds()
    return GridChanged(
        grid_id=row["id"],
        code=row["code"],
        name=row["name"],
        division=row["division"],
        is_open=row["status"] == "open",
        polygon_id=row["digest"] if row["area"] else "",
        members=[
            {**member._asdict(), "grants_scope": member.kind in kinds and kinds[member.kind].grants_scope}
            for member in team
        ],
    )


def _home(session: Session) -> str:
    return rules_in_force(session).gazetteer.home


def _outlined(division: str, area: Area) -> dict[str, Any]:
    bounds = bounds_of(area) if area else (None,) * 4
    digest = sha256(orjson.dumps([division, area])).hexdigest()[:32]
    return {"division": division, "area": area, "digest": digest, **dict(zip(_SIDES, bounds, strict=True))}


def _brought_up_to(
    given: Mapping[str, Any], before: Mapping[str, Any] | None, *, home: str, now: datetime
) -> dict[str, Any]:
    """Return the row of a grid as a file says it is. Raises `GridMalformed`, `AreaInvalid`."""
    check_grid(given["code"], given["division"], home=home)
    base = before or {"id": new_id(), "code": given["code"], "status": "open", "area": [], "version": 0}
    area = area_from(given["geometry"], given.get("crs", "WGS-84")) if "geometry" in given else base["area"]
    row = {"created_at": now, "updated_at": now, **base, "name": given["name"], **_outlined(given["division"], area)}
    return row if row == before else {**row, "version": base["version"] + 1, "updated_at": now}


def _has_moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return bool((before["digest"], before["status"]) != (after["digest"], after["status"]))


def _arguments(moved: Sequence[tuple[Mapping[str, Any] | None, Mapping[str, Any]]]) -> dict[str, Any]:
    """Return what tells the enterprises that the old or the new outlines can concern."""
    states = [state for pair in moved for state in pair if state]
    return {
        "grids": sorted({state["code"] for state in states}),
        "divisions": sorted({state["division"][:9] for state in states}),
        "boxes": [[state[side] for side in _SIDES] for state in states if state["area"]],
    }


def _concerned(arguments: Mapping[str, Any]) -> ColumnElement[bool]:
    columns = enterprise.c
    ways: list[ColumnElement[bool]] = [
        columns.grid.in_(arguments["grids"]),
        columns.stated_grid.in_(arguments["grids"]),
    ]
    for division in arguments["divisions"]:
        by_division = columns.division.startswith(division, autoescape=True)
        ways.append(and_(by_division, columns.grid_basis.in_(("", "division"))))
    for west, south, east, north in arguments["boxes"]:
        ways.append(and_(columns.longitude.between(west, east), columns.latitude.between(south, north)))
    return or_(*ways)
