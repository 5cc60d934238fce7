"""The area of grid workers follows the teams of the grids, as the registry tells of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.tables import account, grid_team
from services.identity.use_cases.staff import change_row, supersede_tokens, tell_staff
from shared.contracts.registry import GridChanged
from shared.database.bulk import upsert_rows
from shared.events.received import Received


def follow_teams(session: Session, received: Sequence[Received[GridChanged]], *, now: datetime) -> None:
    """Give each grid to the accounts of its team that may see its enterprises, and take it from those who left.

    A grid that an account was given by hand stays; an older state of a team changes nothing.
    """
    newest = {one.subject: one for one in sorted(received, key=lambda one: one.sequence)}
    statement = select(grid_team).where(grid_team.c.grid_id.in_(newest)).with_for_update()
    held = {row.grid_id: row for row in session.execute(statement)}
    for grid_id, one in sorted(newest.items()):
        before = held.get(grid_id)
        if before is not None and before.sequence >= one.sequence:
            continue
        team = _seeing(one.data)
        row = {"grid_id": grid_id, "code": one.data.code, "accounts": team, "sequence": one.sequence}
        upsert_rows(session, grid_team, [row], key=["grid_id"], newer="sequence")
        _give(session, one.data.code, gone=set(before.accounts if before else ()) - set(team), team=team, now=now)


def _seeing(grid: GridChanged) -> list[str]:
    members = grid.members if grid.is_open else ()
    return sorted({member["account_id"] for member in members if member["grants_scope"]})


def _give(session: Session, code: str, *, gone: set[str], team: list[str], now: datetime) -> None:
    statement = select(account).where(account.c.id.in_(gone | set(team))).order_by(account.c.id).with_for_update()
    for found in session.execute(statement).all():
        grids: list[Any] = sorted((set(found.grids) - {code}) | ({code} if found.id in team else set()))
        if grids == sorted(found.grids):
            continue
        change_row(session, found, {"grids": grids}, now=now)
        supersede_tokens(session, found.id, version=found.version + 1, now=now)
        tell_staff(session, found.id, now=now)
