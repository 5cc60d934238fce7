"""Divisions: the shipped ones with the bureau's own rows on top."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.domain.geometry import as_geojson
from services.registry.domain.places import Division, division_from, is_within, parent_of
from services.registry.domain.rulebook import Rulebook, rulebook
from services.registry.queries.grids import grid_index
from services.registry.settings import home_district
from services.registry.tables import division, division_boundary
from shared.errors import Forbidden
from shared.security.principal import Principal

_POSITIONS = select(division_boundary.c.code, division_boundary.c.positions)


class WholeDistrictOnly(Forbidden):
    """Registers hold rows of the whole district, so only those who may see all of it handle them."""

    code = "whole_district_only"


def rules_in_force(session: Session) -> Rulebook:
    """Return the rule tables with the bureau's own divisions and grids; the same object as long as nothing changed."""
    rows = session.execute(select(division).order_by(division.c.code)).mappings()
    own = tuple(division_from(dict(row)) for row in rows)
    return rulebook(own, home=home_district(), grids=grid_index(session))


def require_whole_district(session: Session, principal: Principal) -> None:
    """Raise `WholeDistrictOnly` unless the home district lies in one of the principal's divisions."""
    home = rules_in_force(session).gazetteer.home
    if not any(prefix and home.startswith(prefix) for prefix in principal.divisions):
        raise WholeDistrictOnly("This concerns the whole district: leave it to the bureau.")


def division_list(session: Session, *, within: str = "") -> list[dict[str, Any]]:
    """Return the divisions that lie in `within` (all when empty), parents before children."""
    known = rules_in_force(session).gazetteer.divisions
    positions = {row.code: row.positions for row in session.execute(_POSITIONS)}
    return [
        {**_shown(known[code]), "boundary_positions": positions.get(code, 0)}
        for code in sorted(known)
        if is_within(code, within)
    ]


def boundaries(session: Session, *, within: str = "") -> dict[str, Any]:
    """Return the boundaries of the divisions in `within` (all when empty) as a GeoJSON FeatureCollection, WGS-84."""
    known = rules_in_force(session).gazetteer.divisions
    rows = session.execute(select(division_boundary).order_by(division_boundary.c.code))
    features = [
        {
            "type": "Feature",
            "id": row.code,
            "properties": {"code": row.code, "name": known[row.code].name, "level": known[row.code].level},
            "geometry": as_geojson(row.area),
        }
        for row in rows
        if row.code in known and is_within(row.code, within)
    ]
    return {"type": "FeatureCollection", "features": features}


def division_tree(session: Session) -> list[dict[str, Any]]:
    """Return the divisions as a tree of `children`; a division without a known parent is a root."""
    nodes = {row["code"]: {**row, "children": []} for row in division_list(session)}
    roots: list[dict[str, Any]] = []
    for code, node in nodes.items():
        parent = nodes.get(parent_of(code))
        (parent["children"] if parent else roots).append(node)
    return roots


def _shown(row: Division) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "level": row.level,
        "parent": parent_of(row.code),
        "names": list(row.names),
        "short": list(row.short),
        "former": list(row.former),
        "longitude": row.longitude,
        "latitude": row.latitude,
    }
