"""registry/obligations: who owes what, why, and decisions about many."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from services.registry.domain.obligations import Decision as Deciding
from services.registry.domain.obligations import check_decision
from services.registry.queries.enterprises import SORTS, enterprise_in_scope
from services.registry.queries.obligations import (
    decision_by_id,
    decisions,
    owing,
    preview_of_decision,
    rules_shown,
    sheet_of,
    with_obligations,
)
from services.registry.schemas.obligations import (
    Decision,
    DecisionAccepted,
    DecisionBody,
    DecisionPage,
    DecisionPreview,
    DecisionPreviewBody,
    ObligationFilter,
    ObligationPage,
    ObligationRules,
    ObligationSheet,
)
from services.registry.tables import decision as decision_table
from services.registry.use_cases.decisions import start_decision
from shared.clock import business_date
from shared.http import Blueprint, PageQuery, audit_note, now, page, principal, reads, writes

blp = Blueprint("obligations", __name__, url_prefix="/api/v1/registry", description="Obligations and decisions")


@blp.route("/obligations", methods=["GET"])
@reads("enterprise:read")
@blp.arguments(ObligationFilter, location="query")
@blp.response(200, ObligationPage)
def list_obligations(session, query):
    """The enterprises of one's area with what each owes; `duty` keeps those that owe it today."""
    key, is_descending = SORTS[query["sort"]]
    today = business_date(now())
    statement = owing(principal(), query, today=today)
    paging = {"limit": query["limit"], "cursor": query["cursor"]}
    rows, next_cursor = page(session, statement, key=key, descending=is_descending, **paging)
    return {"items": with_obligations(session, rows, today=today), "next_cursor": next_cursor}


@blp.route("/obligations/rules", methods=["GET"])
@reads("enterprise:read")
@blp.response(200, ObligationRules)
def list_rules(_session):
    """Who owes what by default, each rule with its source."""
    return {"items": rules_shown()}


@blp.route("/enterprises/<id:enterprise_id>/obligations", methods=["GET"])
@reads("enterprise:read")
@blp.response(200, ObligationSheet)
def show_obligations(session, enterprise_id):
    """What one enterprise owes, may owe, and every change of it."""
    row = enterprise_in_scope(session, principal(), enterprise_id)
    return sheet_of(session, row, today=business_date(now()))


@blp.route("/obligations/preview", methods=["POST"])
@writes("obligation:decide")
@blp.arguments(DecisionPreviewBody)
@blp.response(200, DecisionPreview)
def preview_decision(session, body):
    """How many enterprises a decision would change; nothing is written."""
    decision = _decision(body)
    check_decision(decision, today=business_date(now()))
    return preview_of_decision(session, principal(), decision, selection=body["selection"])


@blp.route("/obligations/decisions", methods=["POST"])
@writes("obligation:decide")
@blp.arguments(DecisionBody)
@blp.response(202, DecisionAccepted)
def decide(session, body):
    """Decide for all enterprises of the selection; `expected` must be what the preview counted."""
    decision = _decision(body)
    decision_id = start_decision(
        session, decision, selection=body["selection"], expected=body["expected"], by=principal(), now=now()
    )
    audit_note(session, entity=f"decision:{decision_id}", details={"kind": decision.kind, "basis": decision.basis})
    return {"id": decision_id}


@blp.route("/obligations/decisions", methods=["GET"])
@reads("obligation:decide")
@blp.arguments(PageQuery, location="query")
@blp.response(200, DecisionPage)
def list_decisions(session, query):
    """All decisions, the newest first."""
    rows, next_cursor = page(session, decisions(), key=[decision_table.c.id], descending=True, **query)
    return {"items": [row._asdict() for row in rows], "next_cursor": next_cursor}


@blp.route("/obligations/decisions/<id:decision_id>", methods=["GET"])
@reads("obligation:decide")
@blp.response(200, Decision)
def show_decision(session, decision_id):
    """One decision and how far it has been carried out."""
    return decision_by_id(session, decision_id)


def _decision(body: Mapping[str, Any]) -> Deciding:
    return Deciding(
        kind=body["kind"],
        supervision=body["supervision"],
        duties=tuple(sorted(set(body["duties"]))),
        frequency=body["frequency"],
        basis=body.get("basis", ""),
        effective_on=body["effective_on"] or business_date(now()) + timedelta(days=1),
    )
