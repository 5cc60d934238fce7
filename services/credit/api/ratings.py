"""credit/ratings: the credit grade of the bureau's own oversight, explained, and a policy tried out."""

from typing import Any

from services.credit.domain.ratings import policy_on
from services.credit.queries import ratings as reading
from services.credit.queries.enterprises import visible_enterprise
from services.credit.rules.ratings import rating_policies
from services.credit.schemas.ratings import CreditRatingList, ExplainedRating, PolicyTrial, RatingQuery, TriedPolicy
from services.credit.tables import rating
from shared.clock import business_date
from shared.database import Session
from shared.http import Blueprint, now, page, principal, reads

blp = Blueprint("ratings", __name__, url_prefix="/api/v1/credit", description="Credit grades")


@blp.route("/ratings", methods=["GET"])
@reads("credit:oversee")
@blp.arguments(RatingQuery, location="query")
@blp.response(200, CreditRatingList)
def list_ratings(session: Session, query: dict[str, Any]) -> Any:
    """The grades of the enterprises of the own area of whom something is recorded."""
    paging = {name: query.pop(name) for name in ("limit", "cursor")}
    wanted = reading.ratings(principal(), wanted=query)
    rows, next_cursor = page(session, wanted, key=[rating.c.enterprise_id], **paging)
    return {"items": rows, "next_cursor": next_cursor}


@blp.route("/ratings/<id:enterprise_id>", methods=["GET"])
@reads("credit:oversee")
@blp.response(200, ExplainedRating)
def show_rating(session: Session, enterprise_id: str) -> Any:
    """The grade of an enterprise today with every reason, and the rows behind each number."""
    row = visible_enterprise(session, principal(), enterprise_id)
    rated, policy = reading.rating_of(session, row.enterprise_id, today=business_date(now()))
    return reading.rating_view(row, rated, policy=policy)


@blp.route("/ratings/trial", methods=["POST"])
@reads("credit:oversee")
@blp.arguments(PolicyTrial)
@blp.response(200, TriedPolicy)
def try_policy(session: Session, body: dict[str, Any]) -> Any:
    """Try other points out on the own area; nothing is changed."""
    today = business_date(now())
    policy = policy_on(rating_policies(), today).changed(body["points"], start=body["start"])
    return {"policy": policy.version, "grades": reading.tried_out(session, principal(), policy, today=today)}
