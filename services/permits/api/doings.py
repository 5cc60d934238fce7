"""permits/doings: what is done without a permit and counts beside one (venting, draining, spraying, …)."""

from functools import partial
from typing import Any

from services.permits.queries import doings as reading
from services.permits.queries.enterprises import visible_enterprise
from services.permits.schemas.doings import (
    Doing,
    DoingList,
    DoingQuery,
    DoingTable,
    NewDoing,
)
from services.permits.tables import doing
from services.permits.use_cases import doings
from shared.database import Session
from shared.http import Blueprint, as_text, audit_note, listed, now, paging_of, principal, public_reads, reads, writes

blp = Blueprint("doings", __name__, url_prefix="/api/v1/permits", description="Doings that need no permit")


@blp.route("/doings", methods=["GET"])
@reads("place:read")
@blp.arguments(DoingQuery, location="query")
@blp.response(200, DoingList)
def list_doings(session: Session, query: dict[str, Any]) -> Any:
    """What is done without a permit in the own area, the newest first."""
    paging = paging_of(query)
    wanted = reading.doings(principal(), wanted=as_text(query), now=now())
    view = partial(reading.doing_view, now=now())
    return listed(session, wanted, view=view, key=[doing.c.id], descending=True, **paging)


@blp.route("/doings", methods=["POST"])
@writes("place:write")
@blp.arguments(NewDoing)
@blp.response(201, Doing)
def plan_doing(session: Session, body: dict[str, Any]) -> Any:
    """Say what is done, where and from when to when; refused where permitted work forbids it."""
    given = as_text(body)
    firm = visible_enterprise(session, principal(), given.pop("enterprise_id"))
    doing_id = doings.plan_doing(session, firm.enterprise_id, given, by=principal().subject, now=now())
    return _shown(session, doing_id, event="plan")


@blp.route("/doings/table", methods=["GET"])
@public_reads()
@blp.response(200, DoingTable)
def show_doing_table(_session: Session) -> Any:
    """The kinds of doings that count beside permits."""
    return reading.doing_table()


@blp.route("/doings/<id:doing_id>/end", methods=["POST"])
@writes("place:write")
@blp.response(200, Doing)
def end_doing(session: Session, doing_id: str) -> Any:
    """Say that it is over."""
    row = reading.visible_doing(session, principal(), doing_id)
    doings.end_doing(session, row, by=principal().subject, now=now())
    return _shown(session, doing_id, event="end")


def _shown(session: Session, doing_id: str, *, event: str) -> Any:
    audit_note(session, entity=f"doing:{doing_id}", details={"event": event})
    return reading.doing_view(reading.visible_doing(session, principal(), doing_id), now=now())
