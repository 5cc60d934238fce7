"""credit/checks: agencies ask before they decide; every answer is signed, kept and proven."""

from typing import Any

from services.credit.domain.checks import code_asked
from services.credit.queries import checks as reading
from services.credit.queries.restrictions import answering_for
from services.credit.schemas.checks import (
    AnswerKeys,
    CheckBody,
    CheckByNameQuery,
    CheckQuery,
    CheckReceiptList,
    CheckReceiptQuery,
    PurposeTable,
    SignedCheck,
    SignedChecks,
    WholeCheckReceipt,
)
from services.credit.tables import check_receipt
from services.credit.use_cases import checks
from services.credit.use_cases.checks import Question
from shared.database import Session
from shared.http import Blueprint, now, page, principal, public_reads, reads, writes
from shared.security.keys import secret_of

blp = Blueprint("checks", __name__, url_prefix="/api/v1/credit", description="Checks by agencies")
ASK = "check:read"


@blp.route("/checks/purposes", methods=["GET"])
@public_reads()
@blp.response(200, PurposeTable)
def list_purposes(_session: Session) -> Any:
    """For which purposes one may ask, and which measure each agency executes upon which basis."""
    return reading.purpose_table()


@blp.route("/checks/keys", methods=["GET"])
@public_reads()
@blp.response(200, AnswerKeys)
def list_keys(session: Session) -> Any:
    """The public keys by which anybody proves an answer."""
    return checks.published_keys(secret_of(session))


@blp.route("/checks/receipts", methods=["GET"])
@reads("check:read")
@blp.arguments(CheckReceiptQuery, location="query")
@blp.response(200, CheckReceiptList)
def list_receipts(session: Session, query: dict[str, Any]) -> Any:
    """What was answered to the caller and everybody else of the own agency, the newest first."""
    wanted = reading.receipts(principal())
    rows, next_cursor = page(session, wanted, key=[check_receipt.c.id], descending=True, **query)
    return {"items": rows, "next_cursor": next_cursor}


@blp.route("/checks/receipts/<id:receipt_id>", methods=["GET"])
@reads("check:read")
@blp.response(200, WholeCheckReceipt)
def show_receipt(session: Session, receipt_id: str) -> Any:
    """One answer as it was given to the caller, or to somebody else of the own agency."""
    return reading.receipt(session, principal(), receipt_id)


@blp.route("/checks", methods=["GET"])
@writes("check:read", is_replayed=False)
@blp.arguments(CheckByNameQuery, location="query")
@blp.response(200, SignedChecks)
def check_name(session: Session, query: dict[str, Any]) -> Any:
    """Ask about a name, for clerks without a code: up to 20 subjects whose name holds it."""
    return checks.check_name(session, query["name"].strip(), asked=_question(query["purpose"]))


@blp.route("/checks", methods=["POST"])
@writes("check:read", is_replayed=False)
@blp.arguments(CheckBody)
@blp.response(200, SignedChecks)
def check_codes(session: Session, body: dict[str, Any]) -> Any:
    """Ask about up to 1,000 credit codes at once."""
    return checks.check_codes(session, body["codes"], asked=_question(body["purpose"]))


@blp.route("/checks/<string:uscc>", methods=["GET"])
@writes("check:read", is_replayed=False)
@blp.arguments(CheckQuery, location="query")
@blp.response(200, SignedCheck)
def check_code(session: Session, query: dict[str, Any], uscc: str) -> Any:
    """Ask about one credit code; whoever is on no list is answered with ``hit: false``."""
    return checks.check_code(session, code_asked(uscc), asked=_question(query["purpose"]))


def _question(purpose: str) -> Question:
    caller = principal()
    granted = answering_for(caller, ASK)
    return Question(caller.subject, purpose, now(), granted=granted, fields=caller.fields, agency_id=caller.agency_id)
