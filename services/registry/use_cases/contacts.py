"""Names and telephone numbers of contact persons: sealed before they are stored, never in an event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from shared.security.personal import vault_of

CONTACT_FIELDS = ("contact_name", "contact_phone")


def seal_contacts(
    session: Session, given: Mapping[str, Any], current: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    """Return `given` with sealed contacts; one that is known already keeps its seal, so that nothing changes."""
    if not any(name in given for name in CONTACT_FIELDS):
        return given
    vault = vault_of(session)
    sealed = dict(given)
    for name in CONTACT_FIELDS:
        if name in given:
            known = current[name] if current else ""
            is_same = bool(known) and vault.decrypt(known, field=_field(name)) == given[name]
            sealed[name] = known if is_same else vault.encrypt(given[name], field=_field(name)) if given[name] else ""
    return sealed


def open_contact(session: Session, row: Mapping[str, Any], name: str) -> str:
    """Return a contact in clear, "" when there is none."""
    return vault_of(session).decrypt(row[name], field=_field(name)) if row[name] else ""


def _field(name: str) -> str:
    return f"enterprise.{name}"
