"""Accounts: made, changed, disabled. Every change is told to the other services by an event."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.orm import Session

from services.identity.domain.accounts import (
    AccountNotFound,
    OwnAccount,
    UsernameTaken,
    check_agency,
    check_divisions,
    check_roles,
    check_username,
)
from services.identity.domain.signing_in import check_password
from services.identity.tables import account
from services.identity.use_cases.agencies import check_agency_known
from services.identity.use_cases.keys import ensure_signing_keys
from services.identity.use_cases.passwords import generate_password, hash_password
from services.identity.use_cases.refreshing import end_sessions_of
from services.identity.use_cases.staff import change_row, deny_tokens, plan_standing, supersede_tokens, tell_staff
from shared.contracts.identity import AccountDisabled
from shared.events.outbox import publish
from shared.ids import new_id
from shared.security.audit import audit_note
from shared.security.personal import vault_of
from shared.security.principal import Principal

FIRST_ROLES = ["administrator", "bureau_officer"]
NAME_FIELD = "account.name"
LICENCE_FIELD = "account.licence"
MOBILE_FIELD = "account.mobile"
STAFF_FIELDS = (
    "roles",
    "divisions",
    "grids",
    "skills",
    "enterprise_id",
    "intermediary_id",
    "agency_id",
    "licence_valid_until",
)
SCOPING = ("roles", "divisions", "grids", "enterprise_id", "intermediary_id", "agency_id")
NOTHING: Mapping[str, Any] = {
    **dict.fromkeys(("roles", "divisions", "grids", "skills"), ()),
    **dict.fromkeys(("enterprise_id", "intermediary_id", "agency_id", "licence_valid_until"), ""),
}


def create_account(
    session: Session, content: Mapping[str, Any], *, giver: Principal | None, now: datetime
) -> tuple[str, str | None]:
    """Make an account and return its id and the generated password (``None`` when one was given).

    ``content`` has username, name, roles and optionally password, must_change_password and the jurisdiction;
    ``giver`` is who makes it (``None``: the system). Raises ``UsernameMalformed``, ``UsernameTaken``,
    ``PasswordTooWeak``, ``RoleUnknown``, ``RolesConflict``, ``JurisdictionMalformed``, ``JurisdictionTooWide``,
    ``AgencyMissing``, ``AgencyMisplaced``, ``AgencyUnknown``.
    """
    username = content["username"].strip().lower()
    check_username(username)
    if session.scalar(select(account.c.id).where(account.c.username == username)):
        raise UsernameTaken("This user name is taken: choose another.")
    chosen = content.get("password", "")
    password = chosen or generate_password()
    check_password(password, username=username)
    staff = {**NOTHING, **{name: content[name] for name in STAFF_FIELDS if name in content}}
    _check_staff(staff, giver)
    _check_agency(session, staff)
    known = {**content, "username": username}
    account_id = insert_account(session, known, staff, password_hash=hash_password(session, password), now=now)
    return account_id, None if chosen else password


def account_for_change(session: Session, account_id: str) -> Row[Any]:
    """Return the account, locked until the transaction ends; raises ``AccountNotFound``."""
    found = session.execute(select(account).where(account.c.id == account_id).with_for_update()).one_or_none()
    if found is None:
        raise AccountNotFound("There is no such account.")
    return found


def change_account(
    session: Session, found: Row[Any], *, changes: Mapping[str, Any], giver: Principal, now: datetime
) -> None:
    """Change name, roles, jurisdiction, skills or licence of another person's account.

    Tokens from before count no more when they say something else. Raises ``OwnAccount``, ``RoleUnknown``,
    ``RolesConflict``, ``JurisdictionMalformed``, ``JurisdictionTooWide``, ``LicenceDateMalformed``,
    ``AgencyMissing``, ``AgencyMisplaced``, ``AgencyUnknown``.
    """
    _refuse_own(found, giver)
    before = {name: getattr(found, name) for name in STAFF_FIELDS}
    after = before | {name: changes[name] for name in STAFF_FIELDS if name in changes}
    _check_staff({name: after[name] for name in STAFF_FIELDS if name in changes}, giver)
    if "roles" in changes or "agency_id" in changes:
        _check_agency(session, after)
    standing = plan_standing(session, found.id, licence_valid_until=after["licence_valid_until"], now=now)
    values = {**after, **_sealed(session, changes), "is_licence_expired": standing.is_licence_expired}
    change_row(session, found, values, now=now)
    audit_note(session, entity=f"account:{found.id}", before=before, after=after)
    if any(values[name] != getattr(found, name) for name in (*SCOPING, "is_licence_expired")):
        supersede_tokens(session, found.id, version=found.version + 1, now=now)
    tell_staff(session, found.id, now=now)


def disable_account(session: Session, found: Row[Any], *, giver: Principal, now: datetime) -> None:
    """Shut the account everywhere at once: sessions end, tokens already issued are denied. Raises ``OwnAccount``."""
    _refuse_own(found, giver)
    if found.is_enabled or found.is_shut_by_register:
        switch_account(session, found, is_enabled=False, now=now)


def enable_account(session: Session, found: Row[Any], *, giver: Principal, now: datetime) -> None:
    """Let the account sign in again; tokens from before stay denied. Raises ``OwnAccount``."""
    _refuse_own(found, giver)
    if not found.is_enabled:
        switch_account(session, found, is_enabled=True, now=now)


def switch_account(
    session: Session, found: Row[Any], *, is_enabled: bool, now: datetime, by_register: bool = False
) -> None:
    """Shut the locked account everywhere, or open it again; ``by_register``: because its enterprise is no more."""
    disabled_at = found.disabled_at if is_enabled else now
    values = {"is_enabled": is_enabled, "disabled_at": disabled_at, "is_shut_by_register": by_register}
    change_row(session, found, values, now=now)
    version = found.version + 1
    lifted_at = now if is_enabled else None
    deny_tokens(session, found.id, denied_at=disabled_at, lifted_at=lifted_at, sequence=version)
    audit_note(session, entity=f"account:{found.id}", details={"is_enabled": is_enabled, "by_register": by_register})
    publish(session, AccountDisabled(subject=found.id, is_denied=not is_enabled), sequence=version, at=now)
    tell_staff(session, found.id, now=now)
    if not is_enabled:
        end_sessions_of(session, found.id, now=now)


def insert_account(
    session: Session, content: Mapping[str, Any], staff: Mapping[str, Any], *, password_hash: str, now: datetime
) -> str:
    """Write a checked account down, tell it, and return its id.

    ``content`` has username and name, perhaps mobile, licence_number, pin_hash, person_id; an empty
    ``password_hash`` lets nobody sign in by password.
    """
    account_id = new_id()
    standing = plan_standing(session, account_id, licence_valid_until=staff["licence_valid_until"], now=now)
    row = {
        **staff,
        "sealed_licence_number": None,
        "sealed_mobile": None,
        "pin_hash": content.get("pin_hash"),
        "person_id": content.get("person_id", ""),
        **_sealed(session, content),
        "id": account_id,
        "username": content["username"],
        "password_hash": password_hash,
        "password_set_at": now,
        "must_change_password": content.get("must_change_password", False),
        "is_licence_expired": standing.is_licence_expired,
        "is_absent": False,
        "is_enabled": True,
        "is_shut_by_register": False,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    session.execute(insert(account), row)
    audit_note(session, entity=f"account:{account_id}", after=staff)
    tell_staff(session, account_id, now=now)
    return account_id


def unmask_account(session: Session, found: Row[Any], *, reason: str) -> dict[str, str]:
    """Return name and licence number of the account's owner; who asked and why is written down (PIPL Art. 51)."""
    audit_note(session, entity=f"account:{found.id}", details={"reason": reason})
    vault = vault_of(session)
    number = vault.decrypt(found.sealed_licence_number, field=LICENCE_FIELD) if found.sealed_licence_number else ""
    return {"name": vault.decrypt(found.sealed_name, field=NAME_FIELD), "licence_number": number}


def ensure_administrator(session: Session, password: str, *, now: datetime, district: str) -> str | None:
    """Make the user ``admin`` when there is no account yet; ``password`` may be empty.

    Returns the generated password, to be shown once, or ``None``. The first user is administrator and officer of
    the whole ``district`` (6 digits), so that one person can set everything up. Raises ``PasswordTooWeak``.
    """
    ensure_signing_keys(session, now=now)
    if session.scalar(select(func.count()).select_from(account)):
        return None
    first_password = password or generate_password()
    check_password(first_password, username=None)
    content = {"username": "admin", "name": "系统管理员"}
    staff = {**NOTHING, "roles": FIRST_ROLES, "divisions": [district]}
    _check_staff(staff, None)
    insert_account(session, content, staff, password_hash=hash_password(session, first_password), now=now)
    return None if password else first_password


def _sealed(session: Session, content: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the sealed columns of the personal data that ``content`` has."""
    vault = vault_of(session)
    sealed: dict[str, str | None] = {}
    if "name" in content:
        sealed["sealed_name"] = vault.encrypt(content["name"], field=NAME_FIELD)
    if "mobile" in content:
        sealed["sealed_mobile"] = vault.encrypt(content["mobile"], field=MOBILE_FIELD)
    if "licence_number" in content:
        number = content["licence_number"].strip()
        sealed["sealed_licence_number"] = vault.encrypt(number, field=LICENCE_FIELD) if number else None
    return sealed


def _check_staff(staff: Mapping[str, Any], giver: Principal | None) -> None:
    if "roles" in staff:
        check_roles(staff["roles"])
    check_divisions(staff.get("divisions", ()), within=giver.divisions if giver else None)


def _check_agency(session: Session, staff: Mapping[str, Any]) -> None:
    check_agency(staff["roles"], agency_id=staff["agency_id"])
    if staff["agency_id"]:
        check_agency_known(session, staff["agency_id"])


def _refuse_own(found: Row[Any], giver: Principal) -> None:
    if found.id == giver.subject:
        raise OwnAccount("Ask another administrator to change your own account.")
