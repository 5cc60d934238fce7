"""registry/divisions: the tree of divisions, and the bureau's own names in it."""

from __future__ import annotations

from services.registry.queries.divisions import division_list, division_tree, require_whole_district
from services.registry.schemas.divisions import Division, DivisionBody, DivisionList, DivisionQuery, DivisionTree
from services.registry.use_cases.divisions import put_division
from shared.http import Blueprint, audit_note, now, principal, reads, writes

blp = Blueprint("divisions", __name__, url_prefix="/api/v1/registry", description="Administrative divisions")


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
    return next(row for row in division_list(session, within=code) if row["code"] == code)
