"""inspections/assessments: objections and decisions, corrections, and what is entered beside the figures."""

from typing import Any

from services.inspections.queries.assessments import require_unit
from services.inspections.queries.objections import objections, visible_entry, visible_objection
from services.inspections.schemas.objections import (
    Correction,
    NewEdition,
    NewEntry,
    NewObjection,
    Objection,
    ObjectionQuery,
    Objections,
    Ruling,
    Withdrawal,
)
from services.inspections.tables import assessment_objection
from services.inspections.use_cases import assessments as assessing
from services.inspections.use_cases import objections as objecting
from shared.database import Session
from shared.http import Blueprint, as_text, audit_note, now, page, paging_of, principal, reads, writes

blp = Blueprint("objections", __name__, url_prefix="/api/v1/inspections/assessments", description="Objections")


@blp.route("/objections", methods=["GET"])
@reads("ranking:read")
@blp.arguments(ObjectionQuery, location="query")
@blp.response(200, Objections)
def list_objections(session: Session, query: dict[str, Any]) -> Any:
    """Objections of the own area, the newest first."""
    paging = paging_of(query)
    wanted = objections(principal(), wanted=query)
    rows, next_cursor = page(session, wanted, key=[assessment_objection.c.id], descending=True, **paging)
    return {"items": rows, "next_cursor": next_cursor}


@blp.route("/objections", methods=["POST"])
@writes("ranking:object")
@blp.arguments(NewObjection)
@blp.response(201, Objection)
def object_to(session: Session, body: dict[str, Any]) -> Any:
    """Object to a figure of the own subdistrict or to one of its rows, while the window is open."""
    require_unit(principal(), body["unit"])
    objection = objecting.Objection(**as_text(body))
    objection_id = objecting.raise_objection(session, objection, by=principal().subject, now=now())
    audit_note(session, entity=f"objection:{objection_id}", after=as_text(body))
    return visible_objection(session, principal(), objection_id)


@blp.route("/objections/<id:objection_id>/decide", methods=["POST"])
@writes("ranking:decide")
@blp.arguments(Ruling)
@blp.response(200, Objection)
def decide(session: Session, body: dict[str, Any], objection_id: str) -> Any:
    """Accept or reject an objection with a reason; what is accepted makes a new edition."""
    row = visible_objection(session, principal(), objection_id)
    changes = tuple((str(one["thing_id"]), one["change"]) for one in body["changes"])
    ruling = objecting.Ruling(body["is_accepted"], body["reply"], changes)
    objecting.decide_objection(session, row, ruling, by=principal().subject, now=now())
    audit_note(session, entity=f"objection:{objection_id}", after=as_text(body))
    return visible_objection(session, principal(), objection_id)


@blp.route("/corrections", methods=["POST"])
@writes("ranking:decide")
@blp.arguments(Correction)
@blp.response(201, NewEdition)
def correct(session: Session, body: dict[str, Any]) -> Any:
    """Count a row otherwise from a new edition on; the earlier one stays as it was."""
    given = as_text(body)
    require_unit(principal(), given["unit"])
    change = assessing.Change(*(given[name] for name in ("indicator", "thing_id", "change")))
    correction = assessing.Correction(given["month"], given["unit"], [change], given["reason"])
    version = assessing.correct_month(session, correction, by=principal().subject, now=now())
    audit_note(session, entity=f"assessment:{given['month']}", after=given)
    return {"month": given["month"], "version": version}


@blp.route("/entries", methods=["POST"])
@writes("ranking:decide")
@blp.arguments(NewEntry)
@blp.response(201, NewEdition)
def enter(session: Session, body: dict[str, Any]) -> Any:
    """Enter an accident, a false figure or a commendation of a subdistrict."""
    require_unit(principal(), body["unit"])
    entry_id = assessing.enter(session, assessing.Entry(**body), by=principal().subject, now=now())
    audit_note(session, entity=f"assessment_entry:{entry_id}", after=body)
    return _edition(session, body["month"])


@blp.route("/entries/<id:entry_id>/withdraw", methods=["POST"])
@writes("ranking:decide")
@blp.arguments(Withdrawal)
@blp.response(200, NewEdition)
def withdraw(session: Session, body: dict[str, Any], entry_id: str) -> Any:
    """Take back what was entered; the editions that had it keep it."""
    entry = visible_entry(session, principal(), entry_id)
    assessing.withdraw_entry(session, entry, reason=body["reason"], by=principal().subject, now=now())
    audit_note(session, entity=f"assessment_entry:{entry_id}", after=body)
    return _edition(session, entry.month)


def _edition(session: Session, month: str) -> dict[str, Any]:
    return {"month": month, "version": assessing.held_month(session, month).version}
