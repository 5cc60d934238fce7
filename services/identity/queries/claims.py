"""Reads of claims, members and invitations; the area of the reader is part of each query."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import Session

from services.identity.domain.claims import ClaimNotFound, EnterpriseUnknown, InvitationUnusable, is_usable
from services.identity.tables import account, claim, invitation, known_enterprise, merged_enterprise
from shared.security.personal import mask_phone, vault_of
from shared.security.principal import Principal
from shared.security.scope import in_scope

CLAIM_NAME, CLAIM_MOBILE = "claim.name", "claim.mobile"
NOTE_FIELD = "invitation.note"
NAME_FIELD = "account.name"


def claims(reader: Principal, *, state: str) -> Select[Any]:
    """Select the claims of enterprises in the reader's area, with the enterprise's name and code."""
    known = known_enterprise.c
    statement = select(claim, known.name.label("enterprise_name"), known.uscc, known.division, known.grid)
    statement = statement.join(known_enterprise, known.enterprise_id == claim.c.enterprise_id)
    inside = in_scope(reader, division=known.division, grid=known.grid, enterprise_id=known.enterprise_id)
    return statement.where(inside, claim.c.state == state) if state else statement.where(inside)


def claim_in_scope(session: Session, reader: Principal, claim_id: str) -> Row[Any]:
    """Return one claim; raises ``ClaimNotFound`` when there is none in the reader's area."""
    found = session.execute(claims(reader, state="").where(claim.c.id == claim_id)).one_or_none()
    if found is None:
        raise ClaimNotFound("There is no such claim in your area.")
    return found


def shown_claim(session: Session, row: Row[Any]) -> dict[str, Any]:
    """Return a claim for its reviewer: the name in full (it is compared with the licence), the mobile masked."""
    vault = vault_of(session)
    mobile = vault.decrypt(row.sealed_mobile, field=CLAIM_MOBILE)
    return {
        **row._mapping,
        "name": vault.decrypt(row.sealed_name, field=CLAIM_NAME),
        "mobile": mask_phone(mobile),
    }


def claim_by_receipt(session: Session, receipt: str) -> Row[Any]:
    """Return the claim of a receipt with the enterprise's name; raises ``ClaimNotFound``."""
    statement = select(claim, known_enterprise.c.name.label("enterprise_name"))
    statement = statement.join(known_enterprise, known_enterprise.c.enterprise_id == claim.c.enterprise_id)
    found = session.execute(statement.where(claim.c.receipt_digest == digest_of(receipt))).one_or_none()
    if found is None:
        raise ClaimNotFound("There is no claim with this receipt.")
    return found


def enterprise_by_code(session: Session, uscc: str) -> Row[Any]:
    """Return the active enterprise of this code, or that of an entry merged into it; raises ``EnterpriseUnknown``."""
    known, merged = known_enterprise.c, merged_enterprise.c
    moved = select(merged.kept_id).join(known_enterprise, known.enterprise_id == merged.merged_id)
    is_it = or_(known.uscc == uscc, known.enterprise_id.in_(moved.where(known.uscc == uscc).scalar_subquery()))
    found = session.execute(select(known_enterprise).where(is_it, known.is_active)).first()
    if found is None:
        raise EnterpriseUnknown("This credit code is not in the register: ask your subdistrict to enter it.")
    return found


def members(enterprise_id: str) -> Select[Any]:
    """Select the accounts of one enterprise that are not shut."""
    return select(account).where(account.c.enterprise_id == enterprise_id, account.c.is_enabled)


def shown_member(session: Session, row: Row[Any]) -> dict[str, Any]:
    """Return a member for a colleague of the same enterprise, who has to recognise the name."""
    return {
        "id": row.id,
        "name": vault_of(session).decrypt(row.sealed_name, field=NAME_FIELD),
        "username": row.username,
        "roles": row.roles,
        "person_id": row.person_id,
        "enterprise_id": row.enterprise_id,
        "has_pin": bool(row.pin_hash),
        "can_sign_in": bool(row.password_hash),
        "version": row.version,
    }


def invitations(enterprise_id: str, *, now: datetime) -> Select[Any]:
    """Select the invitations of one enterprise that can still be accepted."""
    columns = invitation.c
    is_open = columns.used_at.is_(None) & columns.revoked_at.is_(None) & (columns.expires_at > now)
    return select(invitation).where(columns.enterprise_id == enterprise_id, is_open)


def shown_invitation(session: Session, row: Row[Any]) -> dict[str, Any]:
    """Return an invitation for the one who made it: with the words that say for whom it is."""
    return {**row._mapping, "note": vault_of(session).decrypt(row.sealed_note, field=NOTE_FIELD)}


def usable_invitation(session: Session, token: str, *, now: datetime) -> Row[Any]:
    """Return the invitation of a token with the enterprise's name, locked; raises ``InvitationUnusable``."""
    statement = select(invitation).where(invitation.c.digest == digest_of(token)).with_for_update()
    found = session.execute(statement).one_or_none()
    if found is None or not is_usable(
        expires_at=found.expires_at, used_at=found.used_at, revoked_at=found.revoked_at, now=now
    ):
        raise InvitationUnusable("This invitation is used, taken back or too old: ask for a new one.")
    return found


def enterprise_name(session: Session, enterprise_id: str) -> str:
    """Return the name of an enterprise, empty when it is not known here."""
    wanted = select(known_enterprise.c.name).where(known_enterprise.c.enterprise_id == enterprise_id)
    return session.scalar(wanted) or ""


def digest_of(token: str) -> str:
    """Return the digest under which a receipt or an invitation is kept."""
    return sha256(token.encode()).hexdigest()
