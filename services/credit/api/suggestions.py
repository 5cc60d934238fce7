"""credit/suggestions, credit/closures: what waits for an officer, and what the law has the bureau propose."""

from typing import Any

from services.credit.queries import suggestions as reading
from services.credit.schemas.suggestions import (
    Closure,
    ClosureDecision,
    ClosureList,
    ClosureQuery,
    Suggestion,
    SuggestionConfirmation,
    SuggestionDismissal,
    SuggestionList,
    SuggestionQuery,
)
from services.credit.tables import closure, suggestion
from services.credit.use_cases import suggestions
from shared.database import Session
from shared.http import Blueprint, as_text, audit_note, listed, now, paging_of, principal, reads, writes

blp = Blueprint("suggestions", __name__, url_prefix="/api/v1/credit", description="Suggested violations")
closing = Blueprint("closures", __name__, url_prefix="/api/v1/credit", description="Proposals to close a business")


@blp.route("/suggestions", methods=["GET"])
@reads("credit:oversee")
@blp.arguments(SuggestionQuery, location="query")
@blp.response(200, SuggestionList)
def list_suggestions(session: Session, query: dict[str, Any]) -> Any:
    """What may be a violation in the own area, the newest first; enterprises do not see it."""
    paging = paging_of(query)
    wanted = reading.suggestions(principal(), wanted=as_text(query))
    return listed(session, wanted, view=reading.suggestion_view, key=[suggestion.c.id], descending=True, **paging)


@blp.route("/suggestions/<id:suggestion_id>/confirm", methods=["POST"])
@writes("credit:write")
@blp.arguments(SuggestionConfirmation)
@blp.response(200, Suggestion)
def confirm(session: Session, body: dict[str, Any], suggestion_id: str) -> Any:
    """Record the violation that was suggested."""
    reading.visible_suggestion(session, principal(), suggestion_id)
    confirmed = suggestions.Confirmed(**body)
    suggestions.confirm_suggestion(session, suggestion_id, confirmed, by=principal().subject, now=now())
    return _shown(session, suggestion_id)


@blp.route("/suggestions/<id:suggestion_id>/dismiss", methods=["POST"])
@writes("credit:write")
@blp.arguments(SuggestionDismissal)
@blp.response(200, Suggestion)
def dismiss(session: Session, body: dict[str, Any], suggestion_id: str) -> Any:
    """Say why what was suggested is no violation."""
    reading.visible_suggestion(session, principal(), suggestion_id)
    reason = body["reason"]
    suggestions.dismiss_suggestion(session, suggestion_id, reason=reason, by=principal().subject, now=now())
    return _shown(session, suggestion_id)


def _shown(session: Session, suggestion_id: str) -> Any:
    row = reading.visible_suggestion(session, principal(), suggestion_id)
    details = {"state": row.state, "violation": row.violation_id}
    audit_note(session, entity=f"suggestion:{suggestion_id}", details=details)
    return reading.suggestion_view(row)


@closing.route("/closures", methods=["GET"])
@reads("credit:oversee")
@closing.arguments(ClosureQuery, location="query")
@closing.response(200, ClosureList)
def list_closures(session: Session, query: dict[str, Any]) -> Any:
    """The proposals of the own area, the newest first."""
    paging = paging_of(query)
    wanted = reading.closures(principal(), wanted=as_text(query))
    return listed(session, wanted, view=reading.closure_view, key=[closure.c.id], descending=True, **paging)


@closing.route("/closures/<id:closure_id>/decide", methods=["POST"])
@writes("credit:decide")
@closing.arguments(ClosureDecision)
@closing.response(200, Closure)
def decide(session: Session, body: dict[str, Any], closure_id: str) -> Any:
    """Propose the closure to the government by letter, or say why not."""
    reading.visible_closure(session, principal(), closure_id)
    suggestions.decide_closure(session, closure_id, suggestions.Decision(**body), by=principal().subject, now=now())
    row = reading.visible_closure(session, principal(), closure_id)
    audit_note(session, entity=f"closure:{closure_id}", details={"event": body["event"], "document": row.document})
    return reading.closure_view(row)
