"""``Idempotency-Key``: a client that lost the answer may send the same request again; it takes effect once.

Effect, key and answer are one transaction. Only successes are kept: a refused request has changed nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import IO

from flask import Response, request
from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.orm import Session

from shared.database.chassis import idempotency_key
from shared.errors import Conflict, Refused
from shared.work.retention import KEEP_IDEMPOTENCY_KEYS

HEADER = "Idempotency-Key"
KEPT_HEADERS = ("Content-Type", "ETag", "Location")
IDENTITY = ("principal", "method", "path", "key")
CHUNK = 1 << 20
_KEY_SHAPE = re.compile(r"[\x21-\x7e]{8,128}")


class KeyMalformed(Refused):
    code = "idempotency_key_malformed"


class KeyReused(Refused):
    code = "idempotency_key_reused"


class RequestInProgress(Conflict):
    code = "request_in_progress"


@dataclass(frozen=True, slots=True)
class Claim:
    """One request that wants to take effect once."""

    principal: str
    method: str
    path: str
    key: str
    body_hash: str


def claim_of_request(subject: str) -> Claim | None:
    """Return the claim of the running request, or ``None`` without a key; raises ``KeyMalformed``."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not _KEY_SHAPE.fullmatch(key):
        raise KeyMalformed("Send 8 to 128 visible ASCII characters as Idempotency-Key, such as a UUID.")
    return Claim(subject, request.method, request.path, key, _body_hash())


def earlier_answer(session: Session, claim: Claim, *, now: datetime) -> Response | None:
    """Return the answer of an equal request of the last 24 hours, or ``None`` when this is the first.

    Raises ``KeyReused`` when the body differs and ``RequestInProgress`` while the first one is still running.
    """
    _lock(session, claim)
    session.execute(
        delete(idempotency_key).where(_is(claim), idempotency_key.c.created_at < now - KEEP_IDEMPOTENCY_KEYS)
    )
    kept = session.execute(select(idempotency_key).where(_is(claim))).one_or_none()
    if kept is None:
        return None
    if kept.body_hash != claim.body_hash:
        raise KeyReused("This Idempotency-Key was used with another body: use a new key.")
    return Response(kept.body, kept.status, {**kept.headers, "Idempotent-Replayed": "true"})


def keep_answer(session: Session, claim: Claim, answer: Response, *, now: datetime) -> None:
    """Store ``answer`` as the one that a repetition of the request gets."""
    session.execute(
        idempotency_key.insert().values(
            **asdict(claim),
            status=answer.status_code,
            headers={name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers},
            body=answer.get_data(),
            created_at=now,
        )
    )


def _is(claim: Claim) -> ColumnElement[bool]:
    return and_(*(idempotency_key.c[name] == getattr(claim, name) for name in IDENTITY))


def _lock(session: Session, claim: Claim) -> None:
    """Keep a second equal request out; on SQLite the write transaction itself already does."""
    if session.get_bind().dialect.name != "postgresql":
        return
    name = f"{claim.principal}\n{claim.method}\n{claim.path}\n{claim.key}"
    is_mine = session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtextextended(name, 0))))
    if not is_mine:
        raise RequestInProgress("The first request with this key is still running: try again in a moment.")


def _body_hash() -> str:
    """Digest what the client means: a multipart body by its parts, because its boundary is random."""
    total = sha256()
    for piece in _multipart_pieces() if request.mimetype == "multipart/form-data" else [request.get_data()]:
        total.update(piece)
    return total.hexdigest()


def _multipart_pieces() -> Iterator[bytes]:
    for name, text in sorted(request.form.items(multi=True)):
        yield f"{name}={text}\0".encode()
    for name, upload in sorted(request.files.items(multi=True), key=lambda part: part[0]):
        yield f"{name}:{upload.filename}\0".encode()
        yield from _chunks(upload.stream)


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk
    stream.seek(0)
