"""Grids: lists, one with its team, outlines for a map, and the index by which enterprises find theirs."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select
from sqlalchemy.orm import Session

from services.registry.domain.geometry import as_geojson
from services.registry.domain.grids import GridArea, GridIndex, GridNotFound, Member, kinds_missing, member_kinds
from services.registry.tables import enterprise, grid, grid_member, staff
from shared.security.principal import Principal
from shared.security.scope import in_scope

_Fingerprint = tuple[tuple[str, str], ...]
_MOST_KEPT = 4
_MOST_DRAWN = 2_000


class _Indexes:
    """The indexes of this process by the content that they were made from."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Fingerprint, GridIndex] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, session: Session) -> GridIndex:
        """Return the index of the open grids; the polygons are read only when one has changed."""
        statement = select(grid.c.code, grid.c.digest).where(grid.c.status == "open").order_by(grid.c.code)
        fingerprint = tuple((row.code, row.digest) for row in session.execute(statement))
        with self._lock:
            if (kept := self._kept.get(fingerprint)) is None:
                kept = self._kept[fingerprint] = _index(session)
                while len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(fingerprint)
            return kept


_indexes = _Indexes()


def grid_index(session: Session) -> GridIndex:
    """Return the index of the open grids, the same object as long as none changes."""
    return _indexes.of(session)


def grids_wanted(principal: Principal, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement of the grids in the principal's jurisdiction that the filter describes."""
    conditions = [_scope(principal)]
    if division := wanted.get("division"):
        conditions.append(grid.c.division.startswith(division, autoescape=True))
    if status := wanted.get("status"):
        conditions.append(grid.c.status == status)
    if text := (wanted.get("q") or "").strip():
        found = (grid.c.name.contains(text, autoescape=True), grid.c.code.contains(text, autoescape=True))
        conditions.append(or_(*found))
    return select(grid).where(*conditions)


def grid_in_scope(session: Session, principal: Principal, grid_id: str, *, lock: bool = False) -> dict[str, Any]:
    """Return one grid row, locked for change on demand; raises `GridNotFound` outside the jurisdiction."""
    statement = select(grid).where(grid.c.id == grid_id, _scope(principal))
    row = session.execute(statement.with_for_update() if lock else statement).mappings().one_or_none()
    if row is None:
        raise GridNotFound("No such grid in your area.", grid_id=grid_id)
    return dict(row)


def with_numbers(session: Session, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return grid rows with how many enterprises and members each has, and which kinds of members it lacks."""
    rows = list(rows)
    teams = members_of(session, [row["id"] for row in rows])
    counts = _enterprises_of(session, [row["code"] for row in rows])
    return [
        {
            **row,
            "has_area": bool(row["area"]),
            "enterprises": counts.get(row["code"], 0),
            "members": [member._asdict() for member in teams[row["id"]]],
            "missing_kinds": kinds_missing(teams[row["id"]]),
        }
        for row in rows
    ]


def with_area(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a grid row with its outline as GeoJSON, none without one."""
    return {**row, "geometry": as_geojson(row["area"]) if row["area"] else None}


def members_of(session: Session, grid_ids: Iterable[str]) -> dict[str, list[Member]]:
    """Return the teams of grids by grid id, in the order of the kinds."""
    ids = list(grid_ids)
    teams: dict[str, list[Member]] = {grid_id: [] for grid_id in ids}
    statement = select(grid_member).where(grid_member.c.grid_id.in_(ids)).order_by(grid_member.c.account_id)
    for row in session.execute(statement):
        teams[row.grid_id].append(Member(row.account_id, row.kind))
    order = list(member_kinds())
    for team in teams.values():
        team.sort(key=lambda member: (order.index(member.kind) if member.kind in order else len(order), member))
    return teams


def roles_of_accounts(session: Session, account_ids: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the roles of those accounts that are known and not shut."""
    statement = select(staff.c.account_id, staff.c.roles).where(
        staff.c.account_id.in_(list(account_ids)), staff.c.is_enabled
    )
    return {row.account_id: frozenset(row.roles) for row in session.execute(statement)}


def grid_outlines(session: Session, principal: Principal) -> dict[str, Any]:
    """Return the outlines of the open grids in the jurisdiction as a GeoJSON FeatureCollection."""
    statement = grids_wanted(principal, {"status": "open"}).order_by(grid.c.code).limit(_MOST_DRAWN)
    features = [
        {
            "type": "Feature",
            "id": row.id,
            "properties": {"id": row.id, "code": row.code, "name": row.name, "division": row.division},
            "geometry": as_geojson(row.area),
        }
        for row in session.execute(statement)
        if row.area
    ]
    return {"type": "FeatureCollection", "features": features}


def _index(session: Session) -> GridIndex:
    rows = session.execute(select(grid.c.code, grid.c.division, grid.c.area).where(grid.c.status == "open"))
    return GridIndex(GridArea(row.code, row.division, row.area) for row in rows)


def _enterprises_of(session: Session, codes: list[str]) -> dict[str, int]:
    statement = (
        select(enterprise.c.grid, func.count().label("enterprises"))
        .where(enterprise.c.grid.in_(codes))
        .group_by(enterprise.c.grid)
    )
    return {row.grid: row.enterprises for row in session.execute(statement)}


def _scope(principal: Principal) -> ColumnElement[bool]:
    return in_scope(principal, division=grid.c.division, grid=grid.c.code, enterprise_id=literal(""))
