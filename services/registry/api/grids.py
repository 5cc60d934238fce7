"""registry/grids: drawn, changed, manned, shown on a map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from services.registry.domain.geometry import area_from
from services.registry.domain.grids import GridNotFound, Member, member_kinds
from services.registry.queries.divisions import require_whole_district
from services.registry.queries.grids import grid_in_scope, grid_outlines, grids_wanted, with_area, with_numbers
from services.registry.schemas.grids import (
    Grid,
    GridChange,
    GridFilter,
    GridNew,
    GridPage,
    GridTeam,
    MemberKinds,
    Outlines,
)
from services.registry.tables import grid
from services.registry.use_cases.grid_teams import put_members
from services.registry.use_cases.grids import change_grid, create_grid
from shared.errors import Forbidden
from shared.http import Blueprint, audit_note, etag_of, now, page, principal, reads, require_version, writes

blp = Blueprint("grids", __name__, url_prefix="/api/v1/registry", description="Grids with outline and team")


class GridOutsideJurisdiction(Forbidden):
    code = "outside_jurisdiction"


@blp.route("/grids", methods=["GET"])
@reads("grid:read")
@blp.arguments(GridFilter, location="query")
@blp.response(200, GridPage)
def list_grids(session, query):
    """The grids of one's area by code, with team and number of enterprises."""
    statement = grids_wanted(principal(), query)
    rows, next_cursor = page(session, statement, key=[grid.c.code], limit=query["limit"], cursor=query["cursor"])
    return {"items": with_numbers(session, [row._asdict() for row in rows]), "next_cursor": next_cursor}


@blp.route("/grids", methods=["POST"])
@writes("grid:write")
@blp.arguments(GridNew)
@blp.response(201, Grid)
def add_grid(session, body):
    """Make a grid; enterprises whose exact position lies in its outline follow. Outlines are drawn by the bureau."""
    _require_right_to_draw(session, body)
    row = create_grid(session, _with_area(body), now=now())
    _require_jurisdiction(session, row)
    audit_note(session, entity=f"grid:{row['id']}", after=_audited(row))
    return _shown(session, row), etag_of(row["version"])


@blp.route("/grids/kinds", methods=["GET"])
@reads("grid:read")
@blp.response(200, MemberKinds)
def list_member_kinds(_session):
    """The kinds of members that a grid can have."""
    return {"items": [{**asdict(kind), "roles": sorted(kind.roles)} for kind in member_kinds().values()]}


@blp.route("/grids/outlines", methods=["GET"])
@reads("grid:read")
@blp.response(200, Outlines)
def show_outlines(session):
    """The outlines of the open grids of one's area, for a map."""
    return grid_outlines(session, principal())


@blp.route("/grids/<id:grid_id>", methods=["GET"])
@reads("grid:read")
@blp.response(200, Grid)
def show_grid(session, grid_id):
    """One grid with its outline."""
    row = grid_in_scope(session, principal(), grid_id)
    return _shown(session, row), etag_of(row["version"])


@blp.route("/grids/<id:grid_id>", methods=["PATCH"])
@writes("grid:write")
@blp.arguments(GridChange)
@blp.response(200, Grid)
def amend_grid(session, body, grid_id):
    """Change a grid; `If-Match` names the version that was read; `geometry` null takes the outline away."""
    current = grid_in_scope(session, principal(), grid_id, lock=True)
    require_version(current["version"])
    _require_right_to_draw(session, body)
    row = change_grid(session, current, _with_area(body), now=now())
    _require_jurisdiction(session, row)
    audit_note(session, entity=f"grid:{grid_id}", before=_audited(current), after=_audited(row))
    return _shown(session, row), etag_of(row["version"])


@blp.route("/grids/<id:grid_id>/members", methods=["PUT"])
@writes("grid:write")
@blp.arguments(GridTeam)
@blp.response(200, Grid)
def man_grid(session, body, grid_id):
    """Replace the team of a grid; `If-Match` names the version that was read."""
    current = grid_in_scope(session, principal(), grid_id, lock=True)
    require_version(current["version"])
    team = [Member(str(member["account_id"]), member["kind"]) for member in body["members"]]
    row = put_members(session, current, team, now=now())
    audit_note(session, entity=f"grid:{grid_id}", after={"members": [list(member) for member in team]})
    return _shown(session, row), etag_of(row["version"])


def _with_area(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body with its checked `area` instead of geometry and coordinate system."""
    given = {name: value for name, value in body.items() if name not in ("geometry", "crs")}
    if "geometry" in body:
        given["area"] = area_from(body["geometry"], body["crs"]) if body["geometry"] else []
    return given


def _require_right_to_draw(session: Any, body: Mapping[str, Any]) -> None:
    """An outline takes enterprises in, of other subdistricts too: whoever draws one may see the whole district."""
    if body.get("geometry"):
        require_whole_district(session, principal())


def _require_jurisdiction(session: Any, row: Mapping[str, Any]) -> None:
    try:
        grid_in_scope(session, principal(), row["id"])
    except GridNotFound as outside:
        raise GridOutsideJurisdiction("This lies outside your area: ask the bureau to do it.") from outside


def _shown(session: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    return with_area(with_numbers(session, [row])[0])


def _audited(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("code", "name", "division", "status", "digest")}
