"""Grades with their reasons, declared facts, and the rule tables."""

from typing import Any

from sqlalchemy import Row

from services.risk import queries, use_cases
from services.risk.domain.facts import Known
from services.risk.schemas.grades import (
    Explanation,
    FactSheet,
    FactSheetBody,
    Grade,
    GradeHistory,
    HistoryQuery,
    RuleTable,
    RuleTableList,
)
from services.risk.tables import grade_history
from shared.database import Session
from shared.http import (
    Blueprint,
    audit_note,
    etag_of,
    now,
    page,
    principal,
    public_reads,
    reads,
    require_version,
    writes,
)

UNKNOWN = "unknown"

blp = Blueprint("risk", __name__, url_prefix="/api/v1/risk", description="Grades, facts and rule tables")


@blp.route("/grades/<id:enterprise_id>", methods=["GET"])
@reads("grade:read")
@blp.response(200, Grade)
def get_grade(session: Session, enterprise_id: str) -> Any:
    """The present grade, how bad it may still become, and the questions that would settle it."""
    return queries.grade_view(queries.rulebook_in_force(session, now()), _visible(session, enterprise_id))


@blp.route("/grades/<id:enterprise_id>/history", methods=["GET"])
@reads("grade:read")
@blp.arguments(HistoryQuery, location="query")
@blp.response(200, GradeHistory)
def get_grade_history(session: Session, query: dict[str, Any], enterprise_id: str) -> Any:
    """Every grade that the enterprise has had, the newest first."""
    _visible(session, enterprise_id)
    book = queries.rulebook_in_force(session, now())
    rows, next_cursor = page(
        session, queries.grade_versions(enterprise_id), key=[grade_history.c.sequence], descending=True, **query
    )
    return {
        "items": [queries.grade_version_view(book, row) for row in rows],
        "next_cursor": next_cursor,
    }


@blp.route("/grades/<id:enterprise_id>/explain", methods=["GET"])
@reads("grade:read")
@blp.response(200, Explanation)
def explain_grade(session: Session, enterprise_id: str) -> Any:
    """Card, items, rules, facts, points and words behind the present grade."""
    return queries.explanation_of(queries.rulebook_in_force(session, now()), _visible(session, enterprise_id))


@blp.route("/facts/<id:enterprise_id>", methods=["GET"])
@reads("grade:read")
@blp.response(200, FactSheet)
def get_facts(session: Session, enterprise_id: str) -> Any:
    """The declared facts (their version is the ETag) and, beneath them, what the register suggests."""
    row = _visible(session, enterprise_id)
    sheet = queries.fact_sheet_of(queries.rulebook_in_force(session, now()), row)
    return sheet, 200, etag_of(sheet["version"])


@blp.route("/facts/<id:enterprise_id>", methods=["PUT"])
@writes("fact:write")
@blp.arguments(FactSheetBody)
@blp.response(200, FactSheet)
def put_facts(session: Session, body: dict[str, Any], enterprise_id: str) -> Any:
    """Replace the declared facts; the value ``unknown`` is the same as leaving the fact out."""
    before = queries.fact_sheet_of(queries.rulebook_in_force(session, now()), _visible(session, enterprise_id))
    require_version(before["version"])
    use_cases.declare_facts(
        session,
        enterprise_id=enterprise_id,
        facts=known(body["facts"]),
        based_on=before["version"],
        by=principal().subject,
        now=now(),
    )
    after = queries.fact_sheet_of(queries.rulebook_in_force(session, now()), _visible(session, enterprise_id))
    audit_note(session, entity=f"enterprise:{enterprise_id}", before=before, after=after)
    return after, 200, etag_of(after["version"])


@blp.route("/cards", methods=["GET"])
@public_reads()
@blp.response(200, RuleTableList)
def list_cards(session: Session) -> Any:
    """Every score card and matrix with its source and standing."""
    return {"items": queries.rule_tables(queries.rulebook_in_force(session, now()))}


@blp.route("/cards/<string:card_id>", methods=["GET"])
@public_reads()
@blp.response(200, RuleTable)
def get_card(session: Session, card_id: str) -> Any:
    """One score card or matrix in full: rules, caps, vetoes, thresholds, questions."""
    return queries.rule_table(queries.rulebook_in_force(session, now()), card_id)


def _visible(session: Session, enterprise_id: str) -> Row[Any]:
    return queries.visible_standing(session, principal(), enterprise_id=enterprise_id)


def known(facts: dict[str, dict[str, Any]]) -> dict[str, Known]:
    """Return the facts of a request body; the value ``unknown`` is the same as leaving the fact out."""
    return {
        fact: Known(one["value"], one["origin"], tuple(one["words"]))
        for fact, one in facts.items()
        if one["value"] != UNKNOWN
    }
