"""Grids: drawn, changed, manned; the enterprises follow their polygons in a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from services.registry.domain.geometry import Area, bounds_of
from services.registry.domain.grids import GridExists, Member, check_grid, check_members, grid_of, member_kinds
from services.registry.queries.divisions import rules_in_force
from services.registry.queries.grids import grid_index, members_of, roles_of_accounts
from services.registry.tables import enterprise, grid, grid_member, staff
from services.registry.use_cases.recording import Change, changed_row, record
from shared.contracts.identity import StaffChanged
from shared.contracts.registry import GridChanged
from shared.database.bulk import insert_rows, upsert_rows
from shared.events.outbox import publish
from shared.events.received import Received
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
    session.execute(insert(grid), row)
    _follow(session, row, None, now=now)
    publish(session, grid_changed(row, []), sequence=1, at=now)
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
    session.execute(update(grid).where(grid.c.id == row["id"]).values(row))
    if (row["digest"], row["status"]) != (current["digest"], current["status"]):
        _follow(session, row, current, now=now)
    team = members_of(session, [row["id"]])[row["id"]]
    publish(session, grid_changed(row, team), sequence=row["version"], at=now)
    return row


def put_members(
    session: Session, current: Mapping[str, Any], members: Sequence[Member], *, now: datetime
) -> dict[str, Any]:
    """Make `members` the whole team of the locked grid `current`; returns the row as it is now.

    Raises `MemberKindUnknown`, `MemberUnfit`.
    """
    team = sorted(set(members))
    check_members(team, roles=roles_of_accounts(session, {member.account_id for member in team}))
    if team == sorted(members_of(session, [current["id"]])[current["id"]]):
        return dict(current)
    session.execute(delete(grid_member).where(grid_member.c.grid_id == current["id"]))
    insert_rows(session, grid_member, [{"grid_id": current["id"], **member._asdict()} for member in team])
    row = {**current, "version": current["version"] + 1, "updated_at": now}
    session.execute(update(grid).where(grid.c.id == row["id"]).values(version=row["version"], updated_at=now))
    publish(session, grid_changed(row, team), sequence=row["version"], at=now)
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


def keep_staff(session: Session, received: Sequence[Received[StaffChanged]]) -> None:
    """Keep which accounts there are and what roles they have; the newest version wins."""
    newest = {one.subject: one for one in sorted(received, key=lambda one: one.sequence)}
    rows = [
        {
            "account_id": account_id,
            "username_digest": one.data.username_digest,
            "roles": list(one.data.roles),
            "intermediary_id": one.data.intermediary_id,
            "is_enabled": one.data.is_enabled,
            "sequence": one.sequence,
        }
        for account_id, one in sorted(newest.items())
    ]
    upsert_rows(session, staff, rows, key=["account_id"], newer="sequence")


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


def _follow(session: Session, row: Mapping[str, Any], before: Mapping[str, Any] | None, *, now: datetime) -> None:
    """Queue the job that lets those enterprises find their grid that the old or the new outline can concern."""
    states = [state for state in (before, row) if state]
    boxes = [[state[side] for side in _SIDES] for state in states if state["area"]]
    arguments = {"grid": row["code"], "divisions": sorted({one["division"][:9] for one in states}), "boxes": boxes}
    enqueue(session, REGRID, arguments, now=now)


def _concerned(arguments: Mapping[str, Any]) -> ColumnElement[bool]:
    columns = enterprise.c
    ways = [columns.grid == arguments["grid"], columns.stated_grid == arguments["grid"]]
    for division in arguments["divisions"]:
        by_division = columns.division.startswith(division, autoescape=True)
        ways.append(and_(by_division, columns.grid_basis.in_(("", "division"))))
    for west, south, east, north in arguments["boxes"]:
        ways.append(and_(columns.longitude.between(west, east), columns.latitude.between(south, north)))
    return or_(*ways)
