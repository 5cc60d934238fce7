"""credit/ratings: the credit grade of the bureau's own oversight, explained, and a policy tried out."""

from typing import Any

from services.credit.domain.ratings import policy_on
from services.credit.queries import ratings as reading
from services.credit.queries.enterprises import visible_enterprise
from services.credit.queries.rating_policies import policy_table, tried_out
from services.credit.rules.ratings import rating_policies
from services.credit.schemas.ratings import (
    CreditRatingList,
    ExplainedRating,
    PolicyTrial,
    RatingFigureQuery,
    RatingFigures,
    RatingQuery,
    RatingTable,
    TriedPolicy,
)
from services.credit.tables import rating
from shared.clock import business_date
from shared.database import Session
from shared.http import Blueprint, now, page, paging_of, principal, reads

blp = Blueprint("ratings", __name__, url_prefix="/api/v1/credit", description="Credit grades")


@blp.route("/ratings", methods=["GET"])
@reads("credit:oversee")
@blp.arguments(RatingQuery, location="query")
@blp.response(200, CreditRatingList)
def list_ratings(session: Session, query: dict[str, Any]) -> Any:
    """The grades of the enterprises of the own area of whom something is recorded."""
    paging = paging_of(query)
    wanted = reading.ratings(principal(), wanted=query)
    rows, next_cursor = page(session, wanted, key=[rating.c.enterprise_id], **paging)
    return {"items": rows, "next_cursor": next_cursor}


@blp.route("/ratings/figures", methods=["GET"])
@reads("credit:oversee")
@blp.arguments(RatingFigureQuery, location="query")
@blp.response(200, RatingFigures)
def show_rating_figures(session: Session, query: dict[str, Any]) -> Any:
    """How many enterprises of the own area have each grade."""
    return {"items": reading.rating_figures(session, principal(), wanted=query)}


@blp.route("/ratings/table", methods=["GET"])
@reads("credit:oversee")
@blp.response(200, RatingTable)
def show_rating_table(_session: Session) -> Any:
    """The policies of the grade: what is counted with how many points, what moves a grade, and where it stands."""
    return policy_table(today=business_date(now()))


@blp.route("/ratings/<id:enterprise_id>", methods=["GET"])
@reads("credit:oversee")
@blp.response(200, ExplainedRating)
def show_rating(session: Session, enterprise_id: str) -> Any:
    """The grade of an enterprise today with every reason, and the rows behind each number."""
    row = visible_enterprise(session, principal(), enterprise_id)
    return reading.explained_rating(session, row, today=business_date(now()))


@blp.route("/ratings/trial", methods=["POST"])
@reads("credit:oversee")
@blp.arguments(PolicyTrial)
@blp.response(200, TriedPolicy)
def try_policy(session: Session, body: dict[str, Any]) -> Any:
    """Try other points out on the own area: who would move; nothing is changed."""
    today = business_date(now())
    policy = policy_on(rating_policies(), today).changed(body["points"], start=body["start"])
    return tried_out(session, principal(), policy, today=today)
