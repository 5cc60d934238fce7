"""credit/penalties and public/penalties: decisions, their publication step by step, and what the public reads."""

from typing import Any

from services.credit.api.acting import PublicFile, offer_file, shown_to_caller, step_of_caller
from services.credit.domain.penalties import Decision
from services.credit.queries import penalties as reading
from services.credit.queries.enterprises import visible_enterprise
from services.credit.queries.violations import visible_violation
from services.credit.schemas.penalties import (
    NewPenalty,
    PenaltyList,
    PenaltyQuery,
    PenaltyStepBody,
    PenaltyTable,
    PenaltyWithSteps,
    PublicPenaltyList,
    WithdrawalList,
)
from services.credit.schemas.public_list import PublicQuery
from services.credit.tables import penalty, penalty_step
from services.credit.use_cases import penalties
from shared.clock import business_date
from shared.database import Session
from shared.http import (
    Blueprint,
    PageQuery,
    as_text,
    audit_note,
    etag_of,
    listed,
    now,
    paging_of,
    principal,
    public_reads,
    reads,
    writes,
)

blp = Blueprint("penalties", __name__, url_prefix="/api/v1/credit", description="Penalties")
public = Blueprint("public_penalties", __name__, url_prefix="/api/v1/public", description="For the public")
offer_file(public, PublicFile("penalties", reading.COLUMNS, reading.SOURCE, reading.public_rows))


@public.route("/penalties", methods=["GET"])
@public_reads()
@public.arguments(PublicQuery, location="query")
@public.response(200, PublicPenaltyList)
def list_public_penalties(session: Session, query: dict[str, Any]) -> Any:
    """The penalties that are public now, in the fields of the public record (双公示), the newest first."""
    wanted = reading.public_penalties(today=business_date(now()), q=query.pop("q").strip())

    def view(row: Any) -> Any:
        return reading.public_view(session, row)

    return listed(session, wanted, view=view, key=[penalty.c.decided_on, penalty.c.id], descending=True, **query)


@public.route("/penalties/withdrawn", methods=["GET"])
@public_reads()
@public.arguments(PageQuery, location="query")
@public.response(200, WithdrawalList)
def list_withdrawals(session: Session, query: dict[str, Any]) -> Any:
    """Which penalties were public and were withdrawn, and why, the latest first."""
    key = [penalty_step.c.at, penalty.c.id]
    return listed(session, reading.withdrawals(), view=reading.withdrawal_view, key=key, descending=True, **query)


@blp.route("/penalties/table", methods=["GET"])
@public_reads()
@blp.response(200, PenaltyTable)
def show_penalty_table(_session: Session) -> Any:
    """Kinds and classes of penalties, for how long each is public by which order, and the deadlines."""
    return reading.penalty_table()


@blp.route("/penalties", methods=["GET"])
@reads("credit:read")
@blp.arguments(PenaltyQuery, location="query")
@blp.response(200, PenaltyList)
def list_penalties(session: Session, query: dict[str, Any]) -> Any:
    """The penalties of the own area, of an enterprise its own, the latest decision first."""
    paging = paging_of(query)
    wanted = reading.penalties(principal(), wanted=as_text(query))
    asked = step_of_caller()

    def view(row: Any) -> Any:
        return reading.penalty_view(row, asked=asked)

    return listed(session, wanted, view=view, key=[penalty.c.decided_on, penalty.c.id], descending=True, **paging)


@blp.route("/penalties", methods=["POST"])
@writes("credit:write")
@blp.arguments(NewPenalty)
@blp.response(201, PenaltyWithSteps)
def record_penalty(session: Session, body: dict[str, Any]) -> Any:
    """Record a penalty decision; within seven working days it is published."""
    given = as_text(body)
    row = visible_enterprise(session, principal(), given["enterprise_id"])
    if given["violation_id"]:
        visible_violation(session, principal(), given["violation_id"])
    decision = Decision(**given | {"enterprise_id": row.enterprise_id})
    penalty_id = penalties.record_penalty(session, decision, step=step_of_caller("record"))
    return _shown(session, penalty_id, event="record")


@blp.route("/penalties/<id:penalty_id>", methods=["GET"])
@reads("credit:read")
@blp.response(200, PenaltyWithSteps)
def show_penalty(session: Session, penalty_id: str) -> Any:
    """One decision in full with all that happened to it; its version is the ETag."""
    shown = _whole(session, penalty_id)
    return shown, 200, etag_of(shown["version"])


@blp.route("/penalties/<id:penalty_id>/steps", methods=["POST"])
@writes("credit:write")
@blp.arguments(PenaltyStepBody)
@blp.response(200, PenaltyWithSteps)
def take_step(session: Session, body: dict[str, Any], penalty_id: str) -> Any:
    """Publish a decision or keep it back, record that it is settled, lead its repair, or withdraw it."""
    reading.visible_penalty(session, principal(), penalty_id)
    event, based_on = body.pop("event"), body.pop("version", None)
    penalties.step_penalty(session, penalty_id, step=step_of_caller(event, body), based_on=based_on)
    return _shown(session, penalty_id, event=event)


def _whole(session: Session, penalty_id: str) -> dict[str, Any]:
    row = reading.visible_penalty(session, principal(), penalty_id)
    shown = reading.penalty_view(row, asked=step_of_caller())
    more = {"persons": reading.penalty_persons(session, row), "steps": reading.penalty_steps(session, penalty_id)}
    return dict(shown_to_caller(shown | more))


def _shown(session: Session, penalty_id: str, *, event: str) -> Any:
    shown = _whole(session, penalty_id)
    audit_note(session, entity=f"penalty:{penalty_id}", details={"event": event, "state": shown["state"]})
    return shown, etag_of(shown["version"])
