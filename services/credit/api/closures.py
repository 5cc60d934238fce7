"""credit/closures: where the law has the bureau propose a closure, and what the bureau decided."""

from typing import Any

from services.credit.queries import closures as reading
from services.credit.schemas.closures import Closure, ClosureDecision, ClosureList, ClosureQuery
from services.credit.tables import closure
from services.credit.use_cases import closures
from shared.database import Session
from shared.http import Blueprint, as_text, audit_note, listed, now, paging_of, principal, reads, writes

blp = Blueprint("closures", __name__, url_prefix="/api/v1/credit", description="Proposals to close a business")


@blp.route("/closures", methods=["GET"])
@reads("credit:oversee")
@blp.arguments(ClosureQuery, location="query")
@blp.response(200, ClosureList)
def list_closures(session: Session, query: dict[str, Any]) -> Any:
    """The proposals of the own area, the newest first."""
    paging = paging_of(query)
    wanted = reading.closures(principal(), wanted=as_text(query))
    return listed(session, wanted, view=reading.closure_view, key=[closure.c.id], descending=True, **paging)


@blp.route("/closures/<id:closure_id>/decide", methods=["POST"])
@writes("credit:decide")
@blp.arguments(ClosureDecision)
@blp.response(200, Closure)
def decide(session: Session, body: dict[str, Any], closure_id: str) -> Any:
    """Propose the closure to the government by letter, or say why not."""
    reading.visible_closure(session, principal(), closure_id)
    closures.decide_closure(session, closure_id, closures.Decision(**body), by=principal().subject, now=now())
    row = reading.visible_closure(session, principal(), closure_id)
    audit_note(session, entity=f"closure:{closure_id}", details={"event": body["event"], "document": row.document})
    return reading.closure_view(row)
