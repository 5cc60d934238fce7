"""credit/restrictions: what other agencies are asked to do about a listing and what they answer; who is watched."""

from typing import Any

from services.credit.api.acting import step_of_caller
from services.credit.domain.restrictions import FEEDBACK
from services.credit.queries import restrictions as reading
from services.credit.queries.enterprises import visible_enterprise
from services.credit.schemas.restrictions import (
    NewWatched,
    RestrictionFeedback,
    RestrictionList,
    RestrictionQuery,
    Watched,
    WatchedEnd,
    WatchedList,
    WatchedQuery,
    WholeRestriction,
)
from services.credit.tables import restriction, watched
from services.credit.use_cases import restrictions
from shared.database import Session
from shared.http import Blueprint, as_text, audit_note, etag_of, listed, now, page, paging_of, principal, reads, writes

blp = Blueprint("restrictions", __name__, url_prefix="/api/v1/credit", description="Restrictions at other agencies")
READ, ANSWER = "restriction:read", "restriction:answer"


@blp.route("/restrictions", methods=["GET"])
@reads("restriction:read")
@blp.arguments(RestrictionQuery, location="query")
@blp.response(200, RestrictionList)
def list_restrictions(session: Session, query: dict[str, Any]) -> Any:
    """The restrictions of the own agency, for the bureau of all, the newest first."""
    paging = paging_of(query)
    wanted = reading.restrictions(principal(), agencies=reading.answering_for(principal(), READ), wanted=as_text(query))
    return listed(session, wanted, view=reading.restriction_view, key=[restriction.c.id], descending=True, **paging)


@blp.route("/restrictions/<id:restriction_id>", methods=["GET"])
@reads("restriction:read")
@blp.response(200, WholeRestriction)
def show_restriction(session: Session, restriction_id: str) -> Any:
    """One restriction with all its steps; its version is the ETag."""
    agencies = reading.answering_for(principal(), READ)
    row = reading.visible_restriction(session, principal(), restriction_id, agencies=agencies)
    return reading.whole_restriction(session, row), 200, etag_of(row.version)


@blp.route("/restrictions/<id:restriction_id>/feedback", methods=["POST"])
@writes("restriction:answer")
@blp.arguments(RestrictionFeedback)
@blp.response(200, WholeRestriction)
def answer(session: Session, body: dict[str, Any], restriction_id: str) -> Any:
    """Answer for an agency: received, applied, not applied with a reason, or lifted."""
    agencies = reading.answering_for(principal(), ANSWER)
    reading.visible_restriction(session, principal(), restriction_id, agencies=agencies)
    event, based_on = FEEDBACK[body.pop("status")], body.pop("version", None)
    step = step_of_caller(event, body)
    agency_id = principal().agency_id
    restrictions.step_restriction(
        session, restriction_id, step=step, agencies=agencies, based_on=based_on, agency_id=agency_id
    )
    row = reading.visible_restriction(session, principal(), restriction_id, agencies=agencies)
    details = {"event": event, "state": row.state, "agency_id": agency_id}
    audit_note(session, entity=f"restriction:{restriction_id}", details=details)
    return reading.whole_restriction(session, row), etag_of(row.version)


@blp.route("/watched", methods=["GET"])
@reads("credit:oversee")
@blp.arguments(WatchedQuery, location="query")
@blp.response(200, WatchedList)
def list_watched(session: Session, query: dict[str, Any]) -> Any:
    """Whom the bureau watches (重点监管对象), the newest first; nothing follows from it at other agencies."""
    paging = paging_of(query)
    wanted = reading.watched_in(principal(), wanted=as_text(query))
    rows, next_cursor = page(session, wanted, key=[watched.c.id], descending=True, **paging)
    return {"items": rows, "next_cursor": next_cursor}


@blp.route("/watched", methods=["POST"])
@writes("case:write")
@blp.arguments(NewWatched)
@blp.response(201, Watched)
def watch(session: Session, body: dict[str, Any]) -> Any:
    """Watch an enterprise more closely until a day within a year."""
    firm = visible_enterprise(session, principal(), str(body["enterprise_id"]))
    named = {"reason": body["reason"], "until": body["until"], "by": principal().subject}
    watched_id = restrictions.watch(session, firm.enterprise_id, **named, now=now())
    return _watched(session, watched_id, event="watch")


@blp.route("/watched/<id:watched_id>/end", methods=["POST"])
@writes("case:write")
@blp.arguments(WatchedEnd)
@blp.response(200, Watched)
def end_watch(session: Session, body: dict[str, Any], watched_id: str) -> Any:
    """End the watch over an enterprise."""
    reading.visible_watched(session, principal(), watched_id)
    restrictions.end_watch(session, watched_id, reason=body["reason"], now=now())
    return _watched(session, watched_id, event="end")


def _watched(session: Session, watched_id: str, *, event: str) -> Any:
    audit_note(session, entity=f"watched:{watched_id}", details={"event": event})
    return reading.visible_watched(session, principal(), watched_id)
