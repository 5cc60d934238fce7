"""inspections/reviews: reports of intermediaries that are looked at again, and how each intermediary does."""

from functools import partial
from typing import Any

from services.inspections.api.acting import acting_tier, step_of_caller
from services.inspections.domain.reviews import DRAWN, SUBDISTRICT, check_draw
from services.inspections.queries import reviews as reading
from services.inspections.rules import review_rules
from services.inspections.schemas.reviews import (
    AgencyStandings,
    DecisionOfReview,
    Drawn,
    Review,
    ReviewDrawBody,
    ReviewGrounds,
    ReviewList,
    ReviewQuery,
    ReviewWithDraw,
    StandingsQuery,
)
from services.inspections.tables import review
from services.inspections.use_cases import hazards, reviews
from shared.database import Session
from shared.http import (
    Blueprint,
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

blp = Blueprint("reviews", __name__, url_prefix="/api/v1/inspections", description="Reports looked at again")


@blp.route("/reviews", methods=["GET"])
@reads("task:read")
@blp.arguments(ReviewQuery, location="query")
@blp.response(200, ReviewList)
def list_reviews(session: Session, query: dict[str, Any]) -> Any:
    """The reports of the own area that are looked at again, the newest first."""
    paging = paging_of(query)
    at = now()
    overdue = {"overdue_at": at} if query.pop("is_overdue") else {}
    wanted = reading.reviews(principal(), wanted={**as_text(query), **overdue})
    view = partial(reading.review_view, now=at)
    return listed(session, wanted, view=view, key=[review.c.id], descending=True, **paging)


@blp.route("/reviews/draw", methods=["POST"])
@writes("task:work")
@blp.arguments(ReviewDrawBody)
@blp.response(200, Drawn)
def draw(session: Session, body: dict[str, Any]) -> Any:
    """Draw what is missing from the share of a half-year that has to be looked at again."""
    wanted = as_text(body)
    check_draw(wanted["half_year"], tier=acting_tier(), now=now())
    sides = (wanted["half_year"], wanted["intermediary_id"])
    drawn = reviews.draw_sample(session, *sides, by=principal().subject, now=now())
    audit_note(session, entity=f"intermediary:{sides[1]}", details={"half_year": sides[0], "drawn": drawn})
    return {"drawn": drawn}


@blp.route("/reviews/grounds", methods=["GET"])
@public_reads()
@blp.response(200, ReviewGrounds)
def list_grounds(session: Session) -> Any:
    """Why a report is refuted."""
    return {"items": list(review_rules().grounds.values())}


@blp.route("/reviews/standings", methods=["GET"])
@reads("task:read")
@blp.arguments(StandingsQuery, location="query")
@blp.response(200, AgencyStandings)
def show_standings(session: Session, query: dict[str, Any]) -> Any:
    """How each intermediary does in the own area: reports, reviews, faults, stars, complaints, points, grade."""
    return {"items": reading.standings(session, principal(), half=query["half_year"])}


@blp.route("/reviews/<id:review_id>", methods=["GET"])
@reads("task:read")
@blp.response(200, ReviewWithDraw)
def show_review(session: Session, review_id: str) -> Any:
    """One report that is looked at again, with the record of its draw; its version is the ETag."""
    row = reading.visible_review(session, principal(), review_id)
    may_decide = row.state == DRAWN and acting_tier() >= SUBDISTRICT
    shown = {**reading.review_view(row, now=now()), "may_decide": may_decide, "draw": reading.draw_of(session, row)}
    return shown, 200, etag_of(row.version)


@blp.route("/reviews/<id:review_id>/decide", methods=["POST"])
@writes("task:work")
@blp.arguments(DecisionOfReview)
@blp.response(200, Review)
def decide(session: Session, body: dict[str, Any], review_id: str) -> Any:
    """Say whether the report is true, after looking at the enterprise or at what was handed in."""
    row = reading.visible_review(session, principal(), review_id)
    given = as_text(body)
    based_on, event = given.pop("version", None), "agree" if given.pop("agrees") else "refute"
    hazards.check_evidence(session, given["photos"], owner=row.enterprise_id)
    reviews.decide_review(session, review_id, step=step_of_caller(event, given), based_on=based_on)
    audit_note(session, entity=f"review:{review_id}", details={"event": event})
    changed = reading.visible_review(session, principal(), review_id)
    return reading.review_view(changed, now=now()), 200, etag_of(changed.version)
