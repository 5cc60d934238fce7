"""Reports from the public: a receipt at once, a visible status, and an officer's decision."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, update
from sqlalchemy.orm import Session

from services.inspections.queries.enterprises import held_id
from services.inspections.rules.reading import table
from services.inspections.tables import public_report
from shared.calendar import add_working_days
from shared.clock import business_date
from shared.contracts.inspections import ReportReceived, ReportSubstantiated
from shared.errors import Conflict, Refused
from shared.events.outbox import publish
from shared.ids import new_id

RECEIVED, SUBSTANTIATED, UNFOUNDED = "received", "substantiated", "unfounded"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
RECEIPT_LENGTH = 12


class ReportDecided(Conflict):
    code = "report_decided"


class EnterpriseMissing(Refused):
    code = "enterprise_missing"


def receive_report(session: Session, told: dict[str, Any], *, now: datetime) -> str:
    """Keep what somebody reports (``subject``, ``description``, ``place``) and return its receipt."""
    receipt, report_id = new_receipt(), new_id()
    about = held_id(session, told["enterprise_id"]) if told["enterprise_id"] else None
    answer_days = table("reports.toml")["reports"]["answer_working_days"]
    session.execute(
        insert(public_report).values(
            id=report_id,
            receipt=receipt,
            state=RECEIVED,
            version=1,
            received_at=now,
            expected_on=add_working_days(business_date(now), answer_days),
            reply="",
            **(told | {"enterprise_id": about}),
        )
    )
    publish(session, ReportReceived(report_id=report_id, enterprise_id=about or ""), sequence=1, at=now)
    return receipt


def decide_report(session: Session, row: Row[Any], decision: dict[str, Any], *, by: str, now: datetime) -> None:
    """Say whether a report is true and which enterprise it is about; raises ``ReportDecided``, ``EnterpriseMissing``.

    ``decision``: ``is_substantiated``, ``enterprise_id`` (or None) and ``reply``, which the reporter can read.
    """
    enterprise_id = decision["enterprise_id"] or row.enterprise_id
    if decision["is_substantiated"] and not enterprise_id:
        raise EnterpriseMissing("Name the enterprise that the report turned out to be about.", field="enterprise_id")
    enterprise_id = held_id(session, enterprise_id) if enterprise_id else enterprise_id
    state = SUBSTANTIATED if decision["is_substantiated"] else UNFOUNDED
    changes = {"enterprise_id": enterprise_id, "reply": decision["reply"], "decided_by": by, "decided_at": now}
    waiting = (public_report.c.id == row.id, public_report.c.state == RECEIVED)
    done: Any = session.execute(update(public_report).where(*waiting).values(state=state, version=2, **changes))
    if not done.rowcount:
        raise ReportDecided("This report has been decided already.", state=row.state)
    if state == SUBSTANTIATED:
        publish(session, ReportSubstantiated(report_id=row.id, enterprise_id=enterprise_id), sequence=2, at=now)


def new_receipt() -> str:
    """Return a random receipt number that nobody can guess and everybody can read out."""
    return "".join(secrets.choice(ALPHABET) for _ in range(RECEIPT_LENGTH))
