"""credit/cases, public/list: who is proposed for the list of the severely untrustworthy, its steps; who is on it."""

from typing import Any

from services.credit.api.acting import PublicFile, offer_file, shown_to_caller, step_of_caller
from services.credit.queries import cases as reading
from services.credit.queries import public_list
from services.credit.queries.enterprises import visible_enterprise
from services.credit.queries.grounds import accidents_behind, penalty_behind, suggestions
from services.credit.rules import measure_rules
from services.credit.schemas.cases import (
    CaseDecisionBody,
    CaseList,
    CaseQuery,
    CaseStatement,
    CaseStepBody,
    CaseSuggestionQuery,
    CaseSuggestions,
    CaseTable,
    EarlyRemovalApplication,
    NewCase,
    WholeCase,
)
from services.credit.schemas.public_list import PublicList, PublicQuery
from services.credit.tables import listing_case
from services.credit.use_cases import cases
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

blp = Blueprint("cases", __name__, url_prefix="/api/v1/credit", description="The list of the severely untrustworthy")
public = Blueprint("public_list", __name__, url_prefix="/api/v1/public", description="The list, for everybody")
ABOUT_THE_STEP = ("is_confirmed", "scope_reason", "facts", "basis")
offer_file(public, PublicFile("list", public_list.COLUMNS, measure_rules().order, public_list.public_rows))


@public.route("/list", methods=["GET"])
@public_reads()
@public.arguments(PublicQuery, location="query")
@public.response(200, PublicList)
def show_list(session: Session, query: dict[str, Any]) -> Any:
    """Who is on the list now, the newest first; whoever has left it is not shown any more."""
    wanted = public_list.public_list(today=business_date(now()), q=query.pop("q").strip())
    rows, next_cursor = page(session, wanted, key=[listing_case.c.listing_id], descending=True, **query)
    return {"items": public_list.public_entries(session, rows), "next_cursor": next_cursor}


@blp.route("/cases/table", methods=["GET"])
@public_reads()
@blp.response(200, CaseTable)
def show_table(_session: Session) -> Any:
    """The acts of the order, the steps with their clauses, and the time limits."""
    return reading.condition_table()


@blp.route("/cases/suggestions", methods=["GET"])
@reads("case:write")
@blp.arguments(CaseSuggestionQuery, location="query")
@blp.response(200, CaseSuggestions)
def list_suggestions(session: Session, query: dict[str, Any]) -> Any:
    """Penalties of the bureau whose records show a condition of the list; an officer proposes or not."""
    given = {name: str(value) for name, value in query.items()}
    return {"items": suggestions(session, principal(), today=business_date(now()), **given)}


@blp.route("/cases", methods=["GET"])
@reads("case:read")
@blp.arguments(CaseQuery, location="query")
@blp.response(200, CaseList)
def list_cases(session: Session, query: dict[str, Any]) -> Any:
    """The cases of the own area, of an enterprise those of which it was given notice, the newest first."""
    paging = paging_of(query)
    wanted = reading.cases(principal(), wanted=as_text(query))

    def view(row: Any) -> Any:
        return _told(reading.case_view(row, now=now()))

    return listed(session, wanted, view=view, key=[listing_case.c.id], descending=True, **paging)


@blp.route("/cases", methods=["POST"])
@writes("case:write")
@blp.arguments(NewCase)
@blp.response(201, WholeCase)
def propose_case(session: Session, body: dict[str, Any]) -> Any:
    """Propose a subject for the list, upon a penalty decision of the bureau."""
    given = as_text(body)
    firm = visible_enterprise(session, principal(), given["enterprise_id"])
    wanted = cases.Proposal(
        enterprise_id=firm.enterprise_id,
        penalty=penalty_behind(session, firm.enterprise_id, penalty_id=given["penalty_id"]),
        accidents=accidents_behind(session, firm.enterprise_id),
        **{name: given[name] for name in ("condition", "penalty_id", "facts", "basis", "persons")},
    )
    said = {name: given[name] for name in ABOUT_THE_STEP if name in given}
    case_id = cases.propose_case(session, wanted, step=step_of_caller("propose", said))
    return _shown(session, case_id, event="propose")


@blp.route("/cases/<id:case_id>", methods=["GET"])
@reads("case:read")
@blp.response(200, WholeCase)
def show_case(session: Session, case_id: str) -> Any:
    """One case with all that happened to it; its version is the ETag."""
    shown = _whole(session, case_id)
    return shown, 200, etag_of(shown["version"])


@blp.route("/cases/<id:case_id>/steps", methods=["POST"])
@writes("case:write")
@blp.arguments(CaseStepBody)
@blp.response(200, WholeCase)
def take_step(session: Session, body: dict[str, Any], case_id: str) -> Any:
    """Give notice, serve, record, publish, accept or reject an application, complete a removal, or dismiss a case."""
    return _step(session, case_id, body)


@blp.route("/cases/<id:case_id>/decisions", methods=["POST"])
@writes("case:decide")
@blp.arguments(CaseDecisionBody)
@blp.response(200, WholeCase)
def decide(session: Session, body: dict[str, Any], case_id: str) -> Any:
    """Decide to list or not, to grant or refuse early removal, to revoke a listing, or to restore it."""
    return _step(session, case_id, body)


@blp.route("/cases/<id:case_id>/statements", methods=["POST"])
@writes("case:apply")
@blp.arguments(CaseStatement)
@blp.response(200, WholeCase)
def state_case(session: Session, body: dict[str, Any], case_id: str) -> Any:
    """Enter what the party states in its defence, within the window after the notice."""
    return _step(session, case_id, {"event": "state", **body})


@blp.route("/cases/<id:case_id>/applications", methods=["POST"])
@writes("case:apply")
@blp.arguments(EarlyRemovalApplication)
@blp.response(200, WholeCase)
def apply_early_removal(session: Session, body: dict[str, Any], case_id: str) -> Any:
    """Apply for early removal, twelve months after the listing at the earliest."""
    return _step(session, case_id, {"event": "apply_early_removal", **body})


def _step(session: Session, case_id: str, body: dict[str, Any]) -> Any:
    reading.visible_case(session, principal(), case_id)
    event, based_on = body.pop("event"), body.pop("version", None)
    cases.step_case(session, case_id, step=step_of_caller(event, body), based_on=based_on)
    return _shown(session, case_id, event=event)


def _whole(session: Session, case_id: str) -> dict[str, Any]:
    row = reading.visible_case(session, principal(), case_id)
    return _told(reading.whole_case(session, row, asked=step_of_caller()))


def _told(shown: dict[str, Any]) -> dict[str, Any]:
    return shown_to_caller(reading.as_party(shown)) if principal().enterprise_id else shown


def _shown(session: Session, case_id: str, *, event: str) -> Any:
    shown = _whole(session, case_id)
    audit_note(session, entity=f"case:{case_id}", details={"event": event, "state": shown["state"]})
    return shown, etag_of(shown["version"])
