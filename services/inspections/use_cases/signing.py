"""Sign a document: two officers, and the other side or its refusal; the last signature issues it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from sqlalchemy import Row, insert, update
from sqlalchemy.orm import Session

from services.inspections.domain.documents import (
    DRAWN,
    ISSUED,
    OFFICER,
    PIN,
    PRESENT,
    REFUSED,
    REPLACED,
    Kind,
    check_officer,
    check_present,
    event_of,
    given_of,
    is_complete,
)
from services.inspections.domain.routing import tier_of
from services.inspections.queries.documents import (
    hazards_of,
    officer_of,
    signatures_of,
    signed_by,
    verification_address,
)
from services.inspections.queries.papers import Proof, Signature, paper_of
from services.inspections.rules import tiers
from services.inspections.rules.documents import document_rules
from services.inspections.tables import document, document_signature
from services.inspections.use_cases.documents import (
    DocumentChanged,
    DocumentClosed,
    end_document,
    locked,
    locked_draft,
)
from services.inspections.use_cases.hazards import check_evidence, step_hazard
from shared.clock import business_date
from shared.machines import NotAllowed, Step, require
from shared.work.attachments import Taken, attachment_by_id, content_of, keep_attachment

PICTURES = ("image/png", "image/jpeg")
CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class Signing:
    """``place`` is officer or present; ``sha256`` that of the content that was read; ``post`` also a certificate."""

    place: str
    sha256: str
    method: str = DRAWN
    name: str = ""
    post: str = ""
    image_id: str = ""
    reason: str = ""
    witness: str = ""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who is signed in: an officer has no ``enterprise_id``; ``has_pin``: the own PIN was given a moment ago."""

    account_id: str
    name: str
    enterprise_id: str
    has_pin: bool


def sign_document(
    session: Session, document_id: str, signing: Signing, *, signer: Signer, public_url: str, now: datetime
) -> None:
    """Keep a signature, and issue the document with the last one; its file leads to ``public_url`` for who doubts it.

    Raises ``DocumentClosed``, ``DocumentChanged`` for another content than was read, ``NotAllowed``.
    """
    row, kind = locked_draft(session, document_id)
    if signing.sha256 != row.sha256:
        raise DocumentChanged("This document was changed after you read it: read it again.", version=row.version)
    signed = signed_by(signatures_of(session, document_id))
    if signing.place == OFFICER:
        officer = officer_of(session, signer.account_id)
        check_officer(document_rules(), officer, today=business_date(now), signed=signed)
    else:
        check_present(kind, method=signing.method, reason=signing.reason, signed=signed)
    kept = _kept(session, row, signing, signer=signer)
    position = len(signed) + 1
    values = {"document_id": document_id, "position": position, "place": signing.place, "sha256": row.sha256, "at": now}
    session.execute(insert(document_signature).values(**values, **kept, account_id=signer.account_id))
    if is_complete(document_rules(), kind, signed=signed_by(signatures_of(session, document_id))):
        _issue(session, row, kind, public_url=public_url, now=now)
    else:
        session.execute(update(document).where(document.c.id == row.id).values(version=row.version + 1))


def _kept(session: Session, row: Row[Any], signing: Signing, *, signer: Signer) -> dict[str, Any]:
    """Return the signature as it is kept; raises ``NotAllowed`` for one without proof or name.

    Who has an account signs under its name; an officer writes down who else stands there.
    """
    is_own = signing.place == OFFICER or bool(signer.enterprise_id)
    name = signer.name if is_own else signing.name.strip()
    if signing.method == REFUSED:
        refuses = signing.place == PRESENT and not signer.enterprise_id
        require(refuses, NotAllowed("officers_only", "Only an officer records that somebody refuses to sign."))
        return {**_words(signing), "name": name, "image_id": None}
    require(bool(name), NotAllowed("name_missing", "Write the name of who signs.", field="name"))
    is_by_pin = signing.method == PIN and signer.has_pin
    require(is_by_pin or bool(signing.image_id), NotAllowed("signature_missing", "Sign with your finger or your PIN."))
    if signing.image_id:
        check_evidence(session, [signing.image_id], owner=row.enterprise_id)
        is_picture = attachment_by_id(session, signing.image_id).media_type in PICTURES
        require(is_picture, NotAllowed("signature_missing", "A signature is a PNG or JPEG picture."))
    words = _words(signing) | {"reason": "", "witness": "", "method": PIN if is_by_pin else DRAWN}
    return {**words, "name": name, "image_id": signing.image_id or None}


def _words(signing: Signing) -> dict[str, str]:
    return {name: getattr(signing, name).strip() for name in ("method", "post", "reason", "witness")}


def _issue(session: Session, row: Row[Any], kind: Kind, *, public_url: str, now: datetime) -> None:
    """Let the document count: its step is taken with each hazard, its file is kept, what it replaces ends."""
    signatures = signatures_of(session, row.id)
    officers = [one.account_id for one in signatures if one.place == OFFICER]
    if row.replaces:
        _end_replaced(session, row, by=officers[0], now=now)
    elif event := event_of(kind, row.content["fields"]):
        roles = document_rules().officer_roles
        given = given_of(kind, row.content["fields"], number=row.number, officers=officers) | {"document_id": row.id}
        step = Step(event, officers[0], tier_of(tiers(), roles), now, given, roles)
        for hazard_id in hazards_of(session, row.id):
            step_hazard(session, hazard_id, step=step)
    proof = Proof(row.sha256, row.code, verification_address(public_url, row.code))
    drawn = _drawn(session, signatures)
    file = paper_of(kind, row.content, signatures=drawn, proof=proof, at=now)
    taken = Taken(author=officers[0], taken_at=now)
    stored = keep_attachment(session, BytesIO(file), owner=row.enterprise_id, taken=taken, now=now)
    issued = {"state": ISSUED, "version": row.version + 1, "issued_at": now}
    kept = {"attachment_id": stored.id, "file_sha256": stored.sha256}
    session.execute(update(document).where(document.c.id == row.id).values(**issued, **kept))


def _end_replaced(session: Session, row: Row[Any], *, by: str, now: datetime) -> None:
    old = locked(session, row.replaces)
    if old.state != ISSUED:
        raise DocumentClosed("What this corrects does not count any more: void it.", state=old.state)
    end_document(session, old, state=REPLACED, reason=CORRECTED, by=by, now=now)


def _drawn(session: Session, signatures: Sequence[Row[Any]]) -> list[Signature]:
    return [
        Signature(
            **{name: getattr(one, name) for name in ("place", "name", "post", "method", "reason", "witness", "at")},
            image=_picture(session, one.image_id),
        )
        for one in signatures
    ]


def _picture(session: Session, image_id: str | None) -> bytes:
    return b"".join(content_of(session, attachment_by_id(session, image_id))) if image_id else b""
