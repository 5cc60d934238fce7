"""inspections/visits: the visits of intermediaries, from checking in at the gate to the rating."""

from typing import Any

from services.inspections.api.acting import step_of_caller
from services.inspections.queries import steps_of
from services.inspections.queries import visits as reading
from services.inspections.queries.enterprises import visible_enterprise
from services.inspections.queries.tasks import visible_task
from services.inspections.rules import visit_rules
from services.inspections.schemas.hazards import Found
from services.inspections.schemas.visits import (
    FiguresQuery,
    NewVisit,
    Visit,
    VisitFigures,
    VisitList,
    VisitQuery,
    VisitStepBody,
    VisitTable,
    VisitWithSteps,
)
from services.inspections.tables import visit, visit_step
from services.inspections.use_cases import hazards, visiting, visits
from shared.database import Session
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
from shared.machines.telling import machine_table

blp = Blueprint("visits", __name__, url_prefix="/api/v1/inspections", description="Visits of intermediaries")


@blp.route("/visits", methods=["GET"])
@reads("task:read")
@blp.arguments(VisitQuery, location="query")
@blp.response(200, VisitList)
def list_visits(session: Session, query: dict[str, Any]) -> Any:
    """The visits of the own area, of an intermediary its own, the newest first."""
    paging = paging_of(query)
    wanted = reading.visits(principal(), wanted=_wanted(query))
    rows, next_cursor = page(session, wanted, key=[visit.c.id], descending=True, **paging)
    return {"items": reading.visit_views(session, rows), "next_cursor": next_cursor}


@blp.route("/visits", methods=["POST"])
@writes("task:work")
@blp.arguments(NewVisit)
@blp.response(201, Visit)
def arrange_visit(session: Session, body: dict[str, Any]) -> Any:
    """Arrange a visit today under a live contract, for a task of the own intermediary or without one."""
    wanted = as_text(body)
    visible_enterprise(session, principal(), wanted["enterprise_id"])
    if wanted["task_id"]:
        visible_task(session, principal(), wanted["task_id"])
    caller = principal()
    sides = {"by": caller.subject, "intermediary_id": caller.intermediary_id}
    visit_id = visiting.arrange_visit(session, **wanted, **sides, now=now())
    return _shown(session, visit_id, event="arrange")


@blp.route("/visits/figures", methods=["GET"])
@reads("task:read")
@blp.arguments(FiguresQuery, location="query")
@blp.response(200, VisitFigures)
def show_figures(session: Session, query: dict[str, Any]) -> Any:
    """How many visits of the own area stand in each state, and how many are marked."""
    return reading.figures(session, principal(), wanted=_wanted(query))


@blp.route("/visits/table", methods=["GET"])
@public_reads()
@blp.response(200, VisitTable)
def show_table(session: Session) -> Any:
    """The way of a visit: every state, every step, its guards and its clause; and every anomaly."""
    return {**machine_table(visit_rules().machine), "anomalies": list(visit_rules().anomalies.values())}


@blp.route("/visits/<id:visit_id>", methods=["GET"])
@reads("task:read")
@blp.response(200, VisitWithSteps)
def show_visit(session: Session, visit_id: str) -> Any:
    """One visit with its hazards, its marks and all that happened on it; its version is the ETag."""
    shown = _whole(session, visit_id)
    return shown, 200, etag_of(shown["version"])


@blp.route("/visits/<id:visit_id>/steps", methods=["POST"])
@writes("task:work")
@blp.arguments(VisitStepBody)
@blp.response(200, Visit)
def take_step(session: Session, body: dict[str, Any], visit_id: str) -> Any:
    """Take one of the steps that the visit says are possible: check in, check out, report, sign, rate and so on."""
    row = reading.visible_visit(session, principal(), visit_id)
    given = as_text(body)
    event, based_on = given.pop("event"), given.pop("version", None)
    photos = [*given.get("photos", ()), *given.get("evidence", ())]
    hazards.check_evidence(session, photos, owner=row.enterprise_id)
    visits.step_visit(session, visit_id, step=step_of_caller(event, given), based_on=based_on)
    return _shown(session, visit_id, event=event)


@blp.route("/visits/<id:visit_id>/findings", methods=["POST"])
@writes("task:work")
@blp.arguments(Found)
@blp.response(201, VisitWithSteps)
def find_on_visit(session: Session, body: dict[str, Any], visit_id: str) -> Any:
    """Enter what was found on site as a hazard of this visit; a major one is told at once."""
    row = reading.visible_visit(session, principal(), visit_id)
    given = as_text(body)
    hazards.check_evidence(session, given["before"], owner=row.enterprise_id)
    at = {"at": given["found_at"]} if given["found_at"] else {}
    step = step_of_caller("find", {**at, "description": given["description"], "place": given["place"]})
    finding = hazards.Finding(row.enterprise_id, **given)
    hazard_id = visits.find_on_visit(session, row, finding, step=step)
    audit_note(session, entity=f"visit:{visit_id}", details={"event": "find", "hazard": hazard_id})
    return _whole(session, visit_id)


def _whole(session: Session, visit_id: str) -> dict[str, Any]:
    row = reading.visible_visit(session, principal(), visit_id)
    findings = reading.findings_of(session, row)
    known = reading.known_visit(session, row, findings)
    return {
        **reading.visit_views(session, [row])[0],
        "allowed": reading.steps_allowed(known, asked=step_of_caller()),
        "is_checked": known.is_checked,
        "hazards": findings,
        "steps": steps_of(session, visit_step, visit_id),
    }


def _wanted(query: dict[str, Any]) -> dict[str, Any]:
    person = {"person": principal().subject} if query.pop("mine") else {}
    return {**as_text(query), **person}


def _shown(session: Session, visit_id: str, *, event: str) -> Any:
    row = reading.visible_visit(session, principal(), visit_id)
    audit_note(session, entity=f"visit:{visit_id}", details={"event": event, "state": row.state})
    return reading.visit_views(session, [row])[0], etag_of(row.version)
