"""credit/exposures and public/exposures: proposed, decided, objected to, and what the public reads."""

from typing import Any

from services.credit.api.acting import PublicFile, offer_file, shown_to_caller, step_of_caller
from services.credit.queries import exposures as reading
from services.credit.queries.enterprises import visible_enterprise
from services.credit.queries.limits import limits_of
from services.credit.queries.penalties import visible_penalty
from services.credit.schemas.exposures import (
    ExposureDecision,
    ExposureList,
    ExposureQuery,
    ExposureWithSteps,
    NewExposure,
    ObjectionBody,
    PublicExposureList,
    ReplyBody,
)
from services.credit.schemas.public_list import PublicQuery
from services.credit.tables import exposure
from services.credit.use_cases import exposures
from shared.clock import business_date
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

blp = Blueprint("exposures", __name__, url_prefix="/api/v1/credit", description="Public exposure")
public = Blueprint("public_exposures", __name__, url_prefix="/api/v1/public", description="For the public")
offer_file(public, PublicFile("exposures", reading.COLUMNS, reading.SOURCE, reading.public_rows))


@public.route("/exposures", methods=["GET"])
@public_reads()
@public.arguments(PublicQuery, location="query")
@public.response(200, PublicExposureList)
def list_public_exposures(session: Session, query: dict[str, Any]) -> Any:
    """What the bureau exposes now, with the objections and replies beside each, the newest first."""
    wanted = reading.public_exposures(today=business_date(now()), q=query.pop("q").strip())
    rows, next_cursor = page(session, wanted, key=[exposure.c.id], descending=True, **query)
    return {"items": reading.public_entries(session, rows), "next_cursor": next_cursor}


@blp.route("/exposures", methods=["GET"])
@reads("credit:read")
@blp.arguments(ExposureQuery, location="query")
@blp.response(200, ExposureList)
def list_exposures(session: Session, query: dict[str, Any]) -> Any:
    """The exposures of the own area, of an enterprise those that were decided, the newest first."""
    paging = paging_of(query)
    wanted = reading.exposures(principal(), wanted=as_text(query))
    asked = step_of_caller()
    rows, next_cursor = page(session, wanted, key=[exposure.c.id], descending=True, **paging)
    due = limits_of(session, [row.id for row in rows], today=asked.today)
    shown = [{**reading.exposure_view(row, asked=asked), "deadlines": due[row.id]} for row in rows]
    return {"items": shown_to_caller(shown), "next_cursor": next_cursor}


@blp.route("/exposures", methods=["POST"])
@writes("credit:write")
@blp.arguments(NewExposure)
@blp.response(201, ExposureWithSteps)
def propose_exposure(session: Session, body: dict[str, Any]) -> Any:
    """Propose that an enterprise is named in public; somebody else decides."""
    given = as_text(body)
    row = visible_enterprise(session, principal(), given["enterprise_id"])
    if given["penalty_id"]:
        visible_penalty(session, principal(), given["penalty_id"])
    proposal = exposures.Proposal(**given | {"enterprise_id": row.enterprise_id})
    exposure_id = exposures.propose_exposure(session, proposal, by=principal().subject, now=now())
    return _shown(session, exposure_id, event="propose")


@blp.route("/exposures/<id:exposure_id>", methods=["GET"])
@reads("credit:read")
@blp.response(200, ExposureWithSteps)
def show_exposure(session: Session, exposure_id: str) -> Any:
    """One exposure with its steps and objections; its version is the ETag."""
    shown = _whole(session, exposure_id)
    return shown, 200, etag_of(shown["version"])


@blp.route("/exposures/<id:exposure_id>/decide", methods=["POST"])
@writes("credit:decide")
@blp.arguments(ExposureDecision)
@blp.response(200, ExposureWithSteps)
def decide(session: Session, body: dict[str, Any], exposure_id: str) -> Any:
    """Publish a proposed exposure or not, suspend and resume it while an objection is looked into, withdraw it."""
    reading.visible_exposure(session, principal(), exposure_id)
    event, based_on = body.pop("event"), body.pop("version", None)
    exposures.step_exposure(session, exposure_id, step=step_of_caller(event, body), based_on=based_on)
    return _shown(session, exposure_id, event=event)


@blp.route("/exposures/<id:exposure_id>/objections", methods=["POST"])
@writes("credit:object")
@blp.arguments(ObjectionBody)
@blp.response(201, ExposureWithSteps)
def object_to(session: Session, body: dict[str, Any], exposure_id: str) -> Any:
    """Object to an entry about the own enterprise; the objection stands beside it with the reply."""
    row = reading.visible_exposure(session, principal(), exposure_id)
    exposures.object_to(session, row, body["statement"], by=principal().subject, now=now())
    return _shown(session, exposure_id, event="object")


@blp.route("/exposures/<id:exposure_id>/objections/<id:objection_id>/reply", methods=["POST"])
@writes("credit:write")
@blp.arguments(ReplyBody)
@blp.response(200, ExposureWithSteps)
def reply_to(session: Session, body: dict[str, Any], *, exposure_id: str, objection_id: str) -> Any:
    """Answer an objection; the public reads both."""
    reading.visible_exposure(session, principal(), exposure_id)
    caller = principal().subject
    exposures.reply_to(session, exposure_id, objection_id, reply=body["reply"], by=caller, now=now())
    return _shown(session, exposure_id, event="reply")


def _whole(session: Session, exposure_id: str) -> dict[str, Any]:
    row = reading.visible_exposure(session, principal(), exposure_id)
    beside = reading.objections(session, [row.id])[row.id]
    steps = reading.exposure_steps(session, exposure_id)
    asked = step_of_caller()
    due = limits_of(session, [row.id], today=asked.today)[row.id]
    more = {"objections": beside, "steps": steps, "deadlines": due}
    return dict(shown_to_caller(reading.exposure_view(row, asked=asked) | more))


def _shown(session: Session, exposure_id: str, *, event: str) -> Any:
    shown = _whole(session, exposure_id)
    audit_note(session, entity=f"exposure:{exposure_id}", details={"event": event, "state": shown["state"]})
    return shown, etag_of(shown["version"])
