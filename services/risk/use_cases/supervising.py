"""Dynamic supervision of levels 1 and 2, and the information code of an enterprise."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.risk.tables import information_code, risk_report, supervision
from services.risk.use_cases.adjusting import lock_enterprises
from shared.contracts.risk import InformationCodeIssued, InformationCodeRevoked
from shared.database.bulk import upsert_rows
from shared.errors import Conflict
from shared.events.outbox import publish
from shared.ids import new_id

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # 31 characters that nobody mixes up
TOKEN_LENGTH = 16


class NoCode(Conflict):
    code = "no_code"


def name_supervisors(
    session: Session, *, enterprise_id: str, officer: str, subdistrict_person: str, by: str, now: datetime
) -> None:
    """Note who watches over an enterprise of level 1 or 2, for the bureau and for the subdistrict."""
    row = {
        "enterprise_id": enterprise_id,
        "officer": officer,
        "subdistrict_person": subdistrict_person,
        "named_by": by,
        "named_at": now,
    }
    upsert_rows(session, supervision, [row], key=["enterprise_id"])


def file_report(session: Session, report: dict[str, Any], *, by: str, now: datetime) -> str:
    """Keep a risk report (``periodic``, or ``event`` about a new level-1 point) and return its id."""
    report_id = new_id()
    session.execute(insert(risk_report).values(id=report_id, reported_by=by, reported_at=now, **report))
    return report_id


def issue_code(session: Session, *, enterprise_id: str, by: str, now: datetime) -> str:
    """Give an enterprise a new random token, which replaces the one before, and return the code's id."""
    lock_enterprises(session, [enterprise_id])
    _revoke(session, enterprise_id, reason="reissued", by=by, now=now)
    code_id = new_id()
    session.execute(
        insert(information_code).values(
            id=code_id, enterprise_id=enterprise_id, token=new_token(), issued_by=by, issued_at=now
        )
    )
    publish(session, InformationCodeIssued(code_id=code_id, enterprise_id=enterprise_id), sequence=1, at=now)
    return code_id


def revoke_code(session: Session, *, enterprise_id: str, reason: str, by: str, now: datetime) -> None:
    """Let the printed code of an enterprise show nothing any more; raises ``NoCode``."""
    lock_enterprises(session, [enterprise_id])
    if not _revoke(session, enterprise_id, reason=reason, by=by, now=now):
        raise NoCode("This enterprise has no code that could be revoked.")


def new_token() -> str:
    """Return a random token with a check character; it says nothing about the enterprise."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(TOKEN_LENGTH))
    return body + check_character(body)


def check_character(body: str) -> str:
    """Return the character that makes the weighted sum of a token divisible by 31."""
    weighted = sum(ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(body))
    return ALPHABET[-weighted * pow(pow(3, len(body), 31), -1, 31) % 31]


def _revoke(session: Session, enterprise_id: str, *, reason: str, by: str, now: datetime) -> bool:
    columns = information_code.c
    active = (columns.enterprise_id == enterprise_id, columns.revoked_at.is_(None))
    code_id = session.scalar(select(columns.id).where(*active))
    if code_id is None:
        return False
    changes = {"revoked_by": by, "revoked_at": now, "revoked_reason": reason}
    session.execute(update(information_code).where(columns.id == code_id).values(**changes))
    publish(session, InformationCodeRevoked(code_id=code_id, enterprise_id=enterprise_id), sequence=2, at=now)
    return True
