"""Makes the audit trail tamper-evident: a hash chain over its rows, sealed with a signature every hour.

Rows are linked after the fact by the one worker that runs the timer, so that writers never wait for each other.
A seal names the head of the chain; kept outside the database (it is logged) it proves truncation too.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import rfc8785
import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from shared.database import Database
from shared.database.bulk import insert_rows
from shared.database.chassis import audit_entry, audit_link, audit_seal
from shared.security.keys import derive_key, key_id

GENESIS = "0" * 64
LATE = timedelta(hours=24)  # how much older than the newest linked row an unlinked one may be
ROWS_AT_ONCE = 1000

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Verdict:
    """What ``verify`` found: entries changed or removed, numbers missing in the chain, seals that do not fit."""

    linked: int = 0
    unlinked: int = 0
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    missing_links: list[int] = field(default_factory=list)
    broken_seals: list[int] = field(default_factory=list)

    @property
    def is_valid(self) -> bool:
        """Whether nothing was tampered with; rows that wait for their link are not a fault."""
        return not (self.changed or self.removed or self.missing_links or self.broken_seals)


def link_entries(session: Session, *, most: int = ROWS_AT_ONCE) -> int:
    """Append up to ``most`` entries that have no link yet to the chain and return how many."""
    head = _head(session)
    seq, last_hash = (head.seq, head.hash) if head else (0, GENESIS)
    links = []
    for entry in session.execute(_unlinked(head).limit(most)):
        seq, last_hash = seq + 1, _link_hash(last_hash, entry)
        links.append({"seq": seq, "audit_id": entry.id, "hash": last_hash})
    insert_rows(session, audit_link, links)
    return len(links)


def seal_head(session: Session, secret: bytes, *, now: datetime) -> None:
    """Sign the head of the chain, unless it is sealed already, and log the seal to be kept elsewhere."""
    head = _head(session)
    if head is None or head.is_sealed:
        return
    key = _seal_key(secret)
    seal = {
        "seq": head.seq,
        "hash": head.hash,
        "key_id": key_id(key.public_key().public_bytes_raw()),
        "signature": key.sign(_seal_text(head)).hex(),
    }
    session.execute(audit_seal.insert(), {**seal, "sealed_at": now})
    log.info("audit trail sealed", **seal)


def verify(database: Database, secret: bytes) -> Verdict:
    """Walk the whole chain and return what does not fit; memory stays flat in the number of rows."""
    verdict = Verdict()
    with database.reading() as session:
        _check_links(session, verdict)
        _check_seals(session, verdict, _seal_key(secret).public_key())
        entries = session.scalar(select(func.count()).select_from(audit_entry)) or 0
    verdict.unlinked = entries - (verdict.linked - len(verdict.removed))
    return verdict


def _check_links(session: Session, verdict: Verdict) -> None:
    links = select(audit_link.c.seq, audit_link.c.audit_id, audit_link.c.hash, audit_entry).outerjoin(
        audit_entry, audit_entry.c.id == audit_link.c.audit_id
    )
    seq, last_hash = 0, GENESIS
    for link in session.execute(links.order_by(audit_link.c.seq)).yield_per(ROWS_AT_ONCE):
        is_next = link.seq == seq + 1
        if not is_next:
            verdict.missing_links.append(seq + 1)
        if link.id is None:
            verdict.removed.append(link.audit_id)
        elif is_next and _link_hash(last_hash, link) != link.hash:
            verdict.changed.append(link.audit_id)
        seq, last_hash = link.seq, link.hash
        verdict.linked += 1


def _check_seals(session: Session, verdict: Verdict, key: Ed25519PublicKey) -> None:
    sealed = select(audit_seal, audit_link.c.hash.label("link_hash")).outerjoin(
        audit_link, audit_link.c.seq == audit_seal.c.seq
    )
    for seal in session.execute(sealed.order_by(audit_seal.c.seq)).yield_per(ROWS_AT_ONCE):
        if seal.hash != seal.link_hash or not _is_signed(seal, key):
            verdict.broken_seals.append(seal.seq)


def _is_signed(seal: Row[Any], key: Ed25519PublicKey) -> bool:
    try:
        key.verify(bytes.fromhex(seal.signature), _seal_text(seal))
    except (InvalidSignature, ValueError):
        return False
    return True


def _head(session: Session) -> Row[Any] | None:
    """Return the last link with the moment of its entry and whether it is sealed."""
    return session.execute(
        select(audit_link, audit_entry.c.at, audit_seal.c.seq.is_not(None).label("is_sealed"))
        .outerjoin(audit_entry, audit_entry.c.id == audit_link.c.audit_id)
        .outerjoin(audit_seal, audit_seal.c.seq == audit_link.c.seq)
        .order_by(audit_link.c.seq.desc())
        .limit(1)
    ).one_or_none()


def _unlinked(head: Row[Any] | None) -> Select[Any]:
    """Select entries without a link, oldest first; those of long ago are linked, so they are not looked at."""
    is_linked = select(audit_link.c.seq).where(audit_link.c.audit_id == audit_entry.c.id).exists()
    waiting = select(audit_entry).where(~is_linked).order_by(audit_entry.c.at, audit_entry.c.id)
    if head is None or head.at is None:
        return waiting
    return waiting.where(audit_entry.c.at >= head.at - LATE)


def _link_hash(last_hash: str, entry: Row[Any]) -> str:
    columns = {column.name: getattr(entry, column.name) for column in audit_entry.c}
    text = rfc8785.dumps({**columns, "at": columns["at"].isoformat()})
    return sha256(last_hash.encode() + text).hexdigest()


def _seal_key(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(derive_key(secret, "audit seal"))


def _seal_text(link: Row[Any]) -> bytes:
    return f"sise audit seal\n{link.seq}\n{link.hash}".encode()
