"""Staff: who is there and what of it counts now, and absences."""

from typing import Any

from sqlalchemy.orm import Session

from services.identity import use_cases
from services.identity.domain.staff import PLACE
from services.identity.queries import accounts as queries
from services.identity.schemas.accounts import Absence, NewAbsence, StaffFilter, StaffPage
from services.identity.tables import account
from shared.http import Blueprint, now, page, principal, reads, writes

blp = Blueprint("staff", __name__, url_prefix="/api/v1/identity/staff", description="Staff and absences")


@blp.route("", methods=["GET"])
@reads("staff:read")
@blp.arguments(StaffFilter, location="query")
@blp.response(200, StaffPage)
def list_staff(session: Session, query: dict[str, Any]) -> Any:
    today = now().astimezone(PLACE).date()
    statement = queries.staff(session, principal(), standing=query["standing"], today=today)
    key = [account.c.username]
    rows, following = page(session, statement, key=key, limit=query["limit"], cursor=query["cursor"])
    absences = queries.absences_of(session, [row.id for row in rows], now=now())
    items = [{**queries.masked(session, row), "absences": absences[row.id]} for row in rows]
    return {"items": items, "next_cursor": following}


@blp.route("/<id:account_id>/absences", methods=["POST"])
@writes("account:write")
@blp.arguments(NewAbsence)
@blp.response(201, Absence)
def enter_absence(session: Session, body: dict[str, Any], account_id: str) -> Any:
    found = use_cases.account_for_change(session, account_id)
    absence_id = use_cases.enter_absence(session, found, **body, entered_by=principal().subject, now=now())
    return {"id": absence_id, **body}


@blp.route("/<id:account_id>/absences/<id:absence_id>", methods=["DELETE"])
@writes("account:write")
@blp.response(204)
def end_absence(session: Session, account_id: str, absence_id: str) -> Any:
    found = use_cases.account_for_change(session, account_id)
    use_cases.end_absence(session, found, absence_id, now=now())
    return ""
