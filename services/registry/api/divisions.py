"""registry/divisions: the tree of divisions, and the bureau's own names in it."""

from __future__ import annotations

from services.registry.domain.geometry import area_from
from services.registry.queries.divisions import boundaries, division_list, division_tree, require_whole_district
from services.registry.schemas.divisions import (
    BoundaryBody,
    Division,
    DivisionBody,
    DivisionList,
    DivisionQuery,
    DivisionTree,
)
from services.registry.schemas.grids import Outlines
from services.registry.use_cases.divisions import drop_boundary, put_boundary, put_division
from shared.http import MEGABYTE, Blueprint, audit_note, now, principal, reads, writes

blp = Blueprint("divisions", __name__, url_prefix="/api/v1/registry", description="Administrative divisions")
LARGEST_BOUNDARY = 4 * MEGABYTE
MOST_POSITIONS = 20_000


@blp.route("/divisions", methods=["GET"])
@reads("division:read")
@blp.arguments(DivisionQuery, location="query")
@blp.response(200, DivisionList)
def list_divisions(session, query):
    """The divisions by code, those inside `within` only."""
    return {"items": division_list(session, within=query["within"])}


@blp.route("/divisions/tree", methods=["GET"])
@reads("division:read")
@blp.response(200, DivisionTree)
def show_tree(session):
    """The divisions as a tree."""
    return {"items": division_tree(session)}


@blp.route("/divisions/<code>", methods=["PUT"])
@writes("division:write")
@blp.arguments(DivisionBody)
@blp.response(200, Division)
def keep_division(session, body, code):
    """Add a division or change its names and point; enterprises placed by their address are placed again."""
    require_whole_district(session, principal())
    put_division(session, code, body, now=now())
    audit_note(session, entity=f"division:{code}", after=body)
    return _division(session, code)


@blp.route("/divisions/boundaries", methods=["GET"])
@reads("division:read")
@blp.arguments(DivisionQuery, location="query")
@blp.response(200, Outlines)
def list_boundaries(session, query):
    """The boundaries that the bureau has loaded, for a map (GeoJSON, WGS-84)."""
    return boundaries(session, within=query["within"])


@blp.route("/divisions/<code>/boundary", methods=["PUT"])
@writes("division:write", body_limit=LARGEST_BOUNDARY)
@blp.arguments(BoundaryBody)
@blp.response(200, Division)
def keep_boundary(session, body, code):
    """Draw the boundary of a division: GeoJSON in WGS-84, GCJ-02 or BD-09, at most 4 MB and 20,000 positions."""
    require_whole_district(session, principal())
    area = area_from(body["geometry"], body["crs"], most=MOST_POSITIONS)
    put_boundary(session, code, area, crs=body["crs"], actor=principal().subject, now=now())
    row = _division(session, code)
    audit_note(session, entity=f"division:{code}", details={"boundary_positions": row["boundary_positions"]})
    return row


@blp.route("/divisions/<code>/boundary", methods=["DELETE"])
@writes("division:write")
@blp.response(204)
def remove_boundary(session, code):
    """Take the boundary of a division off the map."""
    require_whole_district(session, principal())
    drop_boundary(session, code)
    audit_note(session, entity=f"division:{code}", details={"boundary_positions": 0})
    return ""


def _division(session, code):
    return next(row for row in division_list(session, within=code) if row["code"] == code)
