"""The audit trail: who did what, when, from where, with which result. Rows are only ever added.

``shared.security.chain`` links the rows afterwards, so that writers never wait for each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
import rfc8785
from sqlalchemy.orm import Session

from shared import context, ids
from shared.database.chassis import audit_entry

DONE = "done"
_NOTE = "audit note"
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFact:
    """One deed: ``entity`` is ``<noun>:<id>``, ``result`` is ``done`` or the code of the refusal.

    ``before`` and ``after`` are documents of which only the digest is kept; ``details`` hold no personal data.
    """

    subject: str
    action: str
    entity: str = ""
    result: str = DONE
    address: str = ""
    before: Document | None = None
    after: Document | None = None
    details: Document = field(default_factory=dict)


def record(session: Session, fact: AuditFact, *, now: datetime) -> str:
    """Add ``fact`` to the trail in the running transaction and return the entry's id."""
    entry_id = ids.new_id()
    row = {
        "id": entry_id,
        "at": now,
        "subject": fact.subject,
        "action": fact.action,
        "address": fact.address,
        "result": fact.result,
        "entity": fact.entity,
        "request_id": context.current().correlation_id,
        "before_digest": _digest_or_none(fact.before),
        "after_digest": _digest_or_none(fact.after),
        "details": dict(fact.details),
    }
    session.execute(audit_entry.insert(), row)
    return entry_id


@dataclass(slots=True)
class AuditNote:
    """What a use case knows about the deed beyond who, when and from where."""

    entity: str = ""
    subject: str = ""
    before: Document | None = None
    after: Document | None = None
    details: Document = field(default_factory=dict)


def begin_note(session: Session) -> AuditNote:
    """Return an empty note on which ``audit_note`` will write for the rest of the transaction."""
    note = session.info[_NOTE] = AuditNote()
    return note


def audit_note(
    session: Session,
    *,
    entity: str,
    before: Document | None = None,
    after: Document | None = None,
    details: Document | None = None,
    subject: str = "",
) -> None:
    """Say what the running request changes; its one audit entry will carry it.

    ``entity`` is ``<noun>:<id>``; ``subject`` only where the principal is not known yet (signing in).
    """
    note: AuditNote = session.info.setdefault(_NOTE, AuditNote())
    note.entity, note.subject = entity, subject
    note.before, note.after, note.details = before, after, details or {}


def digest(document: Document) -> str:
    """Return the SHA-256 of ``document`` in canonical JSON (RFC 8785), 64 hexadecimal digits."""
    plain = orjson.loads(orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS))
    return sha256(rfc8785.dumps(plain)).hexdigest()


def _digest_or_none(document: Document | None) -> str | None:
    return None if document is None else digest(document)
