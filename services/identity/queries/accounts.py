"""Every read of identity."""

from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from services.identity.domain.accounts import AccountNotFound, roles
from services.identity.domain.signing_in import Role
from services.identity.tables import account, signing_key
from shared.security.personal import mask_name, vault_of

NAME_FIELD = "account.name"


def accounts(*, username: str = "", is_enabled: bool | None = None) -> Select[Any]:
    """Select accounts whose user name begins with ``username``."""
    statement = select(account)
    if username:
        statement = statement.where(account.c.username.startswith(username.lower(), autoescape=True))
    if is_enabled is not None:
        statement = statement.where(account.c.is_enabled == is_enabled)
    return statement


def account_by_id(session: Session, account_id: str) -> Row[Any]:
    """Return one account; raises ``AccountNotFound``."""
    found = session.execute(select(account).where(account.c.id == account_id)).one_or_none()
    if found is None:
        raise AccountNotFound("There is no such account.")
    return found


def masked(session: Session, row: Row[Any]) -> dict[str, Any]:
    """Return ``row`` for display to others: the name masked, no password hash."""
    return _shown(row) | {"name": mask_name(_name(session, row))}


def own_profile(session: Session, account_id: str) -> dict[str, Any]:
    """Return the account for its owner: the name in full."""
    row = account_by_id(session, account_id)
    return _shown(row) | {"name": _name(session, row)}


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


def _name(session: Session, row: Row[Any]) -> str:
    return vault_of(session).decrypt(row.sealed_name, field=NAME_FIELD)


def _shown(row: Row[Any]) -> dict[str, Any]:
    hidden = ("sealed_name", "password_hash")
    return {name: value for name, value in row._mapping.items() if name not in hidden}
