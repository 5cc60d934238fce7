"""credit/limits: what is due in the own area, by whom, until when, and the figures of it."""

from typing import Any

from services.credit.queries import limits as reading
from services.credit.schemas.limits import DueLimitList, LimitFigureQuery, LimitFigures, LimitQuery
from services.credit.tables import due_limit
from shared.clock import business_date
from shared.database import Session
from shared.http import Blueprint, as_text, listed, now, paging_of, principal, reads

blp = Blueprint("credit_limits", __name__, url_prefix="/api/v1/credit", description="What is due")


@blp.route("/limits", methods=["GET"])
@reads("credit:oversee")
@blp.arguments(LimitQuery, location="query")
@blp.response(200, DueLimitList)
def list_limits(session: Session, query: dict[str, Any]) -> Any:
    """What is due in the own area, the earliest last day first; the enterprise does not see it."""
    paging, today = paging_of(query), business_date(now())
    wanted = reading.limits(principal(), wanted=as_text(query), today=today)

    def view(row: Any) -> Any:
        return reading.limit_view(row, today=today)

    return listed(session, wanted, view=view, key=[due_limit.c.due_on, due_limit.c.id], **paging)


@blp.route("/limits/figures", methods=["GET"])
@reads("credit:oversee")
@blp.arguments(LimitFigureQuery, location="query")
@blp.response(200, LimitFigures)
def show_limit_figures(session: Session, query: dict[str, Any]) -> Any:
    """How much is due today, near and missed, and how many decisions wait."""
    wanted = as_text(query)
    return reading.limit_figures(session, principal(), wanted=wanted, today=business_date(now()))
