"""Reads of accounts, staff, roles and keys."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Text, cast, false, or_, select, true
from sqlalchemy.orm import Session

from services.identity.domain.accounts import AGENCY, STAFF, AccountNotFound, Role, roles, roles_of_side
from services.identity.domain.signing_in import REFRESH_IDLE, SESSION_LONGEST
from services.identity.tables import absence, account, client, grid_team, known_enterprise, refresh_token, signing_key
from shared.database.chassis import token_deny
from shared.ids import ID
from shared.security.personal import mask_identity_card, mask_name, vault_of
from shared.security.principal import Principal

NAME_FIELD = "account.name"
LICENCE_FIELD = "account.licence"
EXPIRING = timedelta(days=60)
DISTRICT_DIGITS = 6


def accounts(
    *, username: str = "", is_enabled: bool | None = None, role: str = "", side: str = "", agency_id: str = ""
) -> Select[Any]:
    """Select accounts whose user name begins with ``username``, of one role, one side or one agency."""
    statement = select(account)
    if agency_id:
        statement = statement.where(account.c.agency_id == agency_id)
    if username:
        statement = statement.where(account.c.username.startswith(username.lower(), autoescape=True))
    if is_enabled is not None:
        statement = statement.where(account.c.is_enabled == is_enabled)
    if role:
        statement = statement.where(_has_role([role]))
    return statement.where(_has_role(roles_of_side(side))) if side else statement


def staff(session: Session, reader: Principal, *, standing: str, today: date) -> Select[Any]:
    """Select the enabled accounts of staff in the reader's area: all, or those absent, with an expired or a soon
    expiring licence.

    Who looks after a whole district sees those without an area too.
    """
    enabled = accounts(is_enabled=True, side=STAFF).where(_in_area(session, reader))
    until = account.c.licence_valid_until
    soon = (until != "") & (until < (today + EXPIRING).isoformat()) & ~account.c.is_licence_expired
    narrower = {"absent": account.c.is_absent, "expired": account.c.is_licence_expired, "expiring": soon}
    return enabled.where(narrower[standing]) if standing else enabled


def absences_of(session: Session, account_ids: Sequence[str], *, now: datetime) -> dict[str, list[Row[Any]]]:
    """Return the absences of these accounts that are not over, by account, the next one first."""
    wanted = select(absence).where(absence.c.account_id.in_(account_ids), absence.c.ends_at > now)
    found: dict[str, list[Row[Any]]] = {account_id: [] for account_id in account_ids}
    for row in session.execute(wanted.order_by(absence.c.starts_at)):
        found[row.account_id].append(row)
    return found


def account_by_id(session: Session, account_id: str) -> Row[Any]:
    """Return one account; raises ``AccountNotFound``."""
    found = session.execute(select(account).where(account.c.id == account_id)).one_or_none()
    if found is None:
        raise AccountNotFound("There is no such account.")
    return found


def masked(session: Session, row: Row[Any]) -> dict[str, Any]:
    """Return ``row`` for display to others: the name masked, no password hash."""
    number = _licence_number(session, row)
    return _shown(row) | {"name": mask_name(_name(session, row)), "licence_number": mask_identity_card(number)}


def with_enterprises(session: Session, shown: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return accounts with what the register calls their enterprise, nothing for one that it has not told of."""
    columns, given = known_enterprise.c, {one["enterprise_id"] for one in shown}
    wanted = [one for one in given if ID.fullmatch(one)]  # nothing else was refused when it was entered
    found = session.execute(select(columns.enterprise_id, columns.name).where(columns.enterprise_id.in_(wanted)))
    names = {row.enterprise_id: row.name for row in found}
    return [{**one, "enterprise_name": names.get(one["enterprise_id"], "")} for one in shown]


def own_profile(session: Session, account_id: str) -> dict[str, Any]:
    """Return the account for its owner: the name in full."""
    row = account_by_id(session, account_id)
    return _shown(row) | {"name": _name(session, row), "licence_number": _licence_number(session, row)}


def names_of(session: Session, account_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the masked names and the roles of these accounts, the names of agencies whole; unknown are left out."""
    found = session.execute(select(account).where(account.c.id.in_(account_ids)).order_by(account.c.id))
    people = [{"id": row.id, "name": mask_name(_name(session, row)), "roles": row.roles} for row in found]
    agencies = session.execute(select(client.c.id, client.c.name).where(client.c.id.in_(account_ids)))
    return people + [{"id": row.id, "name": row.name, "roles": [AGENCY]} for row in agencies]


def open_sessions(session: Session, reader: Principal, *, now: datetime) -> list[dict[str, Any]]:
    """Return the reader's sessions that can still be renewed, the one used last first."""
    columns = refresh_token.c
    is_open = columns.used_at.is_(None) & columns.revoked_at.is_(None)
    is_live = (columns.expires_at > now) & (columns.began_at > now - SESSION_LONGEST)
    wanted = select(refresh_token).where(columns.account_id == reader.subject, is_open, is_live)
    return [
        {
            "id": row.family,
            "device": row.device,
            "address": row.address,
            "began_at": row.began_at,
            "renewed_at": row.expires_at - REFRESH_IDLE,
            "is_current": row.family == reader.session_id,
        }
        for row in session.execute(wanted.order_by(columns.expires_at.desc()))
    ]


def all_roles() -> list[Role]:
    """Return the roles in the order of the rule table."""
    return list(roles().values())


def published_keys(session: Session) -> dict[str, Any]:
    """Return the JWK set: the current key, the next one and those whose tokens may still be valid."""
    return {"keys": list(session.scalars(select(signing_key.c.public_key).order_by(signing_key.c.since)))}


def accounts_after(session: Session, after: str | None, limit: int) -> list[Row[Any]]:
    """Return accounts in the order of their ids, for re-emission."""
    statement = select(account).order_by(account.c.id).limit(limit)
    return list(session.execute(statement.where(account.c.id > after) if after else statement))


def denials_after(session: Session, after: str | None, limit: int) -> list[Row[Any]]:
    """Return whose tokens, or older tokens, count no more, in the order of their ids, for re-emission."""
    statement = select(token_deny).order_by(token_deny.c.subject).limit(limit)
    return list(session.execute(statement.where(token_deny.c.subject > after) if after else statement))


def _has_role(role_ids: Iterable[str]) -> ColumnElement[bool]:
    text = cast(account.c.roles, Text)
    return or_(false(), *(text.contains(f'"{role_id}"', autoescape=True) for role_id in sorted(role_ids)))


def _in_area(session: Session, reader: Principal) -> ColumnElement[bool]:
    if any(len(division) == DISTRICT_DIGITS for division in reader.divisions):
        return true()
    inside = or_(false(), *(grid_team.c.division.startswith(division) for division in reader.divisions))
    teams = session.scalars(select(grid_team.c.accounts).where(inside))
    text = cast(account.c.divisions, Text)
    starts = (text.contains(f'"{division}', autoescape=True) for division in reader.divisions)
    return or_(account.c.id.in_({member for team in teams for member in team}), *starts)


def _licence_number(session: Session, row: Row[Any]) -> str:
    sealed = row.sealed_licence_number
    return vault_of(session).decrypt(sealed, field=LICENCE_FIELD) if sealed else ""


def _name(session: Session, row: Row[Any]) -> str:
    return vault_of(session).decrypt(row.sealed_name, field=NAME_FIELD)


def _shown(row: Row[Any]) -> dict[str, Any]:
    hidden = ("sealed_name", "sealed_licence_number", "sealed_mobile", "password_hash", "pin_hash", "oidc_subject")
    return {name: value for name, value in row._mapping.items() if name not in hidden}
