"""Claims of enterprises: public to make and to ask about, decided by who is responsible for the place."""

from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from services.identity import use_cases
from services.identity.domain.claims import ClaimMalformed, terms
from services.identity.queries import claims as queries
from services.identity.schemas.claims import (
    Approved,
    Claim,
    ClaimFilter,
    ClaimPage,
    ClaimState,
    NewClaim,
    Receipt,
    Refusal,
)
from services.identity.tables import claim
from shared.http import MEGABYTE, Blueprint, now, page, principal, public_reads, public_writes, reads, writes
from shared.security.rates import take_token
from shared.work.attachments import attachment_by_id, content_of

CLAIMS_AT_ONCE = 10
CLAIMS_PER_SECOND = 1 / 60
LARGEST_BODY = 6 * MEGABYTE

blp = Blueprint("claims", __name__, url_prefix="/api/v1/identity/claims", description="Claims of enterprises")


@blp.route("", methods=["POST"])
@public_writes(body_limit=LARGEST_BODY)
@blp.arguments(NewClaim, location="form")
@blp.response(201, Receipt)
def make_claim(session: Session, form: dict[str, str]) -> Any:
    bucket = f"claim:{request.remote_addr}"
    take_token(session, bucket, capacity=CLAIMS_AT_ONCE, per_second=CLAIMS_PER_SECOND, now=now())
    if "photo" not in request.files:
        raise ClaimMalformed("Add the photo of the licence.")
    photo = request.files["photo"].stream.read(terms().largest_photo + 1)
    return {"receipt": use_cases.make_claim(session, form, photo=photo, now=now())}


@blp.route("/state", methods=["POST"])
@public_reads()
@blp.arguments(Receipt)
@blp.response(200, ClaimState)
def claim_state(session: Session, body: dict[str, str]) -> Any:
    return queries.claim_by_receipt(session, body["receipt"])


@blp.route("", methods=["GET"])
@reads("claim:review")
@blp.arguments(ClaimFilter, location="query")
@blp.response(200, ClaimPage)
def list_claims(session: Session, query: dict[str, Any]) -> Any:
    statement = queries.claims(principal(), state=query["state"])
    rows, following = page(session, statement, key=[claim.c.id], limit=query["limit"], cursor=query["cursor"])
    return {"items": [queries.shown_claim(session, row) for row in rows], "next_cursor": following}


@blp.route("/<id:claim_id>", methods=["GET"])
@reads("claim:review")
@blp.response(200, Claim)
def get_claim(session: Session, claim_id: str) -> Any:
    return queries.shown_claim(session, queries.claim_in_scope(session, principal(), claim_id))


@blp.route("/<id:claim_id>/photo", methods=["GET"])
@reads("claim:review")
@blp.response(200, content_type="image/jpeg")
def claim_photo(session: Session, claim_id: str) -> Response:
    found = queries.claim_in_scope(session, principal(), claim_id)
    kept = attachment_by_id(session, found.photo_id)
    response = Response(b"".join(content_of(session, kept)), mimetype=kept.media_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Content-Disposition"] = "inline"
    return response


@blp.route("/<id:claim_id>/approve", methods=["POST"])
@writes("claim:review")
@blp.response(200, Approved)
def approve_claim(session: Session, claim_id: str) -> Any:
    return {"account_id": use_cases.approve_claim(session, claim_id, decider=principal(), now=now())}


@blp.route("/<id:claim_id>/refuse", methods=["POST"])
@writes("claim:review")
@blp.arguments(Refusal)
@blp.response(204)
def refuse_claim(session: Session, body: dict[str, str], claim_id: str) -> Any:
    use_cases.refuse_claim(session, claim_id, reason=body["reason"], decider=principal(), now=now())
    return ""
