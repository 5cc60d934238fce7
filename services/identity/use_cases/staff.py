"""What counts of a person now — licence, absence — and telling the others when it changes."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session

from services.identity.domain.staff import AbsenceNotFound, Standing, check_absence, standing_at
from services.identity.tables import absence, account
from shared.contracts.identity import AccountDisabled, StaffChanged
from shared.database.bulk import upsert_rows
from shared.database.chassis import token_deny
from shared.events.outbox import publish
from shared.ids import new_id
from shared.security.audit import audit_note
from shared.work.timers import cancel, schedule

TIMER = "standing"


def enter_absence(
    session: Session, found: Row[Any], *, starts_at: datetime, ends_at: datetime, entered_by: str, now: datetime
) -> str:
    """Enter an absence of the account's owner and return its id; it takes effect by itself when it begins.

    Raises ``AbsenceMalformed``.
    """
    check_absence(starts_at, ends_at, now=now)
    row = {"id": new_id(), "account_id": found.id, "starts_at": starts_at, "ends_at": ends_at}
    session.execute(insert(absence), {**row, "entered_by": entered_by})
    period = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
    audit_note(session, entity=f"account:{found.id}", details={"absence": period})
    review_standing(session, found, now=now)
    return str(row["id"])


def end_absence(session: Session, found: Row[Any], absence_id: str, *, now: datetime) -> None:
    """End an absence now, or take it back when it has not begun; raises ``AbsenceNotFound``."""
    is_it = (absence.c.id == absence_id) & (absence.c.account_id == found.id) & (absence.c.ends_at > now)
    planned = session.execute(select(absence).where(is_it)).one_or_none()
    if planned is None:
        raise AbsenceNotFound("There is no such absence that is not over yet.")
    if planned.starts_at >= now:
        session.execute(delete(absence).where(absence.c.id == absence_id))
    else:
        session.execute(update(absence).where(absence.c.id == absence_id).values(ends_at=now))
    audit_note(session, entity=f"account:{found.id}", details={"ended_absence": absence_id})
    review_standing(session, found, now=now)


def review_standing(session: Session, found: Row[Any], *, now: datetime) -> None:
    """Let what counts of the person follow the time: told to the others at once, old tokens replaced."""
    standing = plan_standing(session, found.id, licence_valid_until=found.licence_valid_until, now=now)
    if (standing.is_absent, standing.is_licence_expired) == (found.is_absent, found.is_licence_expired):
        return
    values = {"is_absent": standing.is_absent, "is_licence_expired": standing.is_licence_expired}
    change_row(session, found, values, now=now)
    if standing.is_licence_expired != found.is_licence_expired:
        supersede_tokens(session, found.id, version=found.version + 1, now=now)
    tell_staff(session, found.id, now=now)


def plan_standing(session: Session, account_id: str, *, licence_valid_until: str, now: datetime) -> Standing:
    """Return what counts of the person at ``now`` and set the timer for when that changes by itself.

    Raises ``LicenceDateMalformed``.
    """
    periods = session.execute(select(absence.c.starts_at, absence.c.ends_at).where(absence.c.account_id == account_id))
    pairs = [(begin, end) for begin, end in periods]
    standing = standing_at(now, absences=pairs, licence_valid_until=licence_valid_until)
    if standing.changes_at is None:
        cancel(session, TIMER, account_id)
    else:
        schedule(session, TIMER, account_id, due_at=standing.changes_at)
    return standing


def change_row(session: Session, found: Row[Any], values: Mapping[str, Any], *, now: datetime) -> None:
    """Write ``values`` into the locked account as its next version."""
    session.execute(
        update(account).where(account.c.id == found.id).values(**values, version=found.version + 1, updated_at=now)
    )


def supersede_tokens(session: Session, account_id: str, *, version: int, now: datetime) -> None:
    """Let tokens from before now count no more, here at once and elsewhere by event; a renewed one counts."""
    deny_tokens(session, account_id, denied_at=now, lifted_at=now, sequence=version)
    publish(session, AccountDisabled(subject=account_id, is_denied=False), sequence=version, at=now)


def deny_tokens(
    session: Session, subject: str, *, denied_at: datetime, sequence: int, lifted_at: datetime | None = None
) -> None:
    """Let the tokens of an account, client or session count no more here, or only those issued since ``lifted_at``."""
    row = {"subject": subject, "denied_at": denied_at, "lifted_at": lifted_at, "sequence": sequence}
    upsert_rows(session, token_deny, [row], key=["subject"], newer="sequence")


def renew_rights(session: Session, found: Row[Any], values: Mapping[str, Any], *, now: datetime) -> None:
    """Write ``values`` into the locked account, let tokens from before count no more, and tell of it."""
    change_row(session, found, values, now=now)
    supersede_tokens(session, found.id, version=found.version + 1, now=now)
    tell_staff(session, found.id, now=now)


def tell_staff(session: Session, account_id: str, *, now: datetime) -> None:
    """Publish the present state of the account."""
    row = session.execute(select(account).where(account.c.id == account_id)).one()
    publish(session, staff_changed(row), sequence=row.version, at=now)


def staff_changed(row: Any) -> StaffChanged:
    """Return the state event of one account row."""
    return StaffChanged(
        account_id=row.id,
        roles=tuple(row.roles),
        divisions=tuple(row.divisions),
        grids=tuple(row.grids),
        skills=tuple(row.skills),
        enterprise_id=row.enterprise_id,
        intermediary_id=row.intermediary_id,
        licence_valid_until=row.licence_valid_until,
        is_licence_expired=row.is_licence_expired,
        is_absent=row.is_absent,
        is_enabled=row.is_enabled,
        username_digest=sha256(row.username.encode()).hexdigest(),
    )
