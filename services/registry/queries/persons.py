"""People of enterprises: of one, one of them, and those that a telephone, card or name belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from services.registry.domain.persons import PersonNotFound
from services.registry.tables import enterprise, person
from shared.security.personal import mask_identity_card, mask_name, mask_phone, vault_of
from shared.security.principal import Principal
from shared.security.scope import in_scope

_MASKS = {"name": mask_name, "phone": mask_phone, "identity": mask_identity_card}
MOST_FOUND = 50


def persons_of(enterprise_id: str, *, has_left: bool) -> Select[Any]:
    """Return the statement of those who work for an enterprise, or who have left it; their key is the id."""
    here = person.c.left_on.is_not(None) if has_left else person.c.left_on.is_(None)
    return select(person).where(person.c.enterprise_id == enterprise_id, here)


def person_in_scope(session: Session, principal: Principal, person_id: str, *, lock: bool = False) -> dict[str, Any]:
    """Return one person row, locked on demand; raises `PersonNotFound` outside the jurisdiction."""
    statement = select(person).join(enterprise, enterprise.c.id == person.c.enterprise_id)
    statement = statement.where(person.c.id == person_id, _scope(principal))
    row = session.execute(statement.with_for_update(of=person) if lock else statement).mappings().one_or_none()
    if row is None:
        raise PersonNotFound("No such person in your area.", person_id=person_id)
    return dict(row)


def persons_found(session: Session, principal: Principal, wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the people in the jurisdiction of whom name, phone and identity are exactly those given, at most 50."""
    vault = vault_of(session)
    conditions: list[ColumnElement[bool]] = [_scope(principal)]
    for name, text in wanted.items():
        conditions.append(person.c[f"{name}_index"] == vault.blind_index(text, field=f"person.{name}"))
    statement = select(person, enterprise.c.name.label("enterprise_name"))
    statement = statement.join(enterprise, enterprise.c.id == person.c.enterprise_id).where(*conditions)
    return [masked(session, dict(row)) for row in session.execute(statement.limit(MOST_FOUND)).mappings()]


def masked(session: Session, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a person row as everybody who may see the enterprise may see it."""
    plain = unsealed(session, row)
    return {**row, **{name: mask(plain[name]) if plain[name] else "" for name, mask in _MASKS.items()}}


def unsealed(session: Session, row: Mapping[str, Any]) -> dict[str, str]:
    """Return name, phone and identity in full."""
    vault = vault_of(session)
    return {
        name: vault.decrypt(row[f"sealed_{name}"], field=f"person.{name}") if row[f"sealed_{name}"] else ""
        for name in _MASKS
    }


def _scope(principal: Principal) -> ColumnElement[bool]:
    columns = enterprise.c
    return in_scope(principal, division=columns.division, grid=columns.grid, enterprise_id=columns.id)
