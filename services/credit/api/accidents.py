"""credit/accidents: what happened, how grave it was, and the figures beside those of the year before."""

from datetime import date
from typing import Any

from services.credit.api.acting import shown_to_caller
from services.credit.domain.accidents import Accident as Told
from services.credit.queries import accidents as reading
from services.credit.queries.enterprises import visible_enterprise
from services.credit.schemas.accidents import (
    Accident,
    AccidentFacts,
    AccidentFigures,
    AccidentFiguresQuery,
    AccidentList,
    AccidentQuery,
    AccidentTable,
    NewAccident,
)
from services.credit.tables import accident
from services.credit.use_cases import accidents
from shared.clock import business_date
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
    require_version,
    writes,
)

blp = Blueprint("accidents", __name__, url_prefix="/api/v1/credit", description="Accidents")


@blp.route("/accidents/table", methods=["GET"])
@public_reads()
@blp.response(200, AccidentTable)
def show_accident_table(_session: Session) -> Any:
    """The grades of accidents by law, and their kinds."""
    return reading.accident_table()


@blp.route("/accidents/figures", methods=["GET"])
@reads("credit:read")
@blp.arguments(AccidentFiguresQuery, location="query")
@blp.response(200, AccidentFigures)
def show_figures(session: Session, query: dict[str, Any]) -> Any:
    """Accidents, deaths, injuries and losses of the own area by subdistrict, beside the year before."""
    today = business_date(now())
    until = today if query["year"] == today.year else date(query["year"], 12, 31)
    return reading.accident_figures(session, principal(), year=query["year"], until=until)


@blp.route("/accidents", methods=["GET"])
@reads("credit:read")
@blp.arguments(AccidentQuery, location="query")
@blp.response(200, AccidentList)
def list_accidents(session: Session, query: dict[str, Any]) -> Any:
    """The accidents of the own area, the latest first."""
    paging = paging_of(query)
    wanted = reading.accidents(principal(), wanted=as_text(query))
    return listed(
        session,
        wanted,
        view=_view,
        key=[accident.c.occurred_on, accident.c.id],
        descending=True,
        **paging,
    )


@blp.route("/accidents", methods=["POST"])
@writes("credit:write")
@blp.arguments(NewAccident)
@blp.response(201, Accident)
def record_accident(session: Session, body: dict[str, Any]) -> Any:
    """Record an accident; its grade follows from the figures."""
    given = as_text(body)
    row = visible_enterprise(session, principal(), given["enterprise_id"])
    told = Told(**given | {"enterprise_id": row.enterprise_id})
    accident_id = accidents.record_accident(session, told, by=principal().subject, now=now())
    return _shown(session, accident_id, event="record")


@blp.route("/accidents/<id:accident_id>", methods=["GET"])
@reads("credit:read")
@blp.response(200, Accident)
def show_accident(session: Session, accident_id: str) -> Any:
    """One accident; its version is the ETag."""
    row = reading.visible_accident(session, principal(), accident_id)
    return _view(row), 200, etag_of(row.version)


@blp.route("/accidents/<id:accident_id>", methods=["PUT"])
@writes("credit:write")
@blp.arguments(AccidentFacts)
@blp.response(200, Accident)
def correct_accident(session: Session, body: dict[str, Any], accident_id: str) -> Any:
    """Put the figures of an accident right, as when an injured person dies; needs If-Match."""
    row = reading.visible_accident(session, principal(), accident_id)
    require_version(row.version)
    told = Told(enterprise_id=row.enterprise_id, **body)
    accidents.correct_accident(session, row, told, now=now())
    return _shown(session, accident_id, event="correct")


def _shown(session: Session, accident_id: str, *, event: str) -> Any:
    row = reading.visible_accident(session, principal(), accident_id)
    audit_note(session, entity=f"accident:{accident_id}", details={"event": event, "grade": row.grade})
    return _view(row), etag_of(row.version)


def _view(row: Any) -> Any:
    return shown_to_caller(reading.accident_view(row))
