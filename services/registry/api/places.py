"""registry/placements, transfers and parks: placed by hand, handed over, tenants of one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.registry.domain.coordinates import degrees_of
from services.registry.queries.divisions import require_whole_district
from services.registry.queries.enterprises import enterprise_in_scope
from services.registry.queries.places import (
    NAMED,
    chosen_tenants,
    county_names,
    locked_enterprises,
    park_in_scope,
    parks_wanted,
    placement_figures,
    preview_of_tenants,
    tenants_of,
    transfer_in_scope,
    transfers,
    unplaced,
    with_tenants,
)
from services.registry.schemas.enterprises import EnterpriseRow
from services.registry.schemas.places import (
    Counties,
    Park,
    ParkChange,
    ParkFilter,
    ParkNew,
    ParkPage,
    Placed,
    PlacementFigures,
    Placing,
    Returning,
    Sending,
    Sent,
    TenantPage,
    TenantPreview,
    TenantsChanged,
    TenantsComing,
    TenantSelection,
    TenantsLeaving,
    TransferFilter,
    TransferPage,
    Tray,
    UnplacedPage,
)
from services.registry.tables import park
from services.registry.use_cases import places as use
from services.registry.use_cases.decisions import SelectionChanged
from shared.clock import business_date
from shared.http import (
    Blueprint,
    PageQuery,
    audit_note,
    etag_of,
    now,
    page,
    principal,
    reads,
    require_version,
    writes,
)

blp = Blueprint("places", __name__, url_prefix="/api/v1/registry", description="Placement, transfers, parks")


@blp.route("/placements", methods=["GET"])
@reads("enterprise:read")
@blp.response(200, PlacementFigures)
def show_placements(session):
    """How many active enterprises of one's area are placed, unplaced and of another county."""
    return placement_figures(session, principal())


@blp.route("/placements/unplaced", methods=["GET"])
@reads("enterprise:read")
@blp.arguments(Tray, location="query")
@blp.response(200, UnplacedPage)
def list_unplaced(session, query):
    """The tray of the unplaced, by name."""
    rows, next_cursor = page(
        session, unplaced(principal(), query), key=NAMED, limit=query["limit"], cursor=query["cursor"]
    )
    return {"items": [row._asdict() for row in rows], "next_cursor": next_cursor}


@blp.route("/placements", methods=["POST"])
@writes("enterprise:write")
@blp.arguments(Placing)
@blp.response(200, Placed)
def place(session, body):
    """Place enterprises of the tray: in a subdistrict, in a grid, or at a point."""
    rows = locked_enterprises(session, principal(), _ids(body))
    placed = use.place_enterprises(session, rows, _with_point(body), actor=principal().subject, now=now())
    audit_note(session, entity="enterprise:place", details={"enterprises": [row["uscc"] for row in placed]})
    return {"items": placed}


@blp.route("/transfers", methods=["GET"])
@reads("enterprise:read")
@blp.arguments(TransferFilter, location="query")
@blp.response(200, TransferPage)
def list_transfers(session, query):
    """The enterprises of other counties by name, with what became of handing them over."""
    rows, next_cursor = page(
        session, transfers(principal(), query), key=NAMED, limit=query["limit"], cursor=query["cursor"]
    )
    return {"items": [row._asdict() for row in rows], "next_cursor": next_cursor}


@blp.route("/transfers", methods=["POST"])
@writes("enterprise:write")
@blp.arguments(Sending)
@blp.response(201, Sent)
def send(session, body):
    """Record that enterprises were handed over to the county that their address names, or to `county`."""
    require_whole_district(session, principal())
    rows = locked_enterprises(session, principal(), _ids(body))
    ids = use.send_transfers(session, rows, body, actor=principal().subject, today=business_date(now()))
    audit_note(session, entity="transfer:send", details={"transfers": ids})
    return {"ids": ids}


@blp.route("/transfers/counties", methods=["GET"])
@reads("enterprise:read")
@blp.response(200, Counties)
def list_counties(session):
    """The counties around the home district."""
    return {"items": [{"code": code, "name": name} for code, name in county_names(session).items()]}


@blp.route("/transfers/<id:transfer_id>/accept", methods=["POST"])
@writes("enterprise:write")
@blp.response(200, EnterpriseRow)
def accept(session, transfer_id):
    """Record that the county took an enterprise over: its supervision state becomes `transferred`."""
    current, row = _for_answer(session, transfer_id)
    moment = now()
    return use.accept_transfer(
        session, current, row, actor=principal().subject, now=moment, today=business_date(moment)
    )


@blp.route("/transfers/<id:transfer_id>/return", methods=["POST"])
@writes("enterprise:write")
@blp.arguments(Returning)
@blp.response(200, EnterpriseRow)
def send_back(session, body, transfer_id):
    """Record that the county sent an enterprise back, and why: it comes into the tray of the unplaced."""
    current, row = _for_answer(session, transfer_id)
    moment = now()
    answer = {"reason": body["reason"], "actor": principal().subject, "today": business_date(moment)}
    return use.return_transfer(session, current, row, answer=answer, now=moment)


@blp.route("/parks", methods=["GET"])
@reads("enterprise:read")
@blp.arguments(ParkFilter, location="query")
@blp.response(200, ParkPage)
def list_parks(session, query):
    """The parks (小微园) and shared buildings (厂中厂) of one's area, by name."""
    paging = {"limit": query["limit"], "cursor": query["cursor"]}
    rows, next_cursor = page(session, parks_wanted(principal(), query), key=[park.c.name, park.c.id], **paging)
    items = with_tenants(session, principal(), [row._asdict() for row in rows])
    return {"items": items, "next_cursor": next_cursor}


@blp.route("/parks", methods=["POST"])
@writes("enterprise:write")
@blp.arguments(ParkNew)
@blp.response(201, Park)
def add_park(session, body):
    """Make a park or shared building with its position; tenants will take both position and precision from it."""
    row = use.create_park(session, _park_facts(session, body), now=now())
    park_in_scope(session, principal(), row["id"])
    audit_note(session, entity=f"park:{row['id']}", after=_audited(row))
    return _park_shown(session, row)


@blp.route("/parks/<id:park_id>", methods=["GET"])
@reads("enterprise:read")
@blp.response(200, Park)
def show_park(session, park_id):
    """One park."""
    return _park_shown(session, park_in_scope(session, principal(), park_id))


@blp.route("/parks/<id:park_id>", methods=["PATCH"])
@writes("enterprise:write")
@blp.arguments(ParkChange)
@blp.response(200, Park)
def amend_park(session, body, park_id):
    """Change a park (`If-Match`); its tenants follow its place, and leave when its status becomes `closed`."""
    current = park_in_scope(session, principal(), park_id, lock=True)
    require_version(current["version"])
    row = use.change_park(session, current, _park_facts(session, body), now=now())
    park_in_scope(session, principal(), park_id)
    audit_note(session, entity=f"park:{park_id}", before=_audited(current), after=_audited(row))
    return _park_shown(session, row)


@blp.route("/parks/<id:park_id>/tenants", methods=["GET"])
@reads("enterprise:read")
@blp.arguments(PageQuery, location="query")
@blp.response(200, TenantPage)
def list_tenants(session, query, park_id):
    """The tenants of a park, by name."""
    park_in_scope(session, principal(), park_id)
    rows, next_cursor = page(session, tenants_of(principal(), park_id), key=NAMED, **query)
    return {"items": [row._asdict() for row in rows], "next_cursor": next_cursor}


@blp.route("/parks/<id:park_id>/tenants/preview", methods=["POST"])
@writes("enterprise:write")
@blp.arguments(TenantSelection)
@blp.response(200, TenantPreview)
def preview_tenants(session, body, park_id):
    """How many enterprises a filter would bring into the park, and which."""
    park_in_scope(session, principal(), park_id)
    audit_note(session, entity=f"park:{park_id}")
    return preview_of_tenants(chosen_tenants(session, principal(), body["selection"]), park_id=park_id)


@blp.route("/parks/<id:park_id>/tenants", methods=["POST"])
@writes("enterprise:write")
@blp.arguments(TenantsComing)
@blp.response(200, TenantsChanged)
def add_tenants(session, body, park_id):
    """Let the enterprises of a filter be tenants; `expected` is what the preview counted."""
    current = park_in_scope(session, principal(), park_id, lock=True)
    rows = chosen_tenants(session, principal(), body["selection"], lock=True)
    changed = use.add_tenants(session, current, rows, actor=principal().subject, now=now())
    if changed != body["expected"]:
        raise SelectionChanged("The enterprises have changed since they were counted: count again.", changed=changed)
    audit_note(session, entity=f"park:{park_id}", details={"tenants_came": changed})
    return {"changed": changed}


@blp.route("/parks/<id:park_id>/tenants/leave", methods=["POST"])
@writes("enterprise:write")
@blp.arguments(TenantsLeaving)
@blp.response(200, TenantsChanged)
def let_tenants_leave(session, body, park_id):
    """Let tenants leave: each has its own position again, or none."""
    park_in_scope(session, principal(), park_id)
    rows = locked_enterprises(session, principal(), _ids(body))
    changed = use.let_tenants_leave(session, rows, park_id=park_id, actor=principal().subject, now=now())
    audit_note(session, entity=f"park:{park_id}", details={"tenants_left": [row["uscc"] for row in rows]})
    return {"changed": changed}


def _park_facts(session: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body as columns; the operator must be an enterprise of one's area."""
    facts = {name: value for name, value in body.items() if name != "location"}
    if "location" in body:
        facts["longitude"], facts["latitude"] = degrees_of(body["location"])
    if operator := facts.get("operator_id"):
        facts["operator_id"] = enterprise_in_scope(session, principal(), str(operator))["id"]
    return facts


def _park_shown(session: Any, row: Mapping[str, Any]) -> Any:
    return with_tenants(session, principal(), [row])[0], etag_of(row["version"])


def _audited(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("created_at", "updated_at")}


def _for_answer(session: Any, transfer_id: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    require_whole_district(session, principal())
    found = transfer_in_scope(session, principal(), transfer_id)
    audit_note(session, entity=f"transfer:{transfer_id}")
    return found


def _ids(body: Mapping[str, Any]) -> list[str]:
    return [str(one) for one in body["enterprise_ids"]]


def _with_point(body: Mapping[str, Any]) -> dict[str, Any]:
    given = dict(body)
    if place := given.get("location"):
        given["location"] = degrees_of(place)
    return given
