"""The people of an enterprise: invited once, by QR; each signs with a PIN of his own, on a shared phone too."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.identity.domain.accounts import UsernameTaken, actions_of, check_username
from services.identity.domain.claims import (
    ClaimMalformed,
    InvitationUnusable,
    MemberNotFound,
    PersonHasAccount,
    PersonUnknown,
    PinLocked,
    PinRefused,
    begins_to_be_away,
    check_pin,
    check_post,
    terms,
)
from services.identity.domain.signing_in import check_password
from services.identity.queries.claims import NAME_FIELD, NOTE_FIELD, digest_of, members, usable_invitation
from services.identity.tables import account, invitation, known_person
from services.identity.use_cases.accounts import NOTHING, insert_account
from services.identity.use_cases.keys import current_key
from services.identity.use_cases.passwords import (
    attempts_on,
    count_failure,
    forget_failures,
    hash_password,
    is_right_password,
    seconds_locked,
)
from services.identity.use_cases.staff import change_row
from shared.ids import new_id
from shared.security.audit import audit_note
from shared.security.personal import vault_of
from shared.security.principal import Principal
from shared.security.tokens import sign_token

TOKEN_BYTES = 24
BY_PIN = "pin"


@dataclass(frozen=True, slots=True)
class Invited:
    """``token`` is shown only now, as a QR code; it can be used once, until ``expires_at``."""

    id: str
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Signature:
    """A short-lived token of the person who gave the PIN; ``expires_in`` is seconds."""

    access_token: str
    expires_in: int


def invite_member(
    session: Session, *, role: str, note: str, person_id: str, giver: Principal, now: datetime
) -> Invited:
    """Invite somebody to a post of the giver's enterprise; ``note`` says for whom.

    ``person_id`` links the account to a person of the register, with whom it ends; it may be empty. Raises
    ``PostUnknown``, ``PersonUnknown``, ``PersonHasAccount``.
    """
    check_post(role)
    _check_person(session, person_id, enterprise_id=giver.enterprise_id, now=now)
    row = {"role": role, "account_id": None, "person_id": person_id}
    return _invite(session, row, giver=giver, note=note, now=now)


def link_member(session: Session, member_id: str, *, person_id: str, giver: Principal, now: datetime) -> None:
    """Say which person of the register a member is, so that the account ends with the work.

    Raises ``MemberNotFound``, ``PersonUnknown``, ``PersonHasAccount``.
    """
    found = member_for_change(session, member_id, enterprise_id=giver.enterprise_id)
    if found.person_id == person_id:
        return
    _check_person(session, person_id, enterprise_id=giver.enterprise_id, now=now)
    change_row(session, found, {"person_id": person_id}, now=now)
    audit_note(session, entity=f"account:{found.id}", details={"person_id": person_id})


def invite_again(session: Session, member_id: str, *, giver: Principal, now: datetime) -> Invited:
    """Let a member choose a new PIN. Raises ``MemberNotFound``."""
    found = member_for_change(session, member_id, enterprise_id=giver.enterprise_id)
    row = {"role": found.roles[0], "account_id": found.id, "person_id": found.person_id}
    return _invite(session, row, giver=giver, note="", now=now)


def take_back_invitation(session: Session, invitation_id: str, *, giver: Principal, now: datetime) -> None:
    """Let an invitation count no more. Raises ``InvitationUnusable``."""
    is_it = (invitation.c.id == invitation_id) & (invitation.c.enterprise_id == giver.enterprise_id)
    is_open = invitation.c.used_at.is_(None) & invitation.c.revoked_at.is_(None)
    taken: Any = session.execute(update(invitation).where(is_it, is_open).values(revoked_at=now))
    if not taken.rowcount:
        raise InvitationUnusable("There is no such invitation that could still be used.")
    audit_note(session, entity=f"invitation:{invitation_id}")


def accept_invitation(session: Session, content: Mapping[str, str], *, now: datetime) -> str:
    """Use an invitation up: a new member, or a new PIN of an old one; return the account's id.

    ``content`` has token, pin, name (of a new member) and, to sign in alone, username and password. Raises
    ``InvitationUnusable``, ``PersonUnknown``, ``PersonHasAccount``, ``ClaimMalformed``, ``PinTooWeak``,
    ``UsernameMalformed``, ``UsernameTaken``, ``PasswordTooWeak``.
    """
    held = usable_invitation(session, content["token"], now=now)
    check_pin(content["pin"])
    session.execute(update(invitation).where(invitation.c.id == held.id).values(used_at=now))
    if held.account_id:
        found = member_for_change(session, held.account_id, enterprise_id=held.enterprise_id)
        change_row(session, found, {"pin_hash": hash_password(session, content["pin"])}, now=now)
        forget_failures(session, attempts_on(session, found.id, field=BY_PIN, now=now))
        account_id = str(found.id)
    else:
        account_id = _new_member(session, held, content, now)
    details = {"invitation": held.id, "enterprise_id": held.enterprise_id}
    audit_note(session, entity=f"account:{account_id}", subject=account_id, details=details)
    return account_id


def sign_as_member(
    session: Session, member_id: str, *, pin: str, purpose: str, device: Principal, now: datetime
) -> Signature:
    """Return a token of the member who gave his PIN on a phone of the enterprise (``device`` is who is signed in).

    Of what the member may do it carries what signing needs (``rules/claims.toml``). Raises ``MemberNotFound``,
    ``PinRefused``, ``PinLocked``.
    """
    found = member_for_change(session, member_id, enterprise_id=device.enterprise_id)
    attempts = attempts_on(session, found.id, field=BY_PIN, now=now)
    details = {"purpose": purpose, "device_of": device.subject}
    audit_note(session, entity=f"account:{found.id}", subject=found.id, details=details)
    if wait := seconds_locked(attempts, now=now):
        raise PinLocked("Too many wrong PINs: this person can sign again later.", retry_after=wait)
    if not is_right_password(session, pin, found.pin_hash):
        count_failure(session, attempts, rule=terms().pin_lock, now=now)
        raise PinRefused("The PIN is not right.")
    forget_failures(session, attempts)
    lives = terms().signature_lives
    claims = {
        "sub": found.id,
        "name": vault_of(session).decrypt(found.sealed_name, field=NAME_FIELD),
        "roles": found.roles,
        "actions": sorted(actions_of(found.roles) & terms().signature_actions),
        "enterprise_id": found.enterprise_id,
        "amr": [BY_PIN],
        "purpose": purpose,
    }
    token = sign_token(claims, current_key(session, now=now), now=now, lifetime=lives)
    return Signature(token, int(lives.total_seconds()))


def member_for_change(session: Session, member_id: str, *, enterprise_id: str) -> Row[Any]:
    """Return a member of the enterprise, locked; raises ``MemberNotFound``, also for another enterprise's."""
    statement = members(enterprise_id).where(account.c.id == member_id, account.c.enterprise_id != "")
    found = session.execute(statement.with_for_update()).one_or_none()
    if found is None:
        raise MemberNotFound("There is no such member of your enterprise.")
    return found


def _invite(session: Session, row: Mapping[str, Any], *, giver: Principal, note: str, now: datetime) -> Invited:
    token, invitation_id = secrets.token_urlsafe(TOKEN_BYTES), new_id()
    expires_at = now + terms().invitation_lives
    whole = {
        **row,
        "id": invitation_id,
        "digest": digest_of(token),
        "enterprise_id": giver.enterprise_id,
        "sealed_note": vault_of(session).encrypt(note, field=NOTE_FIELD),
        "made_by": giver.subject,
        "made_at": now,
        "expires_at": expires_at,
    }
    session.execute(insert(invitation), whole)
    audit_note(session, entity=f"invitation:{invitation_id}", details={"role": row["role"]})
    return Invited(invitation_id, token, expires_at)


def _new_member(session: Session, held: Row[Any], content: Mapping[str, str], now: datetime) -> str:
    username = content.get("username", "").strip().lower()
    password_hash = ""
    if username:
        check_username(username)
        check_password(content.get("password", ""), username=username)
        password_hash = hash_password(session, content["password"])
    username = username or f"m-{held.id}"
    if session.scalar(select(account.c.id).where(account.c.username == username)):
        raise UsernameTaken("This user name is taken: choose another.")
    _check_person(session, held.person_id, enterprise_id=held.enterprise_id, now=now)
    staff = {**NOTHING, "roles": [held.role], "enterprise_id": held.enterprise_id}
    name = content.get("name", "").strip() or vault_of(session).decrypt(held.sealed_note, field=NOTE_FIELD)
    if not name:
        raise ClaimMalformed("Give your name.")
    person = {
        "username": username,
        "name": name,
        "pin_hash": hash_password(session, content["pin"]),
        "person_id": held.person_id,
    }
    return insert_account(session, person, staff, password_hash=password_hash, now=now)


def _check_person(session: Session, person_id: str, *, enterprise_id: str, now: datetime) -> None:
    """Refuse a person who does not work for the enterprise, or has an account already; nobody in particular is fine."""
    if not person_id:
        return
    is_it = (known_person.c.person_id == person_id) & (known_person.c.enterprise_id == enterprise_id)
    person = session.execute(select(known_person).where(is_it).with_for_update()).one_or_none()
    away = begins_to_be_away(person.left_on) if person else now
    if away is not None and away <= now:
        raise PersonUnknown("This person does not work for your enterprise: look at the people in its file.")
    if session.scalar(select(account.c.id).where(account.c.person_id == person_id, account.c.is_enabled)):
        raise PersonHasAccount("This person has an account already: let them choose a new PIN instead.")
