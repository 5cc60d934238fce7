"""inspections/plans: the annual enforcement plan, its versions, lines and months."""

from typing import Any

from flask import Response, send_file

from services.inspections.api.acting import step_of_caller
from services.inspections.queries import plan_lines
from services.inspections.queries import plans as reading
from services.inspections.queries.enterprises import visible_enterprise
from services.inspections.queries.plan_lines import plan_view, table_view, whole_plan
from services.inspections.rules import plan_rules
from services.inspections.schemas.plans import (
    CapacityBody,
    NewPlan,
    Plan,
    PlanChanges,
    PlanDecision,
    PlanLineBody,
    PlanLineQuery,
    PlanLines,
    PlanProposed,
    PlanQuery,
    Plans,
    PlanStepBody,
    PlanTable,
    WholePlan,
)
from services.inspections.tables import plan, plan_line
from services.inspections.use_cases import plans
from shared.database import Session
from shared.errors import Forbidden
from shared.http import (
    Blueprint,
    as_text,
    audit_note,
    etag_of,
    now,
    page,
    paging_of,
    principal,
    public_reads,
    reads,
    writes,
)
from shared.sheets import csv_lines, xlsx_file

BINARY = {"type": "string", "format": "binary"}
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

blp = Blueprint("plans", __name__, url_prefix="/api/v1/inspections", description="Annual enforcement plans")


class OutsideJurisdiction(Forbidden):
    code = "outside_jurisdiction"


@blp.route("/plans", methods=["GET"])
@reads("plan:read")
@blp.arguments(PlanQuery, location="query")
@blp.response(200, Plans)
def list_plans(session: Session, query: dict[str, Any]) -> Any:
    """Plans of the own area with all their versions, the newest first; and published ones that are about it."""
    paging = paging_of(query)
    key = [plan.c.year, plan.c.authority, plan.c.number]
    rows, next_cursor = page(session, reading.plans(principal(), wanted=query), key=key, descending=True, **paging)
    return {"items": [plan_view(row) for row in rows], "next_cursor": next_cursor}


@blp.route("/plans", methods=["POST"])
@writes("plan:write")
@blp.arguments(NewPlan)
@blp.response(201, Plan)
def create_plan(session: Session, body: dict[str, Any]) -> Any:
    """Begin the plan of an authority for a year."""
    _require_own(body["authority"])
    plan_id = plans.create_plan(session, plans.PlanHead(**body), by=principal().subject, now=now())
    return _shown(session, plan_id, event="create")


@blp.route("/plans/table", methods=["GET"])
@public_reads()
@blp.response(200, PlanTable)
def show_plan_table(session: Session) -> Any:
    """The categories of days, and why an enterprise has to be in the plan."""
    return table_view()


@blp.route("/plans/<id:plan_id>", methods=["GET"])
@reads("plan:read")
@blp.response(200, WholePlan)
def show_plan(session: Session, plan_id: str) -> Any:
    """One version of a plan: the arithmetic of its capacity, its months, what keeps it from being submitted."""
    row = reading.visible_plan(session, principal(), plan_id)
    return whole_plan(session, row, asked=step_of_caller()), 200, etag_of(row.version)


@blp.route("/plans/<id:plan_id>/capacity", methods=["PUT"])
@writes("plan:write")
@blp.arguments(CapacityBody)
@blp.response(200, WholePlan)
def set_capacity(session: Session, body: dict[str, Any], plan_id: str) -> Any:
    """Enter officers and days; answers how many inspection days are left and how many checks fit."""
    row = _own(session, plan_id)
    based_on = body.pop("version", None)
    plans.set_capacity(session, row, body, based_on=based_on)
    audit_note(session, entity=f"plan:{plan_id}", after=body)
    return whole_plan(session, reading.visible_plan(session, principal(), plan_id), asked=step_of_caller())


@blp.route("/plans/<id:plan_id>/propose", methods=["POST"])
@writes("plan:write")
@blp.response(200, PlanProposed)
def propose(session: Session, plan_id: str) -> Any:
    """Add every enterprise that has to be in the plan and is not yet; nothing that is there is changed."""
    added = plans.propose_lines(session, _own(session, plan_id), now=now())
    audit_note(session, entity=f"plan:{plan_id}", details={"event": "propose", "added": added})
    return {"added": added}


@blp.route("/plans/<id:plan_id>/lines", methods=["GET"])
@reads("plan:read")
@blp.arguments(PlanLineQuery, location="query")
@blp.response(200, PlanLines)
def list_lines(session: Session, query: dict[str, Any], plan_id: str) -> Any:
    """The enterprises of a plan with their months, those of the worst level first."""
    reading.visible_plan(session, principal(), plan_id)
    paging = paging_of(query)
    wanted = plan_lines.lines(principal(), plan_id=plan_id, wanted=as_text(query))
    key = [plan_lines.RANK, plan_line.c.enterprise_id]
    rows, next_cursor = page(session, wanted, key=key, **paging)
    return {"items": plan_lines.line_views(session, rows), "next_cursor": next_cursor}


@blp.route("/plans/<id:plan_id>/lines/<id:enterprise_id>", methods=["PUT"])
@writes("plan:write")
@blp.arguments(PlanLineBody)
@blp.response(200, PlanLines)
def set_line(session: Session, body: dict[str, Any], plan_id: str, enterprise_id: str) -> Any:
    """Plan an enterprise for these months, or leave it out; answers its line, if it has one now."""
    row = _own(session, plan_id)
    here = visible_enterprise(session, principal(), enterprise_id).enterprise_id
    plans.set_line(session, row, {**body, "enterprise_id": here}, now=now())
    audit_note(session, entity=f"plan:{plan_id}", details={"enterprise": here}, after=body)
    rows = session.execute(plan_lines.lines(principal(), plan_id=plan_id, wanted={"enterprise_id": here})).all()
    return {"items": plan_lines.line_views(session, rows), "next_cursor": None}


@blp.route("/plans/<id:plan_id>/steps", methods=["POST"])
@writes("plan:write")
@blp.arguments(PlanStepBody)
@blp.response(200, Plan)
def take_step(session: Session, body: dict[str, Any], plan_id: str) -> Any:
    """Submit, publish or withdraw a plan."""
    return _step(session, plan_id, body.pop("event"), body=body)


@blp.route("/plans/<id:plan_id>/decide", methods=["POST"])
@writes("plan:approve")
@blp.arguments(PlanDecision)
@blp.response(200, Plan)
def decide(session: Session, body: dict[str, Any], plan_id: str) -> Any:
    """Approve a plan that somebody else wrote, or return it."""
    return _step(session, plan_id, "approve" if body.pop("is_approved") else "return", body=body)


@blp.route("/plans/<id:plan_id>/versions", methods=["POST"])
@writes("plan:write")
@blp.response(201, Plan)
def revise(session: Session, plan_id: str) -> Any:
    """Begin a new version of a published plan; the present one stays in force until the new one is published."""
    made = plans.revise_plan(session, _own(session, plan_id), by=principal().subject, now=now())
    return _shown(session, made, event="revise")


@blp.route("/plans/<id:plan_id>/changes", methods=["GET"])
@reads("plan:read")
@blp.response(200, PlanChanges)
def show_changes(session: Session, plan_id: str) -> Any:
    """What this version changes of the one that it replaces."""
    row = reading.visible_plan(session, principal(), plan_id)
    _require_own(row.authority)
    return plan_lines.changes(session, row)


@blp.route("/plans/<id:plan_id>/export.csv", methods=["GET"])
@reads("plan:read")
@blp.response(200, BINARY, content_type=CSV)
def export_csv(session: Session, plan_id: str) -> Any:
    """The table that is handed in, as CSV."""
    row = reading.visible_plan(session, principal(), plan_id)
    text = "".join(csv_lines(plan_rules().columns, plan_lines.table_rows(session, principal(), row)))
    name = {"Content-Disposition": f"attachment; filename=plan-{row.year}-{row.number}.csv"}
    return Response(text.encode(), mimetype=CSV, headers=name)


@blp.route("/plans/<id:plan_id>/export.xlsx", methods=["GET"])
@reads("plan:read")
@blp.response(200, BINARY, content_type=XLSX)
def export_xlsx(session: Session, plan_id: str) -> Any:
    """The table that is handed in, as a workbook."""
    row = reading.visible_plan(session, principal(), plan_id)
    file = xlsx_file(plan_rules().columns, plan_lines.table_rows(session, principal(), row))
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=f"plan-{row.year}-{row.number}.xlsx")


def _step(session: Session, plan_id: str, event: str, *, body: dict[str, Any]) -> Any:
    row, based_on = _own(session, plan_id), body.pop("version", None)
    plans.step_plan(session, row, step=step_of_caller(event, body), based_on=based_on)
    return _shown(session, plan_id, event=event)


def _own(session: Session, plan_id: str) -> Any:
    """Return a plan of an authority in the own area; one that may only be read is not changed."""
    row = reading.visible_plan(session, principal(), plan_id)
    _require_own(row.authority)
    return row


def _require_own(authority: str) -> None:
    if not any(authority.startswith(prefix) for prefix in principal().divisions if prefix):
        raise OutsideJurisdiction("Only somebody whose area holds this authority may do this.", field="authority")


def _shown(session: Session, plan_id: str, *, event: str) -> Any:
    row = reading.visible_plan(session, principal(), plan_id)
    audit_note(session, entity=f"plan:{plan_id}", details={"event": event, "state": row.state})
    return plan_view(row), etag_of(row.version)
