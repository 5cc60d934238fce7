"""permits/declarations: what enterprises declare for a day, and what the subdistrict does with it."""

from functools import partial
from typing import Any

from services.permits.api.acting import step_of_caller
from services.permits.queries import declarations as reading
from services.permits.queries.enterprises import visible_enterprise
from services.permits.schemas.declarations import (
    Declaration,
    DeclarationList,
    DeclarationQuery,
    DeclarationTable,
    DeclaredFigures,
    DeclaredFiguresQuery,
    DeclaredJobAnswer,
    DeclaredJobList,
    DeclaredJobQuery,
    DeclaredJobStepBody,
    DeclaredJobWithSteps,
    NewDeclaration,
    NewUndeclared,
    Undeclared,
    UndeclaredList,
    UndeclaredQuery,
)
from services.permits.schemas.declared_statistics import DeclaredStatistics, StatisticsQuery
from services.permits.tables import declaration, declared_job, undeclared_work
from services.permits.use_cases import declarations
from services.permits.use_cases.attachments import check_photos
from shared.clock import business_date
from shared.database import Session
from shared.http import (
    Blueprint,
    as_text,
    audit_note,
    etag_of,
    listed,
    now,
    page,
    paging_of,
    principal,
    public_reads,
    reads,
    writes,
)

blp = Blueprint("declarations", __name__, url_prefix="/api/v1/permits", description="Declared work")


@blp.route("/declarations", methods=["GET"])
@reads("declaration:read")
@blp.arguments(DeclarationQuery, location="query")
@blp.response(200, DeclarationList)
def list_declarations(session: Session, query: dict[str, Any]) -> Any:
    """What the enterprises of the own area have declared, the newest first."""
    paging = paging_of(query)
    wanted = reading.declarations(principal(), wanted=as_text(query))
    rows, next_cursor = page(session, wanted, key=[declaration.c.id], descending=True, **paging)
    return {"items": rows, "next_cursor": next_cursor}


@blp.route("/declarations", methods=["POST"])
@writes("declaration:write")
@blp.arguments(NewDeclaration)
@blp.response(201, Declaration)
def declare_work(session: Session, body: dict[str, Any]) -> Any:
    """Declare the dangerous work of today or tomorrow, or that there is none; more jobs may follow."""
    given = as_text(body)
    row = visible_enterprise(session, principal(), given["enterprise_id"])
    check_photos(session, [one for job in given["jobs"] for one in job.get("photos", ())], owner=row.enterprise_id)
    wanted = declarations.Declared(**given | {"enterprise_id": row.enterprise_id})
    declaration_id = declarations.declare_work(session, wanted, by=principal().subject, now=now())
    audit_note(session, entity=f"declaration:{declaration_id}", details={"day": wanted.day, "jobs": len(wanted.jobs)})
    return session.execute(reading.declarations(principal(), wanted={"id": declaration_id})).one()


@blp.route("/declarations/jobs", methods=["GET"])
@reads("declaration:read")
@blp.arguments(DeclaredJobQuery, location="query")
@blp.response(200, DeclaredJobList)
def list_jobs(session: Session, query: dict[str, Any]) -> Any:
    """The declared work of the own area, the most urgent first."""
    paging = paging_of(query)
    wanted = reading.jobs(principal(), wanted=as_text(query))
    view = partial(reading.job_view, asked=step_of_caller())
    return listed(session, wanted, view=view, key=[declared_job.c.weight, declared_job.c.id], **paging)


@blp.route("/declarations/figures", methods=["GET"])
@reads("declaration:read")
@blp.arguments(DeclaredFiguresQuery, location="query")
@blp.response(200, DeclaredFigures)
def show_figures(session: Session, query: dict[str, Any]) -> Any:
    """How much work of a day is declared in the own area, by colour; today unless another day is named."""
    return reading.figures(session, principal(), day=query.get("day") or business_date(now()))


@blp.route("/declarations/statistics", methods=["GET"])
@reads("declaration:read")
@blp.arguments(StatisticsQuery, location="query")
@blp.response(200, DeclaredStatistics)
def show_statistics(session: Session, query: dict[str, Any]) -> Any:
    """How much work of some days was declared in the own area, by kind, colour, state, subdistrict or contractor."""
    by = query.pop("by")
    return {"by": by, "rows": reading.statistics(session, principal(), by=by, wanted=query)}


@blp.route("/declarations/table", methods=["GET"])
@public_reads()
@blp.response(200, DeclarationTable)
def show_table(session: Session) -> Any:
    """What is asked of each kind of work, and what makes work red or amber."""
    return reading.rule_view()


@blp.route("/declarations/jobs/<id:job_id>", methods=["GET"])
@reads("declaration:read")
@blp.response(200, DeclaredJobWithSteps)
def show_job(session: Session, job_id: str) -> Any:
    """One declared job with all that happened to it; its version is the ETag."""
    shown = _whole(session, job_id)
    return shown, 200, etag_of(shown["version"])


@blp.route("/declarations/jobs/<id:job_id>/steps", methods=["POST"])
@writes("declaration:write")
@blp.arguments(DeclaredJobStepBody)
@blp.response(200, DeclaredJobWithSteps)
def take_step(session: Session, body: dict[str, Any], job_id: str) -> Any:
    """Report the end of declared work with a photo, or withdraw it before it begins."""
    row = reading.visible_job(session, principal(), job_id)
    check_photos(session, as_text(body.get("photos", ())), owner=row.enterprise_id)
    return _stepped(session, body, job_id)


@blp.route("/declarations/jobs/<id:job_id>/answers", methods=["POST"])
@writes("permit:oversee")
@blp.arguments(DeclaredJobAnswer)
@blp.response(200, DeclaredJobWithSteps)
def answer(session: Session, body: dict[str, Any], job_id: str) -> Any:
    """Say that declared work is received, or advise to wait; neither approves anything, and neither blocks."""
    reading.visible_job(session, principal(), job_id)
    return _stepped(session, body, job_id)


@blp.route("/declarations/undeclared", methods=["GET"])
@reads("declaration:read")
@blp.arguments(UndeclaredQuery, location="query")
@blp.response(200, UndeclaredList)
def list_undeclared(session: Session, query: dict[str, Any]) -> Any:
    """The dangerous work that nobody had declared, the newest first."""
    paging = paging_of(query)
    wanted = reading.undeclared(principal(), wanted=as_text(query))
    rows, next_cursor = page(session, wanted, key=[undeclared_work.c.id], descending=True, **paging)
    return {"items": rows, "next_cursor": next_cursor}


@blp.route("/declarations/undeclared", methods=["POST"])
@writes("permit:oversee")
@blp.arguments(NewUndeclared)
@blp.response(201, Undeclared)
def record_undeclared(session: Session, body: dict[str, Any]) -> Any:
    """Enter dangerous work that was found and not declared; for a month the enterprise's work weighs most."""
    given = as_text(body)
    row = visible_enterprise(session, principal(), given["enterprise_id"])
    found = declarations.Undeclared(**given | {"enterprise_id": row.enterprise_id})
    row_id = declarations.record_undeclared(session, found, by=principal().subject, now=now())
    audit_note(session, entity=f"undeclared_work:{row_id}", details={"finding": found.finding, "kind": found.kind})
    return session.execute(reading.undeclared(principal(), wanted={"id": row_id})).one()


def _stepped(session: Session, body: dict[str, Any], job_id: str) -> Any:
    given = as_text(body)
    event, based_on = given.pop("event"), given.pop("version", None)
    declarations.step_job(session, job_id, step=step_of_caller(event, given), based_on=based_on)
    shown = _whole(session, job_id)
    audit_note(session, entity=f"declared_job:{job_id}", details={"event": event, "state": shown["state"]})
    return shown, etag_of(shown["version"])


def _whole(session: Session, job_id: str) -> dict[str, Any]:
    row = reading.visible_job(session, principal(), job_id)
    return {**reading.job_view(row, asked=step_of_caller()), "steps": reading.steps_of(session, job_id)}
