"""Keep what makes a grade better: what officers attest with a document, and the standardisation as risk tells."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.credit.domain.attestations import (
    Attestation,
    AttestationEnded,
    check_attestation,
    check_not_doubled,
)
from services.credit.domain.ratings import STANDARDISED
from services.credit.queries.attestations import has_level
from services.credit.queries.enterprises import present_id
from services.credit.rules.ratings import attested_kinds
from services.credit.tables import attestation, enterprise, standardisation
from services.credit.use_cases.enterprises import newest
from services.credit.use_cases.ratings import rate_again, rate_enterprises
from shared.clock import business_date
from shared.contracts.risk import EnterpriseStandardised
from shared.database.bulk import upsert_rows
from shared.events.received import Received
from shared.ids import new_id


def attest(session: Session, told: Attestation, *, by: str, now: datetime) -> str:
    """Record what a document shows of an enterprise, rate it anew, and return the attestation's id.

    Raises ``NotAllowed`` for what cannot be, ``AttestedAlready``.
    """
    entry, columns = enterprise.c.enterprise_id, attestation.c
    session.execute(select(entry).where(entry == told.enterprise_id).with_for_update()).all()  # one at a time
    kind, is_known = attested_kinds()[told.kind], has_level(session, told.enterprise_id)
    check_attestation(kind, told, has_level=is_known, today=business_date(now))
    same = (columns.enterprise_id == told.enterprise_id, columns.kind == told.kind, columns.ended_at.is_(None))
    rows = session.execute(select(columns.since, columns.until).where(*same)).all()
    check_not_doubled(told, [(row.since, row.until) for row in rows])
    attestation_id = new_id()
    values = {name: getattr(told, name) for name in told.__slots__}
    kept = {"recorded_by": by, "recorded_at": now, "ended_by": "", "ended_because": ""}
    session.execute(insert(attestation).values(id=attestation_id, **values, **kept))
    rate_enterprises(session, [told.enterprise_id], now=now)
    return attestation_id


def end_attestation(session: Session, attestation_id: str, *, reason: str, by: str, now: datetime) -> None:
    """Let an attestation count no more, as when an honour was taken back; raises ``AttestationEnded``."""
    row = session.execute(select(attestation).where(attestation.c.id == attestation_id).with_for_update()).one()
    if row.ended_at is not None:
        raise AttestationEnded("This has been ended already.")
    ended = {"ended_by": by, "ended_at": now, "ended_because": reason}
    session.execute(update(attestation).where(attestation.c.id == attestation_id).values(**ended))
    rate_enterprises(session, [row.enterprise_id], now=now)


def keep_standardisations(
    session: Session, received: Sequence[Received[EnterpriseStandardised]], *, now: datetime
) -> None:
    """Keep which standardisation levels are confirmed, and rate anew who has one or a grade."""
    rows = [
        {
            "enterprise_id": one.subject,
            "sequence": one.sequence,
            "level": one.data.level,
            "confirmed_on": date.fromisoformat(one.data.confirmed_on) if one.data.confirmed_on else None,
        }
        for one in newest(received)
        if present_id(session, one.subject) == one.subject  # of a merged entry risk tells about the one that stays
    ]
    upsert_rows(session, standardisation, rows, key=["enterprise_id"], newer="sequence")
    levelled = [row["enterprise_id"] for row in rows if row["level"] in STANDARDISED]
    rate_enterprises(session, levelled, now=now)
    rate_again(session, {str(row["enterprise_id"]) for row in rows} - set(levelled), now=now)
