"""credit/ratings: the credit grade of the bureau's own oversight, explained, and what is attested for it."""

from typing import Any

from services.credit.domain.attestations import Attestation as Told
from services.credit.queries import attestations as attested
from services.credit.queries import ratings as reading
from services.credit.queries.enterprises import visible_enterprise
from services.credit.rules.ratings import attested_kinds
from services.credit.schemas.ratings import (
    Attestation,
    AttestationEnd,
    AttestationList,
    AttestationQuery,
    AttestedKinds,
    CreditRatingList,
    ExplainedRating,
    NewAttestation,
    RatingFigureQuery,
    RatingFigures,
    RatingQuery,
)
from services.credit.tables import attestation, rating
from services.credit.use_cases import attestations
from shared.clock import business_date
from shared.database import Session
from shared.http import Blueprint, as_text, audit_note, listed, now, page, paging_of, principal, reads, writes

blp = Blueprint("ratings", __name__, url_prefix="/api/v1/credit", description="Credit grades")


@blp.route("/ratings", methods=["GET"])
@reads("credit:oversee")
@blp.arguments(RatingQuery, location="query")
@blp.response(200, CreditRatingList)
def list_ratings(session: Session, query: dict[str, Any]) -> Any:
    """The grades of the enterprises of the own area of whom something is recorded."""
    paging = paging_of(query)
    wanted = reading.ratings(principal(), wanted=query)
    rows, next_cursor = page(session, wanted, key=[rating.c.enterprise_id], **paging)
    return {"items": rows, "next_cursor": next_cursor}


@blp.route("/ratings/figures", methods=["GET"])
@reads("credit:oversee")
@blp.arguments(RatingFigureQuery, location="query")
@blp.response(200, RatingFigures)
def show_rating_figures(session: Session, query: dict[str, Any]) -> Any:
    """How many enterprises of the own area have each grade."""
    return {"items": reading.rating_figures(session, principal(), wanted=query)}


@blp.route("/ratings/<id:enterprise_id>", methods=["GET"])
@reads("credit:oversee")
@blp.response(200, ExplainedRating)
def show_rating(session: Session, enterprise_id: str) -> Any:
    """The grade of an enterprise today with every reason, and the rows behind each number."""
    row = visible_enterprise(session, principal(), enterprise_id)
    return reading.explained_rating(session, row, today=business_date(now()))


@blp.route("/attestations/table", methods=["GET"])
@reads("credit:oversee")
@blp.response(200, AttestedKinds)
def show_attested_kinds(_session: Session) -> Any:
    """What may be attested of an enterprise."""
    names = ("lasts", "counts", "needs_level")
    kinds = attested_kinds().values()
    return {"items": [{**_words(one), **{name: getattr(one, name) for name in names}} for one in kinds]}


@blp.route("/attestations", methods=["GET"])
@reads("credit:oversee")
@blp.arguments(AttestationQuery, location="query")
@blp.response(200, AttestationList)
def list_attestations(session: Session, query: dict[str, Any]) -> Any:
    """What officers attested of the enterprises of the own area, the newest first."""
    paging = paging_of(query)
    wanted = attested.attestations(principal(), wanted=as_text(query))
    return listed(session, wanted, view=attested.attestation_view, key=[attestation.c.id], descending=True, **paging)


@blp.route("/attestations", methods=["POST"])
@writes("credit:write")
@blp.arguments(NewAttestation)
@blp.response(201, Attestation)
def attest(session: Session, body: dict[str, Any]) -> Any:
    """Record what a document shows of an enterprise and no other service knows."""
    firm = visible_enterprise(session, principal(), str(body["enterprise_id"]))
    told = Told(**{**body, "enterprise_id": firm.enterprise_id})
    return _attested(session, attestations.attest(session, told, by=principal().subject, now=now()))


@blp.route("/attestations/<id:attestation_id>/end", methods=["POST"])
@writes("credit:write")
@blp.arguments(AttestationEnd)
@blp.response(200, Attestation)
def end_attestation(session: Session, body: dict[str, Any], attestation_id: str) -> Any:
    """Let an attestation count no more: taken back, or recorded by mistake."""
    attested.visible_attestation(session, principal(), attestation_id)
    reason = body["reason"]
    attestations.end_attestation(session, attestation_id, reason=reason, by=principal().subject, now=now())
    return _attested(session, attestation_id)


def _attested(session: Session, attestation_id: str) -> Any:
    shown = attested.attestation_view(attested.visible_attestation(session, principal(), attestation_id))
    details = {name: str(shown[name] or "") for name in ("kind", "document", "until", "ended_because")}
    audit_note(session, entity=f"attestation:{attestation_id}", details=details)
    return shown


def _words(kind: Any) -> dict[str, str]:
    return {name: getattr(kind.words, name) for name in ("id", "zh", "en")}
