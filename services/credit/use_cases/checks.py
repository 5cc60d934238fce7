"""Answer who asks about subjects: signed, with a receipt, and written down in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import orjson
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.jwk import OKPKey
from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.credit.domain.checks import answer_about, codes_asked, told_to
from services.credit.queries.checks import subjects_by_code, subjects_by_name
from services.credit.rules import measure_rules
from services.credit.tables import check_receipt
from shared.clock import business_date
from shared.ids import new_id
from shared.security.audit import audit_note, digest
from shared.security.keys import derive_key, key_id, secret_of

ALGORITHM = "Ed25519"
ANSWER_KEY = "check answers"
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks for which agency (empty: the bureau) and purpose.

    ``granted``: for which purposes it may (None: any), ``fields``: what it may be told (None: everything).
    """

    by: str
    purpose: str
    now: datetime
    granted: frozenset[str] | None = None
    fields: frozenset[str] | None = None
    agency_id: str = ""


def check_code(session: Session, code: str, *, asked: Question) -> Document:
    """Return the signed answer about one credit code; raises ``PurposeUnknown``, ``PurposeNotGranted``."""
    rules = measure_rules()
    rules.require_purpose(asked.purpose, granted=asked.granted)
    (subject,) = subjects_by_code(session, [code], today=business_date(asked.now))
    answer = answer_about(subject, purpose=asked.purpose, rules=rules)
    return _answered(session, answer, kind="code", asked=asked, counted=(1, int(answer["hit"])))


def check_codes(session: Session, codes: Sequence[str], *, asked: Question) -> Document:
    """Return one signed answer about up to 1,000 codes, each once and in their order; raises also ``TooManyCodes``."""
    rules = measure_rules()
    rules.require_purpose(asked.purpose, granted=asked.granted)
    subjects = subjects_by_code(session, codes_asked(codes), today=business_date(asked.now))
    answers = [answer_about(one, purpose=asked.purpose, rules=rules) for one in subjects]
    return _answered(session, {"answers": answers}, kind="batch", asked=asked, counted=_counted(answers))


def check_name(session: Session, name: str, *, asked: Question) -> Document:
    """Return the signed answers about up to 20 subjects whose name holds ``name``."""
    rules = measure_rules()
    rules.require_purpose(asked.purpose, granted=asked.granted)
    subjects = subjects_by_name(session, name, today=business_date(asked.now))
    answers = [answer_about(one, purpose=asked.purpose, rules=rules) for one in subjects]
    return _answered(session, {"asked": name, "answers": answers}, kind="name", asked=asked, counted=_counted(answers))


def _counted(answers: Sequence[Document]) -> tuple[int, int]:
    return len(answers), sum(one["hit"] for one in answers)


def _answered(session: Session, answer: Document, *, kind: str, asked: Question, counted: tuple[int, int]) -> Document:
    """Complete, sign and keep an answer; the audit entry of the request names its receipt and its digest."""
    receipt_id, (count, hits) = new_id(), counted
    about = {"purpose": asked.purpose, "answered_at": asked.now.isoformat(), "receipt_id": receipt_id}
    told = told_to({**answer, **about}, fields=asked.fields)
    proof = digest(told)
    row = {"id": receipt_id, "at": asked.now, "by": asked.by, "agency_id": asked.agency_id}
    kept = {
        **row,
        "purpose": asked.purpose,
        "kind": kind,
        "asked": count,
        "hits": hits,
        "digest": proof,
        "answer": told,
    }
    session.execute(insert(check_receipt).values(**kept))
    details = {name: kept[name] for name in ("agency_id", "purpose", "kind", "asked", "hits", "digest")}
    audit_note(session, entity=f"check:{receipt_id}", details=details)
    signature = {"signature": sign_answer(secret_of(session), told)}
    return {**told, **told_to(signature, fields=asked.fields)}


def sign_answer(secret: bytes, answer: Document) -> str:
    """Return the detached signature (RFC 7515 appendix F) over ``answer`` in canonical JSON (RFC 8785)."""
    key = answer_key(secret)
    header, _, signature = jws.serialize_compact(
        {"alg": ALGORITHM, "kid": key.kid}, canonical(answer), key, algorithms=[ALGORITHM]
    ).split(".")
    return f"{header}..{signature}"


def canonical(answer: Document) -> bytes:
    """Return an answer without its signature as bytes that are the same everywhere (RFC 8785)."""
    plain = {name: value for name, value in answer.items() if name != "signature"}
    return rfc8785.dumps(orjson.loads(orjson.dumps(plain)))


@cache
def answer_key(secret: bytes) -> OKPKey:
    """Return the key that signs answers: of its own, and the same as long as the installation lives."""
    private = Ed25519PrivateKey.from_private_bytes(derive_key(secret, ANSWER_KEY))
    name = key_id(private.public_key().public_bytes_raw())
    return OKPKey.import_key(private, {"kid": name, "use": "sig", "alg": ALGORITHM})


def published_keys(secret: bytes) -> Document:
    """Return the public keys by which anybody proves an answer (RFC 7517)."""
    return {"keys": [answer_key(secret).as_dict(private=False)]}
