"""permits/reviews: pilots in which the subdistrict answers declared work in time, and what was answered."""

from typing import Any

from services.permits.queries import reviews as reading
from services.permits.rules.reviews import review_rules
from services.permits.schemas.reviews import (
    NewPilot,
    Pilot,
    PilotEnd,
    PilotList,
    PilotQuery,
    ReviewFigures,
    ReviewQuery,
    WorkReviewList,
)
from services.permits.tables import pilot, review
from services.permits.use_cases import reviews
from shared.database import Session
from shared.errors import Forbidden
from shared.http import Blueprint, as_text, audit_note, listed, now, page, paging_of, principal, reads, writes

blp = Blueprint("reviews", __name__, url_prefix="/api/v1/permits", description="Pilot reviews")


class OutsideJurisdiction(Forbidden):
    code = "outside_jurisdiction"


@blp.route("/reviews", methods=["GET"])
@reads("declaration:read")
@blp.arguments(ReviewQuery, location="query")
@blp.response(200, WorkReviewList)
def list_reviews(session: Session, query: dict[str, Any]) -> Any:
    """What was answered to declared work of the own area, the newest first."""
    paging = paging_of(query)
    wanted = reading.reviews(principal(), wanted=as_text(query))
    return listed(session, wanted, view=reading.review_view, key=[review.c.id], descending=True, **paging)


@blp.route("/reviews/figures", methods=["GET"])
@reads("permit:oversee")
@blp.response(200, ReviewFigures)
def show_figures(session: Session) -> Any:
    """How declared work of the own area was answered; approvals are counted elsewhere, the enterprises' own."""
    return {"outcomes": reading.review_figures(session, principal()), "minutes": review_rules().minutes}


@blp.route("/reviews/pilots", methods=["GET"])
@reads("permit:oversee")
@blp.arguments(PilotQuery, location="query")
@blp.response(200, PilotList)
def list_pilots(session: Session, query: dict[str, Any]) -> Any:
    """The pilots of the own area, the newest first; while there is none, nobody waits for an answer."""
    paging = paging_of(query)
    wanted = reading.pilots(principal(), wanted=query)
    rows, next_cursor = page(session, wanted, key=[pilot.c.id], descending=True, **paging)
    return {"items": rows, "next_cursor": next_cursor}


@blp.route("/reviews/pilots", methods=["POST"])
@writes("permit:review")
@blp.arguments(NewPilot)
@blp.response(201, Pilot)
def begin_pilot(session: Session, body: dict[str, Any]) -> Any:
    """Switch the review on for an area, with the document that it rests on and an end."""
    if not any(body["division"].startswith(one) for one in principal().divisions if one):
        raise OutsideJurisdiction("A pilot lies within your own area.", field="division")
    pilot_id = reviews.begin_pilot(session, reviews.Decided(**body), by=principal().subject, now=now())
    audit_note(session, entity=f"pilot:{pilot_id}", details={"document": body["document"], "area": body["division"]})
    return reading.visible_pilot(session, principal(), pilot_id)


@blp.route("/reviews/pilots/<id:pilot_id>/end", methods=["POST"])
@writes("permit:review")
@blp.arguments(PilotEnd)
@blp.response(200, Pilot)
def end_pilot(session: Session, body: dict[str, Any], pilot_id: str) -> Any:
    """Switch a pilot off before its end."""
    reading.visible_pilot(session, principal(), pilot_id)
    reviews.end_pilot(session, pilot_id, reason=body["reason"], by=principal().subject, now=now())
    audit_note(session, entity=f"pilot:{pilot_id}", details={"reason": body["reason"]})
    return reading.visible_pilot(session, principal(), pilot_id)
