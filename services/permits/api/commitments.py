"""permits/commitments: what each enterprise that owes it judges, signs and publishes every day."""

from datetime import date
from typing import Any

from services.permits.queries import commitments as reading
from services.permits.queries.enterprises import circumstances, visible_enterprise
from services.permits.rules import commitment_rules
from services.permits.schemas.commitments import (
    Commitment,
    CommitmentAmendment,
    CommitmentBoard,
    CommitmentList,
    CommitmentQuery,
    CommitmentSignature,
    CommitmentTable,
    CommitmentToday,
    CommitmentWithHistory,
    DayQuery,
    Judgement,
    PublicCommitmentList,
    PublicCommitmentQuery,
)
from services.permits.tables import commitment
from services.permits.use_cases import commitments
from services.permits.use_cases.commitments import Signature
from shared.clock import business_date
from shared.database import Session
from shared.http import (
    Blueprint,
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

blp = Blueprint("commitments", __name__, url_prefix="/api/v1/permits", description="The daily commitment")


@blp.route("/commitments", methods=["GET"])
@reads("commitment:read")
@blp.arguments(CommitmentQuery, location="query")
@blp.response(200, CommitmentList)
def list_commitments(session: Session, query: dict[str, Any]) -> Any:
    """The commitments of the own area, the newest first."""
    paging = paging_of(query)
    wanted = reading.commitments(principal(), wanted=query | _enterprise(query))
    return listed(session, wanted, view=reading.commitment_view, key=[commitment.c.id], descending=True, **paging)


@blp.route("/commitments/board", methods=["GET"])
@reads("commitment:read")
@blp.arguments(DayQuery, location="query")
@blp.response(200, CommitmentBoard)
def show_board(session: Session, query: dict[str, Any]) -> Any:
    """How many of each subdistrict of the own area owe, have made and have missed the commitment of a day."""
    day = query.get("day") or _today()
    return {"day": day, "items": reading.board(session, principal(), day=day)}


@blp.route("/commitments/rules", methods=["GET"])
@public_reads()
@blp.response(200, CommitmentTable)
def show_rules(session: Session) -> Any:
    """What is declared, and against what it is checked."""
    rules = commitment_rules()
    return {
        "id": rules.id,
        "version": rules.version,
        "fields": list(rules.fields.values()),
        "checks": list(rules.checks.values()),
        "misses_for_credit": rules.misses_for_credit,
    }


@blp.route("/commitments/today", methods=["POST"])
@writes("commitment:write")
@blp.arguments(CommitmentToday)
@blp.response(200, CommitmentWithHistory)
def open_today(session: Session, body: dict[str, Any]) -> Any:
    """Open the commitment of today, or read the one that is open; it is owed, or refused."""
    row = visible_enterprise(session, principal(), str(body["enterprise_id"]))
    commitments.open_commitment(session, row.enterprise_id, now=now())
    audit_note(session, entity=f"enterprise:{row.enterprise_id}", details={"event": "open"})
    opened = reading.commitment_of(session, principal(), row.enterprise_id, day=_today())
    return _whole(session, opened)


@blp.route("/commitments/<id:commitment_id>", methods=["GET"])
@reads("commitment:read")
@blp.response(200, CommitmentWithHistory)
def show_commitment(session: Session, commitment_id: str) -> Any:
    """One commitment with all its steps and versions; its version is the ETag."""
    row = reading.visible_commitment(session, principal(), commitment_id)
    return _whole(session, row), 200, etag_of(row.version)


@blp.route("/commitments/<id:commitment_id>/judge", methods=["POST"])
@writes("commitment:write")
@blp.arguments(Judgement)
@blp.response(200, Commitment)
def judge(session: Session, body: dict[str, Any], commitment_id: str) -> Any:
    """Say what a tier of the enterprise has judged; the lower ones come first."""
    reading.visible_commitment(session, principal(), commitment_id)
    given = _signature(content=body["content"], reason=body["remark"])
    commitments.judge(session, commitment_id, given, tier=body["tier"], now=now(), based_on=body.get("version"))
    return _changed(session, commitment_id, event=f"judge {body['tier']}")


@blp.route("/commitments/<id:commitment_id>/sign", methods=["POST"])
@writes("commitment:sign")
@blp.arguments(CommitmentSignature)
@blp.response(200, Commitment)
def sign(session: Session, body: dict[str, Any], commitment_id: str) -> Any:
    """Sign and publish: the principal, or somebody with a written delegation."""
    reading.visible_commitment(session, principal(), commitment_id)
    based_on = body.pop("version", None)
    commitments.sign(session, commitment_id, _signature(**body), now=now(), based_on=based_on)
    return _changed(session, commitment_id, event="sign")


@blp.route("/commitments/<id:commitment_id>/amend", methods=["POST"])
@writes("commitment:sign")
@blp.arguments(CommitmentAmendment)
@blp.response(200, Commitment)
def amend(session: Session, body: dict[str, Any], commitment_id: str) -> Any:
    """Publish another version of today's commitment; the old one stays readable."""
    reading.visible_commitment(session, principal(), commitment_id)
    based_on = body.pop("version", None)
    commitments.amend(session, commitment_id, _signature(**body), now=now(), based_on=based_on)
    return _changed(session, commitment_id, event="amend")


@blp.route("/public/commitments", methods=["GET"])
@public_reads()
@blp.arguments(PublicCommitmentQuery, location="query")
@blp.response(200, PublicCommitmentList)
def list_published(session: Session, query: dict[str, Any]) -> Any:
    """What was published for a day, for the board that everybody may read."""
    paging = paging_of(query)
    wanted = reading.published_on(query.get("day") or _today(), **_enterprise(query))
    rows, next_cursor = page(session, wanted, key=[commitment.c.id], **paging)
    return {"items": rows, "next_cursor": next_cursor}


def _today() -> date:
    return business_date(now())


def _enterprise(query: dict[str, Any]) -> dict[str, Any]:
    return {"enterprise_id": str(query["enterprise_id"])} if query.get("enterprise_id") else {}


def _signature(**given: Any) -> Signature:
    return Signature(by=principal().subject, roles=tuple(principal().roles), **given)


def _whole(session: Session, row: Any) -> dict[str, Any]:
    facts = circumstances(session, row.enterprise_id)
    silent = reading.days_without(session, row.enterprise_id, before=row.day)
    return {
        **reading.commitment_view(row),
        **reading.history_of(session, row.id),
        "suggested": reading.suggested_content(session, row, circumstances=facts),
        "days_without": silent,
        "needs_offline_reason": silent >= commitment_rules().days_without,
    }


def _changed(session: Session, commitment_id: str, *, event: str) -> Any:
    row = reading.visible_commitment(session, principal(), commitment_id)
    audit_note(session, entity=f"commitment:{commitment_id}", details={"event": event})
    return reading.commitment_view(row), 200, etag_of(row.version)
